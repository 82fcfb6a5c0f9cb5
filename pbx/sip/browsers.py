"""What legs of browsers have beside others: a connection that may be lost and found again, media that may be
away for a moment, and wishes in the INVITE."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pbx_native

from pbx.ports import Binding, Request
from pbx.sip.connections import Flow
from pbx.sip.names import uri

if TYPE_CHECKING:
    from pbx.sip.leg import SipLeg

AWAY = 3.0  # seconds without a packet after which a browser that should send is away
HELD_AWAY = 10.0  # the same for one that holds and is not registered any more
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(slots=True)
class Reach:
    """Where a browser's leg is reached. `user` is that of its Contact: a page chooses one and keeps it over
    all its connections. `lost`: the connection has closed and no other took its place yet."""

    device: str
    user: str
    flow: Flow
    lost: bool = False


def of_request(device: str, request: Request) -> Reach:
    """A browser calls."""
    flow = (request.source_ip, request.source_port, request.transport)
    contacts = request.contacts
    return Reach(device, _user(contacts[0].uri) if contacts else "", flow)


def of_binding(binding: Binding) -> Reach:
    """A browser is called."""
    flow = (binding.source_ip, binding.source_port, binding.transport)
    return Reach(binding.device, _user(binding.contact), flow)


def closed(legs: "Iterable[SipLeg]", flow: Flow) -> None:
    """A connection has gone; what is said to its legs waits for another."""
    for leg in legs:
        if leg.reach is not None and leg.reach.flow == flow:
            leg.reach.lost = True


def registered(legs: "Iterable[SipLeg]", binding: Binding) -> None:
    """The page has a new connection: its legs are reached over that from now on."""
    now = of_binding(binding)
    for leg in legs:
        before = leg.reach
        same = before is not None and (before.device, before.user) == (now.device, now.user)
        if before is not None and same and before.lost and leg.tenant == binding.tenant:
            pbx_native.retarget(leg.getId(), binding.source_ip, binding.source_port)
            leg.reach = of_binding(binding)


def wishes(request: Request) -> tuple[str | None, bool]:
    """Which caller ID a browser wants to show in this call, and whether it is to be recorded."""
    caller_id = request.header("X-Centrale-Caller-Id")
    record = request.header("X-Centrale-Record")
    chosen = caller_id[0].strip() if caller_id else ""
    return (
        chosen if _IDENTIFIER.fullmatch(chosen) else None,
        bool(record) and record[0].strip().lower() == "yes",
    )


def away(leg: "SipLeg", silent: float) -> bool:
    """Whether a browser from which nothing came for so many seconds is away."""
    if leg.reach is None:
        return False
    return leg.reach.lost and silent >= HELD_AWAY if leg.held else silent >= AWAY


def _user(contact: str) -> str:
    parsed = uri(contact)
    return parsed.user if parsed is not None else ""
