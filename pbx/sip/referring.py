"""Transfers that phones ask for in a call (REFER, RFC 3515), and what they are told of them (NOTIFY)."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import pbx_native

from pbx.ports import Referred, Reply, Request, TellReferrer
from pbx.sip import names
from pbx.sip.agenda import Agenda
from pbx.sip.leg import Referral, SipLeg
from pbx.sip.names import Replaces

EXPIRES = 180  # seconds that a phone may wait for the end of a transfer
_BAD = Reply(400, "Bad Refer-To")
_PENDING = Reply(491, "Request Pending")
_UNKNOWN = Reply(481, "Dialog Does Not Exist")


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a call is to go: a number, or the dialog of another call."""

    number: str
    replaces: Replaces | None


class Referrals:
    """One at a time for each leg. PJSIP thread only."""

    def __init__(
        self,
        post: Callable[[Referred], None],
        find: Callable[[str, Replaces], SipLeg | None],
        agenda: Agenda,
    ) -> None:
        self._post = post
        self._find = find
        self._agenda = agenda

    def asked(self, leg: SipLeg, request: Request) -> Reply:
        """Answer a REFER; what it asks for is posted. Only the user part of Refer-To counts: we never call a
        host that a phone names."""
        if leg.referral is not None:
            return _PENDING
        given = _refer_to(request)
        if isinstance(given, Reply):
            return given
        other = None
        if given.replaces is not None:
            other = self._find(leg.tenant, given.replaces)
            if other is None or other is leg:
                return _UNKNOWN
        silent = [value.lower() for value in request.header("Refer-Sub")] == ["false"]
        leg.referral = Referral("" if silent else f"refer;id={request.cseq}")
        # Once the answer is out: the first NOTIFY comes at once (RFC 3515 section 2.4.4).
        trying = TellReferrer(leg=leg.leg, code=100, reason="Trying", final=False)
        self._agenda.at(monotonic(), lambda: self.tell(leg, trying))
        self._post(Referred(leg=leg.leg, number=given.number, replaces=other.leg if other else None))
        return Reply(202, "Accepted", [("Refer-Sub", "false")] if silent else [])

    def tell(self, leg: SipLeg, command: TellReferrer) -> None:
        """NOTIFY how far it is; nothing when nobody waits."""
        wait = leg.referral
        if wait is None:
            return
        if command.final:
            leg.referral = None
        elif wait.told == command.code:
            return
        wait.told = command.code
        if not wait.event:
            return
        state = "terminated;reason=noresource" if command.final else f"active;expires={EXPIRES}"
        reason = "".join(char for char in command.reason if char.isprintable())
        body = f"SIP/2.0 {command.code} {reason}\r\n".encode()
        headers = [("Event", wait.event), ("Subscription-State", state)]
        # Nobody waits for the answer (token 0): a phone that no longer cares says 481, and the call goes on.
        pbx_native.send_in_call(leg.getId(), 0, "NOTIFY", headers, "message/sipfrag", body)


def _refer_to(request: Request) -> _Target | Reply:
    """What Refer-To asks for, or why not."""
    values = [*request.header("Refer-To"), *request.header("r")]
    given = names.uri(names.named(values[0])[1]) if len(values) == 1 else None
    if given is None:
        return _BAD
    if given.params.get("method", "INVITE").upper() != "INVITE":
        return Reply(403, "Only Calls Can Be Transferred")
    if "replaces" not in given.headers:
        return _Target(given.user, None) if given.user else _BAD
    wanted = names.replaces(given.headers["replaces"])
    return _Target(given.user, wanted) if wanted is not None else _BAD
