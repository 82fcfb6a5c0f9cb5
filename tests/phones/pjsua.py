"""A pjsua2 phone in a process of its own (pjsua_child.py), with the behaviours that other phones lack."""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tests.phones import net
from tests.phones.audio import NOTHING, Samples, read_growing_wav, sine, write_wav
from tests.phones.base import (
    SENT_LEVEL_DBOV,
    START_S,
    Account,
    BasePhone,
    Caller,
    CallState,
    DtmfVia,
    PhoneError,
    caller_of,
    last_seconds,
    with_silence_since,
)

CHILD = Path(__file__).with_name("pjsua_child.py")
TONE_RATE = 16000  # the bridge's own
TONE_S = 10
WRITE_EVERY_S = 0.4
BUSY_S = 3.0

Use = Literal["off", "optional", "required"]
TimerUse = Literal["off", "optional", "required", "always"]
Srtp = Literal["off", "optional", "required"]


class Pjsua(BasePhone):
    """One pjsua2 phone.

    `on_invite` says what a new INVITE gets: "ring" (180), "early" (183 with SDP, the tone is heard),
    "silent" (only 100), a code such as "486", or "302 sip:other@host". `prack` is 100rel, `timer` session
    timers (RFC 4028) with `session_expires` and `min_se` in seconds.
    """

    kind = "pjsua"

    def __init__(
        self,
        account: Account,
        *,
        on_invite: str = "ring",
        prack: Use = "optional",
        timer: TimerUse = "optional",
        session_expires: int = 1800,
        min_se: int = 90,
        follow_redirects: bool = False,
        ca_file: Path | None = None,
        srtp: Srtp = "off",
    ) -> None:
        super().__init__(account)
        self._behaviour: dict[str, Any] = {
            "on_invite": on_invite,
            "prack": prack,
            "timer": timer,
            "session_expires": session_expires,
            "min_se": min_se,
            "follow": follow_redirects,
            "srtp": srtp,
        }
        self._ca_file = ca_file
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._ready = False
        self._invite = ""
        self._record_file: Path | None = None
        self._records: dict[str, Path] = {}
        self.held_by_peer = False
        self.dtmf_via: list[str] = []
        self.transfer_codes: list[int] = []

    # --- start and stop ---------------------------------------------------------------------------

    async def _launch(self) -> None:
        self._ready = False
        account = self.account
        name = f'"{account.display_name}" ' if account.display_name else ""
        tail = f";transport={account.transport}"
        settings: dict[str, Any] = {
            **self._behaviour,
            "folder": str(self.folder),
            "trace": str(self.folder / "trace.log"),
            "address": net.LOOPBACK,
            "port": self.local_port,
            "transport": account.transport,
            "rtp_port": self.rtp_port,
            "rtp_span": net.RTP_BLOCK - 2,
            "id_uri": f"{name}<sip:{account.user}@{account.domain}>",
            "username": account.user,
            "password": account.password,
            "codecs": list(account.codecs),
        }
        if account.port:
            settings["proxy"] = f"<sip:{account.host}:{account.port}{tail};lr>"
            settings["registrar"] = f"sip:{account.domain}"
        if account.transport == "tls":
            cert, key = net.self_signed(self.folder)
            settings |= {
                "cert": str(cert),
                "key": str(key),
                "ca": str(self._ca_file) if self._ca_file else "",
            }
        await self._spawn(sys.executable, str(CHILD), env={**os.environ, "PYTHONPATH": ""})
        await self._write(json.dumps(settings) + "\n")
        await self.until(lambda: self._ready, "start", START_S)
        await self.send_tone(1000)

    async def _quit(self) -> None:
        await self._command("quit")

    async def _command(self, name: str, **arguments: Any) -> Any:
        """Have the child do something; raises PhoneError with PJSIP's words when it could not."""
        number = next(self._ids)
        waiting = asyncio.get_running_loop().create_future()
        self._answers[number] = waiting
        await self._write(json.dumps({"id": number, "do": name, **arguments}) + "\n")
        try:
            return await asyncio.wait_for(waiting, 5.0)
        except TimeoutError:
            raise PhoneError(self._failure(f"no answer to {name}")) from None

    async def _renegotiate(self, name: str, **arguments: Any) -> None:
        """Like _command, again for up to BUSY_S while an offer is still open (PJSIP refuses a second one)."""
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                await self._command(name, **arguments)
                return
            except PhoneError as error:
                if "PJ_EINVALIDOP" not in str(error).split("\n", 1)[0] or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)

    def _on_line(self, line: str) -> None:
        if not line.startswith("{"):
            return
        message = json.loads(line)
        if "answer" in message:
            waiting = self._answers.pop(message["answer"], None)
            if waiting is None or waiting.done():
                return
            if "error" in message:
                waiting.set_exception(PhoneError(self._failure(str(message["error"]))))
            else:
                waiting.set_result(message.get("result"))
        else:
            self._on_event(message)

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "ready":
            self._ready = True
        elif kind == "registration":
            self.registration_code = event["code"]
            self.registered = event["code"] == 200 and event["expires"] > 0
        elif kind == "invite":
            self._invite = event["message"]
            self._on_call(str(event["call"]), CallState.INCOMING)
        elif kind == "state":
            self._moved_to(event)
        elif kind == "recording":
            self._record_file = self._records[str(event["call"])] = Path(event["path"])
        elif kind == "media":
            self.held_by_peer = event["status"] == 3  # PJSUA_CALL_MEDIA_REMOTE_HOLD
        elif kind == "dtmf":
            self.dtmf_received += event["digit"]
            self.dtmf_via.append(event["via"])
        elif kind == "transfer":
            self.transfer_codes.append(event["code"])

    def _moved_to(self, event: dict[str, Any]) -> None:
        state, code, line = event["state"], event["code"], str(event["call"])
        if state == "calling":
            self._on_call(line, CallState.CALLING)
        elif state == "early" and not event["incoming"]:
            self._on_call(line, CallState.RINGING if code == 180 else CallState.EARLY)
        elif state == "confirmed":
            self._on_call(line, CallState.ESTABLISHED)
        elif state == "disconnected":
            counts = self._on_call(line, CallState.ENDED)
            self._records.pop(line, None)
            if not counts:
                self._record_file = self._records.get(next(reversed(self._lines)))
                return
            # PJSIP reports a BYE as 200: no failure code then.
            self._end_call(0 if code == 200 else code, event["reason"], self._reason_header())

    # --- trace ------------------------------------------------------------------------------------

    @property
    def trace(self) -> str:
        path = self.folder / "trace.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def log_tail(self) -> str:
        tail = "\n".join(self.trace.splitlines()[-80:]) if self._folder else ""
        return f"{super().log_tail()}\n--- its trace ---\n{tail}"

    @property
    def caller_shown(self) -> Caller | None:
        return caller_of(self._invite) if self._invite else None

    # --- registration and calls -------------------------------------------------------------------

    async def register(self, expires: int = 600) -> None:
        self.registered = False
        await self._command("register", expires=expires)

    async def unregister(self) -> None:
        await self._command("unregister")

    async def call(
        self, number: str, *, late_offer: bool = False, headers: Mapping[str, str] | None = None
    ) -> None:
        """Call; `late_offer` sends the INVITE without SDP, `headers` are added to it."""
        self._begin_call(CallState.CALLING)
        target = self._target(number)
        if "transport=" not in target and not number.startswith(("sip:", "sips:")):
            target += f";transport={self.account.transport}"
        await self._command("call", target=target, late_offer=late_offer, headers=dict(headers or {}))

    async def answer(self) -> None:
        await self._command("answer", code=200)

    async def progress(self, code: int = 183) -> None:
        """Send another provisional answer: 180, or 183 with SDP (early media)."""
        await self._command("answer", code=code)

    async def decline(self, code: int = 486) -> None:
        await self._command("hangup", code=code)

    async def redirect(self, number: str) -> None:
        """Answer the ringing call with 302 and a Contact."""
        await self._command("answer", code=302, headers={"Contact": f"<{self._target(number)}>"})

    async def hangup(self) -> None:
        await self._command("hangup")

    async def hold(self) -> None:
        await self._renegotiate("hold")

    async def resume(self) -> None:
        await self._renegotiate("reinvite", unhold=True)

    async def reinvite(self, *, late_offer: bool = False, codecs: list[str] | None = None) -> None:
        """Send a re-INVITE, without SDP (`late_offer`) or with other `codecs`."""
        if codecs is not None:
            await self._command("codecs", names=codecs)
        await self._renegotiate("reinvite", late_offer=late_offer)

    async def update(self) -> None:
        """Send an UPDATE with an offer (RFC 3311)."""
        await self._renegotiate("update")

    async def transfer(self, number: str) -> None:
        """Blind transfer of the call by REFER; `transfer_codes` gets what the NOTIFYs say."""
        await self._command("transfer", target=self._target(number))

    async def use_line(self, number: int) -> None:
        """Make that call (1 is the oldest) the one that commands, `state` and `heard` mean: it counts as the
        newest."""
        line = list(self._lines)[number - 1]
        await self._command("use", call=int(line))
        self._lines[line] = self.state = self._lines.pop(line)
        self._record_file = self._records.get(line)

    async def attended(self) -> None:
        """Attended transfer (REFER with Replaces): the older call goes to the other side of the newest."""
        await self._command("attended")

    async def send_dtmf(self, digits: str, via: DtmfVia = "rtp") -> None:
        await self._command("dtmf", digits=digits, via=via)

    async def set_on_invite(self, how: str) -> None:
        """Change `on_invite` for calls to come."""
        await self._command("on_invite", how=how)

    async def statistics(self) -> str:
        """PJSIP's own report on the call: codec, packets, loss, jitter."""
        return str(await self._command("statistics"))

    # --- audio ------------------------------------------------------------------------------------

    async def send_tone(self, hz: float) -> None:
        """See Phone.send_tone; rounded to 0.1 Hz, so that the loop has no seam."""
        path = self.folder / f"tone-{hz:.1f}.wav"
        if hz and not path.exists():
            write_wav(path, sine(round(hz, 1), TONE_S, TONE_RATE, SENT_LEVEL_DBOV), TONE_RATE)
        await self._command("tone", path=str(path) if hz else "")

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        file = self._record_file
        if file is None or not file.exists():
            return NOTHING, 0
        samples, rate = read_growing_wav(file)
        if self.state is CallState.ESTABLISHED and last_s is not None:
            samples = with_silence_since(samples, rate, time.time() - file.stat().st_mtime, WRITE_EVERY_S)
        return last_seconds(samples, rate, last_s), rate
