"""Flows that nobody wrote: the usual one of an extension, and the one that a broken flow falls back to."""

from functools import lru_cache

from dialplan.flow import Flow, parse_flow
from dialplan.nodes.calling import MAX_SECONDS

SAFE_SECONDS = 25


@lru_cache(maxsize=1024)
def default_flow(seconds: int, mailbox: bool) -> Flow:
    """Ring the called extension for `seconds` (at most 600), then let its mailbox answer if it has one."""
    ring = {"type": "ring", "targets": [{"extension": "self"}], "seconds": min(seconds, MAX_SECONDS)}
    nodes: dict[str, object] = {"ring": ring}
    if mailbox:
        outcomes = ("busy", "declined", "no_answer", "not_registered")
        nodes["ring"] = ring | {"next": dict.fromkeys(outcomes, "voicemail")}
        nodes["voicemail"] = {"type": "voicemail", "mailbox": "self"}
    return parse_flow({"schema": 1, "name": "", "start": "ring", "nodes": nodes})


SAFE_FLOW = parse_flow(
    {
        "schema": 1,
        "name": "",
        "start": "ring",
        "nodes": {
            "ring": {
                "type": "ring",
                "targets": [{"extension": "self"}],
                "seconds": SAFE_SECONDS,
                "next": {"else": "voicemail"},
            },
            "voicemail": {"type": "voicemail", "mailbox": "self", "next": {"unavailable": "end"}},
            "end": {"type": "hangup", "code": 480, "prompt": "no_answer"},
        },
    }
)
