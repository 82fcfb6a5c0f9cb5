"""Debian's baresip 1.0.0 as a phone, driven over its ctrl_tcp module (JSON in netstrings).

It sends with `aufile` and keeps what it decodes with `sndfile`. What it cannot do stands in README.md.
"""

import asyncio
import contextlib
import itertools
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.phones import net
from tests.phones.audio import (
    FLOOR_DBOV,
    NOTHING,
    SILENCE_DBOV,
    Samples,
    read_growing_wav,
    silence,
    sine,
    tone_level,
    write_wav,
)
from tests.phones.base import (
    SENT_LEVEL_DBOV,
    START_S,
    Account,
    BasePhone,
    CallState,
    DtmfVia,
    NotSupported,
    PhoneError,
    last_seconds,
    with_silence_since,
)

PROGRAM = "baresip"
MODULES = "/usr/lib/baresip/modules"
CODEC_NAMES = {"opus": "opus/48000/2", "G722": "G722/16000/1", "PCMA": "PCMA/8000/1", "PCMU": "PCMU/8000/1"}
CODEC_MODULES = {"opus": "opus.so", "G722": "g722.so", "PCMA": "g711.so", "PCMU": "g711.so"}
TONE_RATE = 16000
TONE_S = 300  # baresip plays a file once; a call that lasts longer than this hears silence after it
#: baresip's G.722 lacks the shift by one bit that others make between 16 bit samples and the codec's 15:
#: others hear it 6 dB louder than it speaks, it hears them 6 dB softer.
G722_GAIN_DB = 6.02
DIGIT_GAP_S = 0.25

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_REGISTER_ANSWER = re.compile(r"\{\d+/\w+/v\d\} (\d{3}) ")
_STATES = {
    "CALL_INCOMING": CallState.INCOMING,
    "CALL_RINGING": CallState.RINGING,
    "CALL_PROGRESS": CallState.EARLY,
    "CALL_ESTABLISHED": CallState.ESTABLISHED,
}


class Baresip(BasePhone):
    """One baresip process with one account."""

    kind = "baresip"

    def __init__(self, account: Account, *, stereo_opus: bool = False, watches: Sequence[str] = ()) -> None:
        """With `watches` it subscribes to the presence of these numbers, and to its own messages."""
        super().__init__(account)
        self._watches = watches
        self._stereo = stereo_opus
        self._control_port = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tokens = itertools.count(1)
        self._tone_hz = 1000

    # --- start and stop ---------------------------------------------------------------------------

    async def _launch(self) -> None:
        await self._run(expires=0)

    async def _run(self, expires: int) -> None:
        """Write the configuration (registering when `expires` > 0) and start baresip."""
        self._control_port = net.free_port()
        (self.folder / "config").write_text(self._config())
        (self.folder / "accounts").write_text(self._account_line(expires) + "\n")
        lines = [f'"{each}" <sip:{each}@{self.account.domain}>;presence=p2p' for each in self._watches]
        (self.folder / "contacts").write_text("".join(f"{line}\n" for line in lines))
        await self._spawn(PROGRAM, "-4", "-s", "-f", str(self.folder))
        await self.until(lambda: any("baresip is ready" in line for line in self._log), "start", START_S)
        self._reader, self._writer = await asyncio.open_connection(net.LOOPBACK, self._control_port)
        self._spawn_task(self._read_events(self._reader))

    def _config(self) -> str:
        modules = dict.fromkeys(CODEC_MODULES[codec] for codec in self.account.codecs)
        lines = [
            "poll_method epoll",
            f"sip_listen {net.LOOPBACK}:{self.local_port}",
            f"net_interface {net.LOOPBACK}",
            "call_local_timeout 300",
            "call_max_calls 8",
            "audio_player aubridge,nil",
            f"audio_source aufile,{self._tone_file()}",
            "audio_alert aubridge,alert",
            f"ausrc_srate {TONE_RATE}",
            "ausrc_channels 1",
            f"opus_stereo {'yes' if self._stereo else 'no'}",
            f"opus_sprop_stereo {'yes' if self._stereo else 'no'}",
            *(f"{name}_format s16" for name in ("ausrc", "auplay", "auenc", "audec")),
            "audio_buffer 20-160",
            "jitter_buffer_delay 0-0",  # loopback needs none, and none means heard = received
            f"rtp_ports {self.rtp_port}-{self.rtp_port + net.RTP_BLOCK - 1}",
            f"module_path {MODULES}",
            *(f"module {name}" for name in modules),
            "module sndfile.so",
            "module aubridge.so",
            "module aufile.so",
            "module_tmp account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            *(["module_app contact.so", "module_app presence.so", "module_app mwi.so"] * bool(self._watches)),
            f"ctrl_tcp_listen {net.LOOPBACK}:{self._control_port}",
            f"snd_path {self.folder}",
            "ringback_disabled yes",
        ]
        if self.account.transport == "tls":
            cert, _key = net.self_signed(self.folder)
            lines.append(f"sip_certificate {cert}")
        return "\n".join(lines) + "\n"

    def _account_line(self, expires: int) -> str:
        account = self.account
        codecs = ",".join(CODEC_NAMES[codec] for codec in account.codecs)
        parts = [
            f'"{account.display_name}" <sip:{account.user}@{account.domain};transport={account.transport}>',
            f"regint={expires}",
            f"audio_codecs={codecs}",
            "answermode=manual",
            f"mwi={'yes' if self._watches else 'no'}",
        ]
        if account.password:
            parts += [f"auth_user={account.user}", f"auth_pass={account.password}"]
        if account.port:
            parts.append(f'outbound="sip:{account.host}:{account.port};transport={account.transport}"')
        return ";".join(parts)

    @property
    def contact_uri(self) -> str:
        port = self.local_port + (1 if self.account.transport == "tls" else 0)
        tail = "" if self.account.transport == "udp" else f";transport={self.account.transport}"
        return f"sip:{self.account.user}@{net.LOOPBACK}:{port}{tail}"

    async def _quit(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        await super()._quit()

    # --- control connection -----------------------------------------------------------------------

    async def _read_events(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                message = json.loads(await reader.readexactly(size))
                await reader.readexactly(1)
                if message.get("response"):
                    waiting = self._answers.pop(message.get("token", ""), None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
                elif message.get("event"):
                    self._on_event(message)
        self._log.append("control connection closed")

    async def _command(self, name: str, params: str = "") -> str:
        """Run a command of the menu module; returns what it printed. Raises PhoneError when it fails."""
        if self._writer is None:
            raise PhoneError(f"{self} does not run")
        token = str(next(self._tokens))
        waiting = asyncio.get_running_loop().create_future()
        self._answers[token] = waiting
        body = json.dumps({"command": name, "params": params, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        await self._writer.drain()
        try:
            answer = await asyncio.wait_for(waiting, 5.0)
        except TimeoutError:
            raise PhoneError(self._failure(f"no answer to command {name}")) from None
        if not answer.get("ok"):
            raise PhoneError(self._failure(f"command {name} {params} failed: {answer.get('data')}"))
        return str(answer.get("data", ""))

    def _on_event(self, event: dict[str, Any]) -> None:
        kind, param = str(event.get("type")), str(event.get("param", ""))
        line = str(event.get("id", ""))
        if kind in _STATES:
            self._on_call(line, _STATES[kind])
        elif kind == "CALL_DTMF_START":
            self.dtmf_received += param
        # It hangs up when a transfer fails, and says nothing else of that.
        elif kind in ("CALL_CLOSED", "TRANSFER_FAILED") and self._on_call(line, CallState.ENDED):
            self._end_call(_code_of(param), param, self._reason_header())

    def _on_line(self, line: str) -> None:
        self._log[-1] = line = _ANSI.sub("", line)
        # The event REGISTER_OK may come before the control connection is there; this line always comes.
        if found := _REGISTER_ANSWER.search(line):
            self.registration_code = int(found.group(1))
            self.registered = self.registration_code == 200

    # --- registration -----------------------------------------------------------------------------

    async def register(self, expires: int = 600) -> None:
        """Restart baresip so that it registers (as a phone that boots); wait_registered() tells when done.

        Its command `uanew` would do without a restart, but ctrl_tcp 1.0.0 does not unescape quotes in JSON.
        """
        await self._restart(expires)

    async def unregister(self) -> None:
        """Restart without registration; baresip removes its binding when it ends."""
        await self._restart(0)

    async def _restart(self, expires: int) -> None:
        await self._end_process()
        self._log.clear()
        self._lines.clear()
        self.state = CallState.IDLE
        await self._run(expires)

    # --- calls ------------------------------------------------------------------------------------

    async def call(self, number: str) -> None:
        self._begin_call(CallState.CALLING)
        await self._command("dial", self._target(number))

    async def answer(self) -> None:
        await self._command("accept")

    async def decline(self, code: int = 486) -> None:
        if code != 486:
            raise NotSupported("baresip 1.0.0 declines with 486 only")
        await self._command("hangup")

    async def hangup(self) -> None:
        await self._command("hangup")

    async def hold(self) -> None:
        await self._command("hold")

    async def resume(self) -> None:
        await self._command("resume")

    async def use_line(self, number: int) -> None:
        """Make that call (1 is the oldest) the one that commands mean."""
        await self._command("line", str(number))

    async def reinvite(self) -> None:
        """Send a re-INVITE with the same session."""
        await self._command("reinvite")

    async def transfer(self, number: str) -> None:
        """Blind transfer of the call by REFER."""
        await self._command("transfer", self._target(number))

    async def send_dtmf(self, digits: str, via: DtmfVia = "rtp") -> None:
        if via != "rtp":
            raise NotSupported("baresip 1.0.0 sends DTMF by RFC 4733 only")
        for digit in digits:
            await self._command("sndcode", digit)
            await asyncio.sleep(DIGIT_GAP_S)  # the event must end before the next begins

    # --- audio ------------------------------------------------------------------------------------

    async def send_tone(self, hz: float) -> None:
        """See Phone.send_tone; rounded to whole Hz."""
        self._tone_hz = round(hz)
        await self._command("ausrc", f"aufile,{self._tone_file()}")

    def _tone_file(self) -> Path:
        path = self.folder / f"tone-{self._tone_hz}.wav"
        if not path.exists():
            second = (
                sine(self._tone_hz, 1, TONE_RATE, SENT_LEVEL_DBOV) if self._tone_hz else silence(1, TONE_RATE)
            )
            write_wav(path, np.tile(second, TONE_S), TONE_RATE)
        return path

    @property
    def sent_level_dbov(self) -> float:
        """Level that others hear: the tone as recorded before the encoder in the call's last second
        (resampling to 8,000 Hz changes it by frequency), and more with G.722. SENT_LEVEL_DBOV while
        nothing was sent yet."""
        file = self._newest("dump-*-enc.wav")
        if file is None or not self._tone_hz:
            return SENT_LEVEL_DBOV
        samples, rate = read_growing_wav(file)
        level = tone_level(last_seconds(samples, rate, 1.0), rate, self._tone_hz) if rate else FLOOR_DBOV
        return (level if level > SILENCE_DBOV else SENT_LEVEL_DBOV) + (
            G722_GAIN_DB if self._uses_g722 else 0.0
        )

    @property
    def _uses_g722(self) -> bool:
        chosen = [line for line in self._log if "audio: Set audio encoder: " in line]
        return bool(chosen) and "G722" in chosen[-1]

    def _newest(self, pattern: str) -> Path | None:
        return max(self.folder.glob(pattern), key=lambda path: path.stat().st_mtime, default=None)

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        """See Phone.heard. After a hold baresip 1.0.0 records no more: raises NotSupported then."""
        started = sum("audio: player started" in line for line in self._log)
        recorded = sum("sndfile: dumping decode" in line for line in self._log)
        if started > recorded:
            raise NotSupported("baresip 1.0.0 stops recording after a re-INVITE that is not sendrecv")
        file = self._newest("dump-*-dec.wav")
        if file is None:
            return NOTHING, 0
        samples, rate = read_growing_wav(file)
        if self.state is CallState.ESTABLISHED and last_s is not None:
            samples = with_silence_since(samples, rate, time.time() - file.stat().st_mtime)
        if self._uses_g722:
            samples = np.clip(samples.astype(np.int32) * 2, -32768, 32767).astype(np.int16)
        return last_seconds(samples, rate, last_s), rate


def _code_of(param: str) -> int:
    found = re.match(r"(\d{3})\b", param)
    return int(found.group(1)) if found else 0
