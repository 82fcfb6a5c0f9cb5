"""What a dialled number means inside an organisation, before anything happens because of it."""

from dataclasses import dataclass
from functools import lru_cache

import dialplan
from pbx.calls.states import States, status_of
from pbx.control.configuration import STAR_CODES, ExtensionConfig, MailboxConfig, RoomConfig
from pbx.control.messages import ExtensionState
from pbx.directory import Tenant


@dataclass(frozen=True, slots=True)
class ToFlow:
    """A flow answers: the organisation's `flow` by id, or, for a person, the one that `own` holds.
    `extension` is who "self" is in it."""

    flow: str
    extension: str | None = None
    own: dialplan.Flow | None = None


@dataclass(frozen=True, slots=True)
class ToRoom:
    """A conference room."""

    room: RoomConfig


@dataclass(frozen=True, slots=True)
class ToSlot:
    """A parking slot: take the call that waits there."""

    slot: str


@dataclass(frozen=True, slots=True)
class ToMailbox:
    """A mailbox with a number of its own: leave a message."""

    box: MailboxConfig


@dataclass(frozen=True, slots=True)
class ToFeature:
    """A star code: which, and the digits after it."""

    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class ToOutside:
    """None of ours: an outside number, or none at all."""

    number: str


Destination = ToFlow | ToRoom | ToSlot | ToMailbox | ToFeature | ToOutside


def destination(tenant: Tenant, number: str, states: States) -> Destination:
    """Where a number leads. Extensions and other numbers of the organisation come before star codes, and an
    emergency number before everything."""
    if number in tenant.snapshot.emergency.numbers:
        return ToOutside(number)
    extension = tenant.extension(number)
    if extension is not None:
        return person(tenant, extension, states.of(tenant.id, number))
    flow = tenant.snapshot.lines.get(number)
    if flow is not None:
        return ToFlow(flow)
    room = tenant.room(number)
    if room is not None:
        return ToRoom(room)
    park = tenant.snapshot.park
    if number.isdigit() and park.first <= int(number) <= park.last:
        return ToSlot(number)
    return _feature(tenant, number) or _mailbox(tenant, number) or ToOutside(number)


def _mailbox(tenant: Tenant, number: str) -> ToMailbox | None:
    """A mailbox that is dialled itself, such as a group's."""
    found = next((box for box in tenant.snapshot.mailboxes if box.number == number and box.enabled), None)
    return ToMailbox(found) if found is not None else None


def person(tenant: Tenant, extension: ExtensionConfig, state: ExtensionState) -> ToFlow:
    """What answers a person's calls now: do not disturb, the forward of all calls, what the status says,
    their own flow, or their phones and then the mailbox, with the forwards on busy and no answer between."""
    status = status_of(tenant, state)
    mailbox = tenant.mailbox(extension.mailbox)
    has_mailbox = mailbox is not None and mailbox.enabled
    forward = state.forward_all or (extension.forwards.get(status.id) if status else None)
    silent = state.do_not_disturb or (status is not None and not status.rings)
    if not forward and not state.do_not_disturb:
        chosen = (status.flow if status else None) or extension.flow
        if chosen is not None:
            return ToFlow(chosen, extension.number)
    own = personal_flow(
        extension.ring_seconds,
        mailbox=has_mailbox,
        forward=forward or "",
        silent=silent,
        on_busy=state.forward_busy or "",
        on_no_answer=state.forward_no_answer or "",
    )
    return ToFlow("", extension.number, own)


@lru_cache(maxsize=4096)
def personal_flow(
    seconds: int, *, mailbox: bool, forward: str, silent: bool, on_busy: str, on_no_answer: str
) -> dialplan.Flow:
    """The flow of a person without one of their own. A forward is a number or "voicemail", "" for none."""
    if not (forward or silent or on_busy or on_no_answer):
        return dialplan.default_flow(seconds, mailbox)
    nodes: dict[str, object] = {"end": {"type": "hangup", "code": 486, "prompt": "busy"}}
    last = "end"
    if mailbox:
        nodes["voicemail"] = {"type": "voicemail", "mailbox": "self", "next": {"unavailable": "end"}}
        last = "voicemail"

    def way(name: str, number: str) -> str:
        if not number:
            return last
        if number == "voicemail":
            return last
        rest = {"else": last} if mailbox else {}
        nodes[name] = {"type": "forward", "number": number, "seconds": seconds, "next": rest}
        return name

    if forward:
        start = way("forward", forward)
    elif silent:
        start = way("busy", on_busy)
    else:
        after = {"busy": way("busy", on_busy), "declined": way("busy", on_busy)}
        if on_no_answer or mailbox:
            after |= {name: way("no_answer", on_no_answer) for name in ("no_answer", "not_registered")}
        if after["busy"] == "end":
            del after["busy"], after["declined"]
        ring = {"type": "ring", "targets": [{"extension": "self"}], "order": "all", "seconds": seconds}
        nodes["ring"] = ring | {"next": after}
        start = "ring"
    used = {start} | {name for node in nodes.values() for name in _next(node)}
    kept = {name: node for name, node in nodes.items() if name in used}
    return dialplan.parse_flow({"schema": 1, "name": "", "start": start, "nodes": kept})


def _next(node: object) -> list[str]:
    following = node.get("next", {}) if isinstance(node, dict) else {}
    return list(following.values())


def star_code(tenant: Tenant, feature: str) -> str:
    """The code of a feature in this organisation; "" when it is switched off."""
    return tenant.snapshot.star_codes.get(feature, STAR_CODES[feature])


def _feature(tenant: Tenant, number: str) -> ToFeature | None:
    """The longest code that the number begins with. One that takes no digits must be the whole number."""
    found: tuple[str, str] | None = None
    for name in STAR_CODES:
        code = star_code(tenant, name)
        if code and number.startswith(code) and (found is None or len(code) > len(found[1])):
            found = name, code
    if found is None:
        return None
    name, code = found
    argument = number[len(code) :].rstrip("#") if number != code else ""
    if argument and name not in WITH_DIGITS:
        return None
    return ToFeature(name, argument)


WITH_DIGITS = frozenset(
    {
        "pickup",
        "park",
        "forward_all",
        "forward_busy",
        "forward_no_answer",
        "status",
        "hide_caller_id",
        "show_caller_id",
        "intercom",
        "voicemail_of",
        "record",
    }
)
"""Codes that may be followed by a number."""
