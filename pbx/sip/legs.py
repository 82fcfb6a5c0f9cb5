"""All legs of this node in PJSIP: takes calls in, carries out the logic's commands. PJSIP thread only."""

import secrets
from collections.abc import Callable

import pbx_native
import pjsua2 as pj
import structlog

from pbx.ports import (
    Answer,
    Binding,
    DialogId,
    HangUp,
    Identify,
    IncomingCall,
    Invite,
    LegAnswered,
    LegAway,
    LegEnded,
    LegEvent,
    LegProgress,
    Line,
    MediaSilent,
    Progress,
    Prompt,
    Reply,
    Request,
    SendDigit,
    SipCommand,
    TellReferrer,
)
from pbx.sip import browsers
from pbx.sip.agenda import Agenda
from pbx.sip.callers import Shown, called, shown
from pbx.sip.connections import Flow
from pbx.sip.endpoint import add_header, call_options
from pbx.sip.gate import Admitted
from pbx.sip.introducing import Introductions
from pbx.sip.inviting import Inviter
from pbx.sip.leg import SipLeg
from pbx.sip.lines import Lines
from pbx.sip.media import LegAudio, MediaEvent, Patchbay, SharedAudio
from pbx.sip.names import Replaces
from pbx.sip.offer import codecs
from pbx.sip.referring import Referrals
from pbx.sip.results import Results
from pbx.sip.uris import host_port, name_addr, user_uri

log = structlog.get_logger("pbx.legs")

_SILENCE_STEP = 5.0  # seconds between reports of a leg that sends nothing


class Legs:
    """Leg id to PJSIP call, and what the logic wants of each."""

    def __init__(
        self,
        post: Callable[[IncomingCall | LegEvent | MediaEvent], None],
        lines: Lines,
        inviter: Inviter,
        *,
        find_prompt: Callable[[str, str], Prompt | None],
        agenda: Agenda,
        results: Results,
    ) -> None:
        self.post = post
        self._lines = lines
        self._inviter = inviter
        self._results = results
        self._legs: dict[str, SipLeg] = {}
        self._by_call: dict[int, SipLeg] = {}
        self._graveyard: list[SipLeg] = []
        self._referrals = Referrals(post, self.find, agenda)
        self._introductions = Introductions(results, agenda)
        self.patchbay = Patchbay(self._legs.get, find_prompt, post, agenda)

    # --- From PJSIP --------------------

    def incoming(self, call_id: int, account: pj.Account, admitted: Admitted) -> None:
        """An admitted INVITE has become a PJSIP call."""
        request, caller = admitted.request, admitted.caller
        leg = SipLeg(self, account, secrets.token_hex(8), caller.tenant, call_id)
        self._legs[leg.leg] = self._by_call[call_id] = leg
        who = shown(request) if caller.trunk else Shown("", "", private=False)
        caller_id, record = None, False
        if caller.srtp == "dtls":
            leg.reach = browsers.of_request(caller.device, request)
            caller_id, record = browsers.wishes(request)
        self.post(
            IncomingCall(
                leg=leg.leg,
                caller=caller,
                number=called(request, admitted.number_in),
                source=host_port(request.source_ip, request.source_port),
                has_offer=bool(request.body),
                codecs=codecs(request.body),
                dialog=request.call_id,
                replaces=admitted.replaces,
                from_number=who.number,
                from_name=who.name,
                private=who.private,
                caller_id=caller_id,
                record=record,
            )
        )

    def refer(self, call_id: int, request: Request) -> tuple[int, str, list[tuple[str, str]]]:
        """A REFER in the dialog of a call: the answer to it."""
        leg = self._by_call.get(call_id)
        reply = self._referrals.asked(leg, request) if leg is not None else Reply(481, "")
        return reply.code, reply.reason, reply.headers

    def find(self, tenant: str, wanted: Replaces) -> SipLeg | None:
        """The leg with this dialog (RFC 3891 section 3); None for one of another organisation."""
        leg = self._by_call.get(pbx_native.find_call(wanted.call_id, wanted.to_tag, wanted.from_tag))
        return leg if leg is not None and leg.tenant == tenant else None

    def dialog(self, leg: str) -> DialogId | None:
        """The SIP dialog of a leg that rang or talks; None when there is none. From any thread."""
        found = self._legs.get(leg)
        return found.dialog if found is not None else None

    def answered(self, leg: SipLeg) -> None:
        self.post(LegAnswered(leg=leg.leg, codec=leg.codec, dialog=leg.sip_call_id))
        self._introductions.answered(leg)

    def media_changed(self, leg: SipLeg) -> None:
        leg.silent_since = None
        self.patchbay.refresh(leg)

    def gone(self, leg: SipLeg) -> None:
        """The call is over in PJSIP. The object dies once its callback has returned."""
        self.patchbay.forget(leg)
        self._introductions.forget(leg)
        leg.referral = None
        if leg.trying is not None:
            self._results.forget(leg.trying)
        self._by_call.pop(leg.getId(), None)
        if self._legs.pop(leg.leg, None) is not None:
            self._graveyard.append(leg)

    def bury(self) -> None:
        """Let go of legs that ended during the last round of events."""
        self._graveyard.clear()

    def uses(self, account: int) -> bool:
        """Whether a leg belongs to this account, by pjsua's number of it."""
        return any(leg.getInfo().accId == account for leg in self._legs.values())

    @property
    def count(self) -> int:
        return len(self._legs)

    # --- From the logic --------------------

    def carry_out(self, command: SipCommand) -> None:
        """Do what the logic decided. What PJSIP refuses ends up as an event, never as an exception."""
        if isinstance(command, Invite):
            self._invite(command)
            return
        if isinstance(command, LegAudio | SharedAudio):
            self.patchbay.carry_out(command)
            return
        leg = self._legs.get(command.leg)
        if leg is None:
            return
        try:
            self._on_leg(leg, command)
        except pj.Error as error:
            log.warning("leg.refused", leg=leg.leg, command=type(command).__name__, error=error.reason)

    def _on_leg(self, leg: SipLeg, command: SipCommand) -> None:
        match command:
            case Progress():
                self._answer(leg, command.code)
            case Answer():
                identity = name_addr(command.name, user_uri(command.number, command.domain))
                self._answer(leg, 200, identity)
            case HangUp():
                self._hang_up(leg, command)
            case Identify():
                self._introductions.want(leg, command)
            case TellReferrer():
                self._referrals.tell(leg, command)
            case SendDigit():
                self._send_digit(leg, command)

    def _invite(self, command: Invite) -> None:
        account = self._lines.outgoing(command)
        if account is None:
            self.post(LegEnded(leg=command.leg, code=503, reason="No such trunk", remote=False))
            return
        if (
            isinstance(command.to, Binding)
            and command.srtp == "dtls"
            and not self._inviter.reaches(command.to)
        ):
            self.post(LegEnded(leg=command.leg, code=503, reason="Its connection is gone", remote=False))
            return
        leg = SipLeg(self, account, command.leg, command.to.tenant)
        if isinstance(command.to, Binding) and command.srtp == "dtls":
            leg.reach = browsers.of_binding(command.to)
        self._legs[command.leg] = leg
        try:
            self._inviter.send(leg, command)
        except pj.Error as error:
            log.warning("leg.invite_failed", leg=command.leg, error=error.reason)
            if self._legs.pop(command.leg, None) is not None:
                self._graveyard.append(leg)
                self.post(LegEnded(leg=command.leg, code=503, reason=error.reason, remote=False))
        else:
            self._by_call[leg.getId()] = leg
            if isinstance(command.to, Line):
                self._expect_trying(leg)

    def _expect_trying(self, leg: SipLeg) -> None:
        """A provider may take long to ring; its 100 tells that it is there."""

        def tried(code: int) -> None:
            self.post(LegProgress(leg=leg.leg, code=code, media=False))

        leg.trying = self._results.expect(tried)
        pbx_native.expect_trying(leg.getId(), leg.trying)

    def _answer(self, leg: SipLeg, code: int, identity: str | None = None) -> None:
        options = call_options()
        options.statusCode = code
        if identity:
            add_header(options.txOption, "P-Asserted-Identity", identity)
        leg.answer(options)

    def _hang_up(self, leg: SipLeg, command: HangUp) -> None:
        leg.hung_up = True
        options = pj.CallOpParam()
        options.statusCode = command.code
        if command.cause:
            if leg.confirmed:
                add_header(options.txOption, "Reason", command.cause)
            else:
                pbx_native.set_cancel_reason(leg.getId(), command.cause)
        leg.hangup(options)

    def _send_digit(self, leg: SipLeg, command: SendDigit) -> None:
        param = pj.CallSendDtmfParam()
        param.digits = command.digit
        param.duration = command.milliseconds
        by_info = command.via == "info"
        param.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if by_info else pj.PJSUA_DTMF_METHOD_RFC2833
        try:
            leg.sendDtmf(param)
        except pj.Error:
            if command.via != "auto":
                raise
            # The phone did not offer telephone-event: INFO is what is left.
            param.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
            leg.sendDtmf(param)

    # --- Watching media --------------------

    def watch(self, now: float) -> None:
        """Report legs in a call from which no RTP comes; `now` monotonic. Call about once a second."""
        legs = [
            leg
            for leg in self._legs.values()
            if leg.confirmed and leg.has_media and (leg.reach is not None or not leg.held)
        ]
        if not legs:
            return
        for leg, packets in zip(legs, pbx_native.rx_packets([leg.getId() for leg in legs]), strict=True):
            if packets != leg.rx_packets or leg.silent_since is None:
                if leg.silent_since is not None:
                    self._set_away(leg, False)
                leg.rx_packets, leg.silent_since, leg.reported = packets, now, 0.0
                continue
            silent = now - leg.silent_since
            if not leg.held and silent - leg.reported >= _SILENCE_STEP:
                leg.reported = silent
                self.post(MediaSilent(leg=leg.leg, seconds=silent))
            self._set_away(leg, leg.away or browsers.away(leg, silent))

    def _set_away(self, leg: SipLeg, away: bool) -> None:
        if leg.away != away:
            leg.away = away
            self.post(LegAway(leg=leg.leg, away=away))

    # --- Connections of browsers --------------------

    def flow_closed(self, flow: Flow) -> None:
        """A connection has gone."""
        browsers.closed(self._legs.values(), flow)

    def registered(self, binding: Binding) -> None:
        """A browser registered over this connection."""
        browsers.registered(self._legs.values(), binding)
