"""A pjsua2 phone as a program of its own: settings as the first line of standard input, then commands, one
JSON object a line; answers and events come as JSON lines on standard output. Run by tests/phones/pjsua.py;
imports no more than pjsua2 and the standard library, so that this PJSIP never meets the one under test.
"""

import ctypes
import json
import os
import select
import sys
from pathlib import Path
from typing import Any

import pjsua2 as pj

POLL_MS = 10
CLOCK_RATE = 16000
PRACK = {
    "off": pj.PJSUA_100REL_NOT_USED,
    "optional": pj.PJSUA_100REL_OPTIONAL,
    "required": pj.PJSUA_100REL_MANDATORY,
}
TIMER = {
    "off": pj.PJSUA_SIP_TIMER_INACTIVE,
    "optional": pj.PJSUA_SIP_TIMER_OPTIONAL,
    "required": pj.PJSUA_SIP_TIMER_REQUIRED,
    "always": pj.PJSUA_SIP_TIMER_ALWAYS,
}
SRTP = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
}
STATES = {
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_INCOMING: "incoming",
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONNECTING: "connecting",
    pj.PJSIP_INV_STATE_CONFIRMED: "confirmed",
    pj.PJSIP_INV_STATE_DISCONNECTED: "disconnected",
}


def tell(**what: Any) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Call(pj.Call):  # type: ignore[misc]
    """A call that connects the phone's tone and recorder to its media."""

    def __init__(
        self, phone: "PhoneProgram", account: pj.Account, call_id: int = pj.PJSUA_INVALID_ID
    ) -> None:
        super().__init__(account, call_id)
        self.phone = phone
        self.recorder: pj.AudioMediaRecorder | None = None
        self.audio: pj.AudioMedia | None = None
        self.incoming = call_id != pj.PJSUA_INVALID_ID

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        state = STATES.get(info.state, "")
        tell(
            event="state",
            call=info.id,
            state=state,
            code=info.lastStatusCode,
            reason=info.lastReason,
            incoming=self.incoming,
        )
        if state == "disconnected":
            self.recorder = self.audio = None
            self.phone.forget(self)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # stays alive while its media list is read
        for index, media in enumerate(info.media):
            tell(
                event="media", call=info.id, index=index, type=media.type, status=media.status, dir=media.dir
            )
            usable = media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
            if media.type == pj.PJMEDIA_TYPE_AUDIO and usable:
                self._connect(self.getAudioMedia(index))

    def _connect(self, audio: pj.AudioMedia) -> None:
        if self.recorder is None:
            path = self.phone.next_recording()
            self.recorder = pj.AudioMediaRecorder()
            self.recorder.createRecorder(path)
            tell(event="recording", call=self.getId(), path=path)
        self.audio = audio
        if self.phone.tone is not None:
            self.phone.tone.startTransmit(audio)
        audio.startTransmit(self.recorder)

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        via = "info" if prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO else "rtp"
        tell(event="dtmf", digit=prm.digit, via=via)

    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:
        """Follow a 3xx only when told to; else the call ends with its code."""
        return int(pj.PJSIP_REDIRECT_ACCEPT if self.phone.settings["follow"] else pj.PJSIP_REDIRECT_REJECT)

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        tell(event="transfer", code=prm.statusCode, reason=prm.reason, final=prm.finalNotify)


class Account(pj.Account):  # type: ignore[misc]
    def __init__(self, phone: "PhoneProgram") -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        tell(event="registration", code=prm.code, reason=prm.reason, expires=prm.expiration)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = Call(self.phone, self, prm.callId)
        self.phone.calls.append(call)
        tell(event="invite", call=prm.callId, message=prm.rdata.wholeMsg)
        self.phone.react(call)


class PhoneProgram:
    """The phone: one endpoint, one account, the newest call is the one that commands mean."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.calls: list[Call] = []
        self.recordings = 0
        self.running = True
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self._init_endpoint()
        transport = self._transport()
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        self.set_codecs(settings["codecs"])
        self.tone: pj.AudioMediaPlayer | None = None
        self.account = self._account(transport, 0)
        self._transport_id = transport

    def _init_endpoint(self) -> None:
        config = pj.EpConfig()
        config.logConfig.level = 4
        config.logConfig.consoleLevel = 0
        config.logConfig.msgLogging = 1
        config.logConfig.filename = self.settings["trace"]
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 8
        config.uaConfig.userAgent = "test phone (pjsua2)"
        config.medConfig.clockRate = CLOCK_RATE
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.threadCnt = 1
        self.endpoint.libInit(config)

    def _transport(self) -> int:
        config = pj.TransportConfig()
        config.port = self.settings["port"]
        config.boundAddress = self.settings["address"]
        kind = {"udp": pj.PJSIP_TRANSPORT_UDP, "tcp": pj.PJSIP_TRANSPORT_TCP, "tls": pj.PJSIP_TRANSPORT_TLS}
        if self.settings["transport"] == "tls":
            config.tlsConfig.certFile = self.settings["cert"]
            config.tlsConfig.privKeyFile = self.settings["key"]
            if self.settings.get("ca"):
                config.tlsConfig.CaListFile = self.settings["ca"]
                config.tlsConfig.verifyServer = True
        return int(self.endpoint.transportCreate(kind[self.settings["transport"]], config))

    def _account(self, transport: int, expires: int) -> Account:
        settings = self.settings
        config = pj.AccountConfig()
        config.idUri = settings["id_uri"]
        config.sipConfig.transportId = transport
        config.natConfig.contactRewriteUse = 0
        config.callConfig.prackUse = PRACK[settings["prack"]]
        config.callConfig.timerUse = TIMER[settings["timer"]]
        config.callConfig.timerMinSESec = settings["min_se"]
        config.callConfig.timerSessExpiresSec = settings["session_expires"]
        config.mediaConfig.srtpUse = SRTP[settings["srtp"]]
        config.mediaConfig.srtpSecureSignaling = 0
        media = config.mediaConfig.transportConfig
        media.boundAddress, media.port, media.portRange = (
            settings["address"],
            settings["rtp_port"],
            settings["rtp_span"],
        )
        if settings.get("password"):
            config.sipConfig.authCreds.append(
                pj.AuthCredInfo("digest", "*", settings["username"], 0, settings["password"])
            )
        if settings.get("proxy"):
            config.sipConfig.proxies.append(settings["proxy"])
            config.regConfig.registrarUri = settings["registrar"]
            config.regConfig.registerOnAdd = expires > 0
            config.regConfig.timeoutSec = expires or 600
            config.regConfig.retryIntervalSec = 0
        account = Account(self)
        account.create(config)
        return account

    # --- what callbacks use -----------------------------------------------------------------------

    def next_recording(self) -> str:
        self.recordings += 1
        return str(Path(self.settings["folder"]) / f"heard-{self.recordings}.wav")

    def forget(self, call: Call) -> None:
        # Kept until the next call begins: pjsua2 is still inside a callback of this object.
        self.calls = [other for other in self.calls if other is call or other.isActive()]

    def react(self, call: Call) -> None:
        """Do with a new INVITE what the settings say: ring, early media, say nothing, redirect, or
        answer a code."""
        how = str(self.settings["on_invite"])
        prm = pj.CallOpParam()
        if how == "silent":
            return
        prm.statusCode = {"ring": 180, "early": 183}.get(how) or int(how.split(" ", maxsplit=1)[0])
        if prm.statusCode in (301, 302):
            contact = pj.SipHeader()
            contact.hName, contact.hValue = "Contact", f"<{how.split(' ')[1]}>"
            prm.txOption.headers.append(contact)
        call.answer(prm)

    # --- commands ---------------------------------------------------------------------------------

    @property
    def call(self) -> Call:
        if not self.calls or not self.calls[-1].isActive():
            raise RuntimeError("no call")
        return self.calls[-1]

    def do_register(self, expires: int) -> None:
        old = self.account
        self.account = self._account(self._transport_id, expires)
        self.account.setDefault()
        old.shutdown()

    def do_unregister(self) -> None:
        self.account.setRegistration(False)

    def do_call(self, target: str, late_offer: bool = False, headers: dict[str, str] | None = None) -> None:
        self.calls = [call for call in self.calls if call.isActive()]
        call = Call(self, self.account)
        prm = self._with_headers(headers)
        if late_offer:
            prm.opt.flag |= pj.PJSUA_CALL_NO_SDP_OFFER
        self.calls.append(call)
        call.makeCall(target, prm)

    def _with_headers(self, headers: dict[str, str] | None) -> pj.CallOpParam:
        prm = pj.CallOpParam(True)
        prm.opt.textCount = prm.opt.videoCount = 0
        for name, value in (headers or {}).items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        return prm

    def do_answer(self, code: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        prm = self._with_headers(headers)
        prm.statusCode, prm.reason = code, reason
        self.call.answer(prm)

    def do_hangup(self, code: int = 0) -> None:
        prm = pj.CallOpParam()
        prm.statusCode = code
        self.call.hangup(prm)

    def do_hold(self) -> None:
        self.call.setHold(pj.CallOpParam(True))

    def do_reinvite(self, unhold: bool = False, late_offer: bool = False) -> None:
        prm = self._with_headers(None)
        prm.opt.flag |= pj.PJSUA_CALL_UNHOLD if unhold else 0
        prm.opt.flag |= pj.PJSUA_CALL_NO_SDP_OFFER if late_offer else 0
        self.call.reinvite(prm)

    def do_update(self) -> None:
        self.call.update(self._with_headers(None))

    def do_transfer(self, target: str) -> None:
        self.call.xfer(target, pj.CallOpParam(True))

    def do_use(self, call: int) -> None:
        """That call is the newest from now on."""
        self.calls.sort(key=lambda each: each.isActive() and each.getId() == call)

    def do_attended(self) -> None:
        older, newest = [call for call in self.calls if call.isActive()][-2:]
        older.xferReplaces(newest, pj.CallOpParam(True))

    def do_dtmf(self, digits: str, via: str) -> None:
        prm = pj.CallSendDtmfParam()
        prm.digits = digits
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if via == "info" else pj.PJSUA_DTMF_METHOD_RFC2833
        self.call.sendDtmf(prm)

    def do_tone(self, path: str) -> None:
        """Play a WAV file in a loop to every call; "" for silence. (ToneGenerator's level varies with
        frequency.)"""
        self.tone = None  # destroys the player, which takes it off the bridge
        if not path:
            return
        self.tone = pj.AudioMediaPlayer()
        self.tone.createPlayer(path)
        for call in self.calls:
            if call.audio is not None:
                self.tone.startTransmit(call.audio)

    def set_codecs(self, names: list[str]) -> None:
        found = self.endpoint.codecEnum2()
        for codec in found:
            name = codec.codecId.split("/")[0]
            wanted = [n.lower() for n in names]
            rank = wanted.index(name.lower()) if name.lower() in wanted else -1
            self.endpoint.codecSetPriority(codec.codecId, 0 if rank < 0 else 250 - rank)

    def do_codecs(self, names: list[str]) -> None:
        self.set_codecs(names)

    def do_statistics(self) -> str:
        return str(self.call.dump(True, ""))

    def do_on_invite(self, how: str) -> None:
        self.settings["on_invite"] = how

    def do_quit(self) -> None:
        self.running = False

    # --- loop -------------------------------------------------------------------------------------

    def obey(self, line: str) -> None:
        """Carry out one command and answer it; a failure is the answer, not the end."""
        command = json.loads(line)
        number, name = command.pop("id"), command.pop("do")
        try:
            result = getattr(self, f"do_{name}")(**command)
        except (pj.Error, RuntimeError, TypeError) as error:
            text = error.info() if isinstance(error, pj.Error) else str(error)
            tell(answer=number, error=text)
        else:
            tell(answer=number, result=result)

    def run(self) -> None:
        pending = b""
        flush = ctypes.CDLL(None).fflush
        while self.running:
            self.endpoint.libHandleEvents(POLL_MS)
            flush(None)  # PJLIB's log file, which the parent reads as the trace
            if not select.select([0], [], [], 0)[0]:
                continue
            chunk = os.read(0, 65536)
            if not chunk:
                break  # the parent is gone
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self.obey(line.decode())


def _first_line() -> bytes:
    """The first line of standard input, byte by byte: what follows belongs to the loop's own reads."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1) or b"\n"
    return line


def main() -> None:
    phone = PhoneProgram(json.loads(_first_line()))
    tell(event="ready")
    phone.run()
    phone.endpoint.hangupAllCalls()
    for _ in range(20):
        phone.endpoint.libHandleEvents(POLL_MS)
    tell(event="bye")
    os._exit(0)  # tearing SWIG objects down in the right order is not what is tested here


if __name__ == "__main__":
    main()
