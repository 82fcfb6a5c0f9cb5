"""Asks the web how everything is: GET /healthz."""

import http.client
import ipaddress
import json
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`well` when /healthz said 200; `waiting` names each part that is not up, with its reason."""

    well: bool
    waiting: dict[str, str] = field(default_factory=dict)


def reachable(bound: str) -> str:
    """The address to reach a server of this machine that is bound to `bound`."""
    address = ipaddress.ip_address(bound)
    if not address.is_unspecified:
        return bound
    return "127.0.0.1" if address.version == 4 else "::1"


def ask(host: str, port: int) -> Answer:
    """One request, answered within a few seconds. Never raises: no answer is an answer too."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return Answer(False, {"web": "is starting"})
    finally:
        connection.close()
    if response.status == 200:
        return Answer(True)
    return Answer(False, reasons(body) or {"web": f"answers {response.status}"})


def reasons(body: bytes) -> dict[str, str]:
    """The parts that are not 'ok' in the JSON of /healthz: {"parts": {name: "ok" or a sentence}}."""
    try:
        parts = json.loads(body)["parts"]
        return {str(name): str(state) for name, state in parts.items() if state != "ok"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
