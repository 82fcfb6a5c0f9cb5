"""Connections that a relay of ours carries a browser over: which device stands behind each.

A browser has no SIP secret. Its relay has checked who it is, and claims the connection for that person's
device over the control API before the first request; until it closes, requests on it are that device's.
Changed on the loop, read from any thread: every change is one operation on a dict.
"""

from dataclasses import dataclass

Flow = tuple[str, int, str]
"""Address and port that requests come from, and the transport."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose requests come over a flow."""

    tenant: str
    device: str


class Flows:
    """The claims of this node."""

    def __init__(self) -> None:
        self._claims: dict[Flow, Claimed] = {}

    def claim(self, flow: Flow, by: Claimed) -> None:
        """From now on requests over it are of that device. A claim that is there gives way: the port has been
        given to another connection since."""
        self._claims[flow] = by

    def end(self, flow: Flow) -> Claimed | None:
        """The connection has closed: whose it was; None when nobody claimed it."""
        return self._claims.pop(flow, None)

    def of(self, ip: str, port: int, transport: str) -> Claimed | None:
        """Whose requests come from there; None for any other connection."""
        return self._claims.get((ip, port, transport))
