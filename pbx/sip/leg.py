"""One leg in PJSIP: a pjsua2 call whose callbacks only say what happened, to the table of legs."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pbx_native
import pjsua2 as pj

from pbx.ports import DialogId, DigitPressed, LegEnded, LegMedia, LegProgress
from pbx.sip.browsers import Reach
from pbx.sip.quality import Figures, quality
from pbx.sip.uris import redirect_user

_KNOWN = (pj.PJSIP_INV_STATE_EARLY, pj.PJSIP_INV_STATE_CONFIRMED)
_ENCODING = 1  # PJMEDIA_DIR_ENCODING: we may send


class LegSink(Protocol):
    """Who hears of legs."""

    def post(self, event: LegProgress | LegMedia | LegEnded | DigitPressed) -> None: ...
    def answered(self, leg: "SipLeg") -> None: ...
    def media_changed(self, leg: "SipLeg") -> None: ...
    def gone(self, leg: "SipLeg") -> None: ...


@dataclass(slots=True)
class Referral:
    """A REFER whose outcome the phone waits for. `event` is the value of Event, "" when the phone wants no
    NOTIFY (RFC 4488); `told` the last code."""

    event: str
    told: int = 0


@dataclass(slots=True)
class Introduction:
    """Who the phone is to be told that it talks to: the value of P-Asserted-Identity; `token` while a request
    with it is out."""

    wanted: str
    token: int | None = None


class SipLeg(pj.Call):  # type: ignore[misc]
    """A pjsua2 call under a leg id of ours. Lives on the PJSIP thread only."""

    def __init__(
        self, sink: LegSink, account: pj.Account, leg: str, tenant: str, call_id: int = pj.PJSUA_INVALID_ID
    ) -> None:
        super().__init__(account, call_id)
        self.leg = leg
        self.tenant = tenant
        # Read from other threads too: assigned once, when the phone has given its tag.
        self.dialog: DialogId | None = None
        self.referral: Referral | None = None
        self.introduction: Introduction | None = None
        self.trying: int | None = None
        self.incoming = call_id != pj.PJSUA_INVALID_ID
        self.confirmed = False
        self.has_media = False
        self.held = False
        self.hung_up = False
        self.codec: str | None = None
        self.rx_packets = 0
        self.silent_since: float | None = None
        self.reported = 0.0
        self.reach: Reach | None = None  # of browsers only
        self.away = False
        self._sink = sink
        self._redirect: str | None = None

    def onCallState(self, prm: Any) -> None:
        """Provisional, confirmed or gone."""
        brief = pbx_native.call_brief(self.getId())
        if brief is None:
            return
        state, code, reason = brief[0], brief[1], brief[2]
        if self.dialog is None and state in _KNOWN:
            known = pbx_native.call_dialog(self.getId())
            self.dialog = DialogId(*known) if known else None
        if state == pj.PJSIP_INV_STATE_EARLY and not self.incoming:
            self._tell_progress(code, self.has_media)
        elif state == pj.PJSIP_INV_STATE_CONFIRMED and not self.confirmed:
            self.confirmed = True
            self._sink.answered(self)
            if self.held:
                self._tell_media()
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._tell_end(code, reason)

    def onCallMediaState(self, prm: Any) -> None:
        """Media was negotiated, for the first time or again."""
        brief = pbx_native.call_brief(self.getId())
        if brief is None:
            return
        early = not self.has_media and not self.confirmed and not self.incoming
        self.has_media = True
        self.held = not brief[4] & _ENCODING
        stats = pbx_native.call_stats(self.getId())
        self.codec = stats[0] if stats else self.codec
        self._sink.media_changed(self)
        if early and brief[0] == pj.PJSIP_INV_STATE_EARLY:
            self._tell_progress(183, media=True)
        if self.confirmed:
            self._tell_media()

    def onDtmfDigit(self, prm: Any) -> None:
        """A digit by RFC 4733 or INFO. PJSIP gives -1 when it does not know how long."""
        via: Literal["rtp", "info"] = "rtp" if prm.method == pj.PJSUA_DTMF_METHOD_RFC2833 else "info"
        milliseconds = prm.duration if 0 < prm.duration <= 5000 else 160
        self._sink.post(DigitPressed(leg=self.leg, digit=prm.digit, via=via, milliseconds=milliseconds))

    def onCallRedirected(self, prm: Any) -> int:
        """3xx: never followed by the stack; the logic decides where the call goes."""
        self._redirect = self._redirect or redirect_user(prm.targetUri)
        return int(pj.PJSIP_REDIRECT_STOP)

    def onCallTransferRequest(self, prm: Any) -> None:
        """REFER: the native module answers it (referring.py); one that came past it, while that is taken
        down, is refused. Left to itself PJSIP would call whatever URI the phone names."""
        prm.statusCode = pj.PJSIP_SC_DECLINE

    @property
    def sip_call_id(self) -> str | None:
        """Call-ID of its dialog, once the phone has given its tag."""
        return self.dialog.call_id if self.dialog is not None else None

    def _tell_progress(self, code: int, media: bool) -> None:
        self._sink.post(LegProgress(leg=self.leg, code=code, media=media, dialog=self.sip_call_id))

    def _tell_media(self) -> None:
        self._sink.post(LegMedia(leg=self.leg, active=True, held=self.held, codec=self.codec))

    def _tell_end(self, code: int, reason: str) -> None:
        stats = pbx_native.call_stats(self.getId())
        self._sink.post(
            LegEnded(
                leg=self.leg,
                code=code,
                reason=reason,
                remote=not self.hung_up,
                codec=stats[0] if stats else self.codec,
                quality=quality(Figures(*stats[:9])) if stats else None,
                redirect=self._redirect,
            )
        )
        self._sink.gone(self)
