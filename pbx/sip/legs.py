"""All legs of this node in PJSIP: takes calls in, carries out the logic's commands. PJSIP thread only."""

import secrets
from collections.abc import Callable, Mapping
from time import monotonic

import pbx_native
import pjsua2 as pj
import structlog

from pbx.ports import (
    Answer,
    Binding,
    Bridge,
    Caller,
    ChangeRecording,
    HangUp,
    IncomingCall,
    Invite,
    LegEnded,
    LegEvent,
    MediaSilent,
    Play,
    PlayToRoom,
    Progress,
    Prompt,
    PromptEnded,
    Request,
    SendDigit,
    SipCommand,
    Spoken,
    StartRecording,
    StopPlaying,
    StopRecording,
    Unbridge,
)
from pbx.sip.connections import Connections
from pbx.sip.endpoint import CodecOrder, add_header, call_options
from pbx.sip.leg import SipLeg
from pbx.sip.media import Agenda, Patchbay
from pbx.sip.offer import codecs
from pbx.sip.uris import host_port, name_addr, target, user_uri

log = structlog.get_logger("pbx.legs")

_TAIL = 0.15  # seconds a prompt may still sound in the phone's jitter buffer
_SILENCE_STEP = 5.0  # seconds between reports of a leg that sends nothing


class Legs:
    """Leg id to PJSIP call, and what the logic wants of each."""

    def __init__(
        self,
        account: pj.Account,
        accounts: Mapping[str, pj.Account],
        post: Callable[[IncomingCall | LegEvent], None],
        *,
        find_prompt: Callable[[str, str], Prompt | None],
        agenda: Agenda,
        codec_order: CodecOrder,
        connections: Connections,
    ) -> None:
        self.post = post
        self._account = account
        self._accounts = accounts
        self._find_prompt = find_prompt
        self._agenda = agenda
        self._codec_order = codec_order
        self._connections = connections
        self._legs: dict[str, SipLeg] = {}
        self._graveyard: list[SipLeg] = []
        self.patchbay = Patchbay(self._legs.get)

    # --- From PJSIP --------------------

    def incoming(self, call_id: int, caller: Caller, request: Request) -> None:
        """An admitted INVITE has become a PJSIP call."""
        leg = secrets.token_hex(8)
        self._legs[leg] = SipLeg(self, self._account, leg, call_id)
        self.post(
            IncomingCall(
                leg=leg,
                caller=caller,
                number=request.uri_user,
                source=host_port(request.source_ip, request.source_port),
                has_offer=bool(request.body),
                codecs=codecs(request.body),
            )
        )

    def media_changed(self, leg: SipLeg) -> None:
        leg.silent_since = None
        self.patchbay.refresh(leg.leg)

    def gone(self, leg: SipLeg) -> None:
        """The call is over in PJSIP. The object dies once its callback has returned."""
        self.patchbay.forget(leg.leg)
        if self._legs.pop(leg.leg, None) is not None:
            self._graveyard.append(leg)

    def bury(self) -> None:
        """Let go of legs that ended during the last round of events."""
        self._graveyard.clear()

    @property
    def count(self) -> int:
        return len(self._legs)

    # --- From the logic --------------------

    def carry_out(self, command: SipCommand) -> None:
        """Do what the logic decided. What PJSIP refuses ends up as an event, never as an exception."""
        if isinstance(command, Invite):
            self._invite(command)
            return
        if isinstance(command, Bridge):
            self.patchbay.bridge(command.a, command.b)
            return
        if isinstance(command, Unbridge):
            self.patchbay.unbridge(command.a, command.b)
            return
        if isinstance(command, StartRecording | ChangeRecording | StopRecording | PlayToRoom):
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
            case Play():
                self._play(leg, command)
            case StopPlaying():
                self.patchbay.stop(leg.leg)
            case SendDigit():
                self._send_digit(leg, command)

    def _invite(self, command: Invite) -> None:
        binding = command.to
        assert isinstance(binding, Binding)
        account = self._accounts.get(binding.transport, self._account)
        leg = SipLeg(self, account, command.leg)
        self._legs[command.leg] = leg
        options = call_options()
        identity = name_addr(command.name, user_uri(command.number, command.domain))
        options.txOption.localUri = identity
        options.txOption.targetUri = self._target(binding)
        add_header(options.txOption, "P-Asserted-Identity", identity)
        self._codec_order.prefer(command.codecs)
        try:
            leg.makeCall(user_uri(command.called, command.domain), options)
        except pj.Error as error:
            log.warning("leg.invite_failed", leg=command.leg, error=error.reason)
            if self._legs.pop(command.leg, None) is not None:
                self._graveyard.append(leg)
                self.post(LegEnded(leg=command.leg, code=503, reason=error.reason, remote=False))

    def _target(self, binding: Binding) -> str:
        reached = self._connections.reaches(binding.source_ip, binding.source_port, binding.transport)
        return target(binding, connected=reached)

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

    def _play(self, leg: SipLeg, command: Play) -> None:
        sound = command.sounds[0]
        prompt = self._find_prompt(sound.name, sound.language) if isinstance(sound, Spoken) else None
        if prompt is None:
            log.warning("prompt.missing", sound=str(sound))
            self.post(PromptEnded(leg=leg.leg))
            return
        self.patchbay.play(leg.leg, prompt.path, command.loop)
        if not command.loop:
            self._agenda.at(monotonic() + prompt.seconds + _TAIL, lambda: self._prompt_over(leg))

    def _prompt_over(self, leg: SipLeg) -> None:
        if leg.leg in self._legs:
            self.patchbay.stop(leg.leg)
            self.post(PromptEnded(leg=leg.leg))

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
        legs = [leg for leg in self._legs.values() if leg.confirmed and leg.has_media and not leg.held]
        if not legs:
            return
        for leg, packets in zip(legs, pbx_native.rx_packets([leg.getId() for leg in legs]), strict=True):
            if packets != leg.rx_packets or leg.silent_since is None:
                leg.rx_packets, leg.silent_since, leg.reported = packets, now, 0.0
                continue
            silent = now - leg.silent_since
            if silent - leg.reported >= _SILENCE_STEP:
                leg.reported = silent
                self.post(MediaSilent(leg=leg.leg, seconds=silent))
