"""Debian's linphonec 5.1 as a phone: commands on its standard input, state and SIP messages from its log.

It runs in file mode: a WAV file is its microphone, another its loudspeaker. What it cannot do stands in
README.md.
"""

import asyncio
import os
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from tests.phones import net
from tests.phones.audio import HEADER_BYTES, NOTHING, Samples, read_growing_wav, silence, sine, write_wav
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

PROGRAM = "linphonec"
TONE_RATE = 48000
TONE_S = 10  # linphone plays the file in a loop: whole periods of any whole frequency
LOG_POLL_S = 0.03
DIGIT_GAP_S = 0.3
WRITE_EVERY_S = 0.6  # the recording grows by 4,096 bytes, a quarter of a second of G.711

_MOVED = re.compile(r"\[(\w+)\] moving from state LinphoneCall(\w+) to LinphoneCall(\w+)")
_REGISTRATION = re.compile(
    r"moving from state \[?LinphoneRegistration(\w+)\]? to \[?LinphoneRegistration(\w+)\]?"
)
_RECORDING = re.compile(
    r"-->MSFileRec:\S+ from rate \[\d+\] to rate \[(\d+)\] and from channel \[\d+\] to channel \[(\d+)\]"
)
_CODEC = re.compile(r"^\s*(\d+): (\S+) \((\d+)\) (\w+)")
_STATES = {
    "IncomingReceived": CallState.INCOMING,
    "OutgoingInit": CallState.CALLING,
    "OutgoingRinging": CallState.RINGING,
    "OutgoingEarlyMedia": CallState.EARLY,
    "StreamsRunning": CallState.ESTABLISHED,
    "Connected": CallState.ESTABLISHED,
}


class Linphone(BasePhone):
    """One linphonec process with one account."""

    kind = "linphone"

    def __init__(self, account: Account, ca_file: Path | None = None, *, watches: Sequence[str] = ()) -> None:
        """With `watches` it subscribes to the presence of these numbers, its friends."""
        super().__init__(account)
        self._watches = watches
        self._ca_file = ca_file
        self._trace: list[str] = []
        self._tone_hz = 1000.0
        self._records = 0
        self._record_file: Path | None = None
        self._record_format = (0, 0)
        self.held_by_peer = False
        self._known: list[str] = []  # calls in the order of linphonec's own numbers, from 1

    # --- start and stop ---------------------------------------------------------------------------

    async def _launch(self) -> None:
        await self._run(expires=0)

    async def _run(self, expires: int) -> None:
        """Write the configuration (registering when `expires` > 0) and start linphonec."""
        home = self.folder
        (home / ".local/share/linphone").mkdir(parents=True, exist_ok=True)
        (home / "rc").write_text(self._config(expires))
        log = home / "trace.log"
        log.write_text("")
        await self._spawn(
            PROGRAM,
            "-d",
            "5",
            "-l",
            str(log),
            "-c",
            "rc",
            env={**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8"},
        )
        self._spawn_task(self._follow(log))
        # The answer to this command is the sign that linphonec takes commands.
        await self._write("codec list\n")
        await self.until(
            lambda: any(_CODEC.match(line.removeprefix("linphonec> ")) for line in self._log),
            "start",
            START_S,
        )
        await self._choose_codecs()
        await self._write("soundcard use files\n")
        await self.until(lambda: "Using wav files" in self.log, "file mode")
        await self.send_tone(self._tone_hz)
        await self._write(f"play {self.folder / 'tone.wav'}\n")
        await self._prepare_record()

    def _config(self, expires: int) -> str:
        account = self.account
        tls = account.transport == "tls"
        identity = f'"{account.display_name}" <sip:{account.user}@{account.domain}>'.removeprefix('"" ')
        own = identity.replace(f"@{account.domain}>", f"@{net.LOOPBACK}:{self.local_port}>")
        verify = 1 if self._ca_file else 0
        lines = [
            "[sip]",
            f"sip_port={self.local_port if account.transport == 'udp' else 0}",
            f"sip_tcp_port={self.local_port if account.transport == 'tcp' else 0}",
            f"sip_tls_port={self.local_port if tls else 0}",
            f"bind_address={net.LOOPBACK}",
            f"contact={own}",
            "guess_hostname=0",
            "inc_timeout=300",
            "ipv6_migration_done=1",
            "use_ipv6=0",
            f"verify_server_certs={verify}",
            f"verify_server_cn={verify}",
            *([f"root_ca={self._ca_file}"] if self._ca_file else []),
            "media_encryption=none",
            *(["default_proxy=0"] if account.port else []),
            "[rtp]",
            f"bind_address={net.LOOPBACK}",
            f"audio_rtp_port={self.rtp_port}-{self.rtp_port + net.RTP_BLOCK - 1}",
            "audio_jitt_comp=40",
            "audio_adaptive_jitt_comp_enabled=0",
            "[video]",
            "enabled=0",
            "capture=0",
            "display=0",
        ]
        if tls:
            cert, key = net.self_signed(self.folder)
            lines[1:1] = [f"client_cert_chain={cert}", f"client_cert_key={key}"]
        if account.port:
            server = f"<sip:{account.host}:{account.port};transport={account.transport}>"
            lines += [
                "[proxy_0]",
                f"reg_proxy={server}",
                f"reg_route={server[:-1]};lr>",
                f"reg_identity={identity}",
                f"reg_expires={expires or 600}",
                f"reg_sendregister={int(expires > 0)}",
                "publish=0",
                "[auth_info_0]",
                f"username={account.user}",
                f"passwd={account.password}",
            ]
        for index, number in enumerate(self._watches):
            lines += [f"[friend_{index}]", f"url=<sip:{number}@{account.domain}>", "pol=deny", "subscribe=1"]
        return "\n".join(lines) + "\n"

    async def _choose_codecs(self) -> None:
        """Enable exactly the account's codecs. Their order is linphone's own: opus, PCMU, PCMA, G722."""
        listed = [m for line in self._log if (m := _CODEC.match(line.removeprefix("linphonec> ")))]
        await self.until(lambda: "L16" in self.log, "list of codecs")
        listed = [m for line in self._log if (m := _CODEC.match(line.removeprefix("linphonec> ")))]
        for found in listed:
            index, name, _rate, now = found.groups()
            wanted = name in self.account.codecs
            if wanted != (now == "enabled"):
                await self._write(f"codec {'enable' if wanted else 'disable'} {index}\n")

    async def _quit(self) -> None:
        await self._write("quit\n")

    async def _follow(self, log: Path) -> None:
        """Read what linphone appends to its log."""
        with log.open("r", errors="replace") as file:
            partial = ""
            while True:
                chunk = file.read()
                if not chunk:
                    await asyncio.sleep(LOG_POLL_S)
                    continue
                *lines, partial = (partial + chunk).split("\n")
                for line in lines:
                    self._trace.append(line.rstrip("\r"))
                    self._on_trace(line)

    @property
    def trace(self) -> str:
        return "\n".join(self._trace)

    def log_tail(self) -> str:
        messages = [line for line in self._trace if "mediastreamer" not in line and "ortp" not in line]
        return super().log_tail() + "\n--- its trace ---\n" + "\n".join(messages[-60:])

    # --- state ------------------------------------------------------------------------------------

    def _on_trace(self, line: str) -> None:
        if found := _REGISTRATION.search(line):
            self.registered = found.group(2) in ("Ok", "Refreshing") and self.account.port > 0
        elif found := _RECORDING.search(line):
            self._record_format = int(found.group(1)), int(found.group(2))
        elif found := _MOVED.search(line):
            self._moved_to(found.group(1), found.group(3))

    def _moved_to(self, line: str, state: str) -> None:
        if line not in self._known:
            self._known.append(line)
        if state in ("End", "Error"):
            if self._on_call(line, CallState.ENDED):
                self._end_call(*self._final_answer(), self._reason_header())
        elif state == "Released":
            self._known[self._known.index(line)] = ""  # another call may come to lie at that address
            if not self._lines:
                self._spawn_task(self._prepare_record())
        elif state == "PausedByRemote":
            self.held_by_peer = True
        elif state in _STATES:
            self.held_by_peer = False
            self._on_call(line, _STATES[state])
            if self.state in (CallState.EARLY, CallState.ESTABLISHED):
                self._record_file = self._next_record()

    def _final_answer(self) -> tuple[int, str]:
        """Code and phrase of the last failure of an INVITE of this call, as sent or received; (0, "")
        after a BYE."""
        if self.state is CallState.ESTABLISHED:
            return 0, ""
        answers = re.findall(r"(?m)^SIP/2\.0 ([3-6]\d\d) (.*)$(?:\n(?!\n).*)*?\nCSeq: \d+ INVITE", self.trace)
        final = [(int(code), phrase) for code, phrase in answers if code not in ("401", "407")]
        return final[-1] if final else (0, "")

    def _on_line(self, line: str) -> None:
        if found := re.search(r"Receiving tone (.) from", line):
            self.dtmf_received += found.group(1)

    # --- registration -----------------------------------------------------------------------------

    async def register(self, expires: int = 600) -> None:
        """Restart linphonec so that it registers (as a phone that boots); wait_registered() tells when
        done."""
        await self._restart(expires)

    async def unregister(self) -> None:
        await self._write("unregister\n")

    async def _restart(self, expires: int) -> None:
        await self._end_process()
        for name in ("rc", ".linphonerc"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / ".local", ignore_errors=True)
        self._log.clear()
        self._trace.clear()
        self._lines.clear()
        self._known.clear()
        self.state = CallState.IDLE
        await self._run(expires)

    # --- calls ------------------------------------------------------------------------------------

    async def call(self, number: str) -> None:
        if not self._lines:  # until the last call is released; else `record` would come while this one rings
            await self.until(lambda: not any(self._known), "release of the last call")
        self._begin_call(CallState.CALLING)
        await self._write(f"call {self._target(number)}\n")

    async def answer(self) -> None:
        if self.state is not CallState.INCOMING:
            raise PhoneError(self._failure("answers without a call"))
        await self._write("answer\n")

    async def decline(self, code: int = 603) -> None:
        if code != 603:
            raise NotSupported("linphonec declines with 603 only")
        await self._write("terminate\n")

    async def redirect(self, number: str) -> None:
        """Answer the ringing call with 302 and a Contact."""
        await self._write(f"redirect all {self._target(number)}\n")

    async def hangup(self) -> None:
        await self._write("terminate\n")

    async def hold(self) -> None:
        await self._write("pause\n")

    async def resume(self) -> None:
        await self._write("resume\n")

    async def transfer(self, number: str) -> None:
        """Blind transfer of the call by REFER."""
        await self._write(f"transfer {self._target(number)}\n")

    async def resume_line(self, number: int) -> None:
        """Take that call (1 is the oldest that is left) off hold, after `hold` of the other."""
        await self._write(f"resume {self._own_number(number)}\n")

    async def attended(self) -> None:
        """Attended transfer (REFER with Replaces): the older call goes to the other side of the newest."""
        await self._write(f"transfer {self._own_number(1)} --to-call {self._own_number(2)}\n")

    def _own_number(self, number: int) -> int:
        return self._known.index(list(self._lines)[number - 1]) + 1

    async def send_dtmf(self, digits: str, via: DtmfVia = "rtp") -> None:
        await self._write(
            f"param sip use_info {int(via == 'info')}\nparam sip use_rfc2833 {int(via == 'rtp')}\n"
        )
        for digit in digits:
            await self._write(f"{digit}\n")
            await asyncio.sleep(DIGIT_GAP_S)  # the event must end before the next begins

    # --- audio ------------------------------------------------------------------------------------

    async def send_tone(self, hz: float) -> None:
        """See Phone.send_tone. A second `play` command in a call is not reliable, so the file that linphonec
        plays in a loop gets new contents instead; frequencies are rounded to 0.1 Hz so that the loop has
        no seam."""
        self._tone_hz = hz
        samples = sine(round(hz, 1), TONE_S, TONE_RATE, SENT_LEVEL_DBOV) if hz else silence(TONE_S, TONE_RATE)
        path = self.folder / "tone.wav"
        if path.exists():
            with path.open("r+b") as file:
                file.seek(HEADER_BYTES)
                file.write(samples.astype("<i2").tobytes())
        else:
            write_wav(path, samples, TONE_RATE)

    async def _prepare_record(self) -> None:
        """Name the file for the next call. Only while idle: linphonec hangs when told so while it rings."""
        self._records += 1
        await self._write(f"record {self._next_record()}\n")

    def _next_record(self) -> Path:
        return self.folder / f"heard-{self._records}.wav"

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        file = self._record_file
        if file is None or not file.exists():
            return NOTHING, 0
        samples, rate = read_growing_wav(file, self._record_format)
        if self.state is CallState.ESTABLISHED and last_s is not None:
            samples = with_silence_since(samples, rate, time.time() - file.stat().st_mtime, WRITE_EVERY_S)
        return last_seconds(samples, rate, last_s), rate
