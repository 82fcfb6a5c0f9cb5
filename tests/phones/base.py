"""What every phone of the tests can do, and what process-backed phones share.

A phone has one call at a time that counts ("the call"): the newest. Every wait polls with a deadline and
fails with the last lines of the phone's log.
"""

import asyncio
import contextlib
import ctypes
import enum
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np

from tests.phones import net
from tests.phones.audio import Samples, hears_problem

Transport = Literal["udp", "tcp", "tls"]
DtmfVia = Literal["rtp", "info"]

DEADLINE_S = 10.0
START_S = 60.0  # until the program of a phone is there: on a busy machine that alone may take long
POLL_S = 0.02
LOG_TAIL_LINES = 60
PR_SET_PDEATHSIG = 1
ALL_CODECS = ("opus", "G722", "PCMA", "PCMU")
#: What every phone sends for a tone, in dBov; see README.md for how exactly each one holds it.
SENT_LEVEL_DBOV = -20.0


class PhoneError(AssertionError):
    """A phone did not do in time what was expected of it; the message ends with its log."""


class NotSupported(PhoneError):
    """This kind of phone cannot do that (tests/phones/README.md lists what)."""


@dataclass(frozen=True)
class Account:
    """Where a phone registers and as whom. `codecs` in order of preference, out of ALL_CODECS.

    With `port` 0 there is no server: the phone never registers and calls full SIP URIs directly.
    """

    number: str
    username: str = ""
    password: str = ""
    domain: str = net.LOOPBACK
    host: str = net.LOOPBACK
    port: int = 0
    transport: Transport = "udp"
    codecs: Sequence[str] = ALL_CODECS
    display_name: str = ""

    @property
    def user(self) -> str:
        """User part of the address of record: the SIP user name, or the number when there is none."""
        return self.username or self.number


class CallState(enum.Enum):
    IDLE = "idle"
    CALLING = "calling"  # INVITE sent, nothing but 100 came back
    RINGING = "ringing"  # outgoing, 180 came back
    EARLY = "early"  # outgoing, 183 came back
    INCOMING = "incoming"  # somebody calls us
    ESTABLISHED = "established"
    ENDED = "ended"


#: States in which "it rings": at the caller (180, 183) or here.
RINGING_STATES = frozenset({CallState.RINGING, CallState.EARLY, CallState.INCOMING})


@dataclass(frozen=True)
class EndReason:
    """Why the call ended: the SIP code where there was one (0 after a BYE or our own hang-up), the phone's
    text, and the Reason header of the BYE or CANCEL when the phone's trace shows one (RFC 3326)."""

    code: int = 0
    text: str = ""
    reason_header: str = ""


@dataclass(frozen=True)
class Caller:
    """Who calls, as the INVITE said it."""

    name: str = ""
    number: str = ""
    asserted_name: str = ""
    asserted_number: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Phone(Protocol):
    """One phone with one account. Numbers given to `call` may be full SIP URIs."""

    account: Account

    @property
    def contact_uri(self) -> str:
        """Where this phone can be called directly, without a server."""
        ...

    @property
    def state(self) -> CallState: ...
    @property
    def registered(self) -> bool: ...
    @property
    def end_reason(self) -> EndReason | None: ...
    @property
    def caller_shown(self) -> Caller | None: ...
    @property
    def dtmf_received(self) -> str: ...
    @property
    def sent_level_dbov(self) -> float:
        """RMS of the tone of `send_tone`, in dBov."""
        ...

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def register(self, expires: int = 600) -> None: ...
    async def unregister(self) -> None: ...
    async def wait_registered(self, timeout: float = DEADLINE_S) -> None: ...
    async def wait_unregistered(self, timeout: float = DEADLINE_S) -> None: ...
    async def call(self, number: str) -> None: ...
    async def wait_ringing(self, timeout: float = DEADLINE_S) -> None: ...
    async def answer(self) -> None: ...
    async def decline(self, code: int = 486) -> None: ...
    async def hangup(self) -> None: ...
    async def hold(self) -> None: ...
    async def resume(self) -> None: ...
    async def send_dtmf(self, digits: str, via: DtmfVia = "rtp") -> None: ...
    async def wait_dtmf(self, digits: str, timeout: float = DEADLINE_S) -> None: ...
    async def wait_established(self, timeout: float = DEADLINE_S) -> None: ...
    async def wait_ended(self, timeout: float = DEADLINE_S) -> EndReason: ...
    async def send_tone(self, hz: float) -> None:
        """From now on (also before a call) send a sine of `hz` at `sent_level_dbov`; 0 sends silence."""
        ...

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        """Everything heard in the call so far (or its last `last_s` seconds), and the rate in Hz."""
        ...

    async def wait_hears(
        self, hz: float, level: "float | Phone", within_db: float = 1.0, timeout: float = DEADLINE_S
    ) -> None:
        """Wait until the last second heard is the tone `hz` at `level` dBov, or at what the phone
        `level` sends."""
        ...


class BasePhone:
    """State, waits, log and temporary folder that all process-backed phones share; see `Phone` for the
    meaning. Of several calls the newest counts, and once that is over the one before it."""

    kind = "phone"

    def __init__(self, account: Account) -> None:
        self.account = account
        self.state = CallState.IDLE
        self.registered = False
        self.registration_code = 0
        self.end_reason: EndReason | None = None
        self.dtmf_received = ""
        self.local_port = 0
        self.rtp_port = 0
        self._lines: dict[str, CallState] = {}
        self._folder: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._log: list[str] = []

    @property
    def sent_level_dbov(self) -> float:
        return SENT_LEVEL_DBOV

    # --- life -------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Make the folder, choose ports, start the process. Raises PhoneError when it does not come up."""
        self._folder = Path(tempfile.mkdtemp(prefix=f"centrale-{self.kind}-{self.account.user}-"))
        try:
            # TLS phones listen on the port above the plain one, hence two.
            self.local_port = net.free_port(2)
            self.rtp_port = net.free_rtp_block()
            await self._launch()
        except BaseException:
            await self.stop()
            raise

    async def _launch(self) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        """End the process (politely, then by SIGKILL) and remove its folder. Safe to call twice."""
        await self._end_process()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            self._process = process
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._quit(), 2.0)
            self._process = None
            try:
                await asyncio.wait_for(process.wait(), 3.0)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.registered = False

    async def kill(self) -> None:
        """End the process by SIGKILL, as a phone that loses power: nothing is said to anybody."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _quit(self) -> None:
        """Ask the process to end; the default is SIGTERM."""
        if self._process is not None:
            self._process.terminate()

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise PhoneError(f"{self} is not started")
        return self._folder

    @property
    def pid(self) -> int:
        """Process id of the phone; 0 when it does not run."""
        return self._process.pid if self._process else 0

    async def _spawn(self, *argv: str, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
        """Start the process and read its output into the log, line by line through `_on_line`."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=self.folder,
            limit=1 << 20,
            preexec_fn=end_with_parent,
        )
        self._process = process
        self._tasks.append(asyncio.create_task(self._read_output(process)))
        return process

    async def _read_output(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            self._log.append(line)
            self._on_line(line)

    def _on_line(self, line: str) -> None:
        """One line of output arrived."""

    def _spawn_task(self, coro: "asyncio._CoroutineLike[None]") -> None:
        self._tasks.append(asyncio.create_task(coro))

    async def _write(self, text: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise PhoneError(f"{self} does not run")
        self._process.stdin.write(text.encode())
        await self._process.stdin.drain()

    # --- who and where ----------------------------------------------------------------------------

    def __str__(self) -> str:
        return f"{self.kind} {self.account.user}"

    @property
    def contact_uri(self) -> str:
        tail = "" if self.account.transport == "udp" else f";transport={self.account.transport}"
        return f"sip:{self.account.user}@{net.LOOPBACK}:{self.local_port}{tail}"

    def _target(self, number: str) -> str:
        """The URI to call: `number` itself when it is one, else the number in the account's domain."""
        if number.startswith(("sip:", "sips:")):
            return number
        return f"sip:{number}@{self.account.domain}"

    @property
    def log(self) -> str:
        return "\n".join(self._log)

    def log_tail(self) -> str:
        return "\n".join(self._log[-LOG_TAIL_LINES:])

    @property
    def caller_shown(self) -> Caller | None:
        invites = self.received("INVITE")
        return caller_of(invites[-1]) if invites else None

    @property
    def trace(self) -> str:
        """Text in which the SIP messages sent and received stand in full."""
        return self.log

    def received(self, method: str) -> list[str]:
        """The requests of `method` that came in, oldest first, headers only."""
        return [text for text in requests_in(self.trace, method) if not self._is_ours(text)]

    def _is_ours(self, message: str) -> bool:
        via = header(message, "Via")
        return any(f":{port};" in via for port in (self.local_port, self.local_port + 1))

    def _reason_header(self) -> str:
        """Reason of the last BYE or CANCEL received, "" without."""
        ends = [text for method in ("CANCEL", "BYE") for text in self.received(method)]
        reasons = [header(text, "Reason") for text in ends]
        return next((reason for reason in reversed(reasons) if reason), "")

    # --- waits ------------------------------------------------------------------------------------

    async def until(
        self, happened: Callable[[], bool], what: str, timeout: float = DEADLINE_S, poll: float = POLL_S
    ) -> None:
        """Poll until `happened()`; raises PhoneError with the log's tail when it takes more than
        `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not happened():
            process = self._process
            if process is not None and process.returncode is not None:
                raise PhoneError(self._failure(f"ended with {process.returncode} while waiting for {what}"))
            if time.monotonic() > deadline:
                raise PhoneError(self._failure(f"no {what} within {timeout:g} s"))
            await asyncio.sleep(poll)

    def _failure(self, what: str) -> str:
        head = f"{self}: {what} (state {self.state.value}, registered {self.registered}, {self.end_reason})"
        return f"{head}\n--- its log ---\n{self.log_tail()}"

    async def wait_registered(self, timeout: float = DEADLINE_S) -> None:
        await self.until(lambda: self.registered, "registration", timeout)

    async def wait_unregistered(self, timeout: float = DEADLINE_S) -> None:
        await self.until(lambda: not self.registered, "end of registration", timeout)

    async def wait_ringing(self, timeout: float = DEADLINE_S) -> None:
        await self.until(lambda: self.state in RINGING_STATES, "ringing", timeout)
        if self.state is CallState.INCOMING:  # the trace may come a moment after the event
            await self.until(lambda: self.caller_shown is not None, "INVITE in the trace", timeout)

    async def wait_established(self, timeout: float = DEADLINE_S) -> None:
        await self.until(lambda: self.state is CallState.ESTABLISHED, "answer", timeout)

    async def wait_ended(self, timeout: float = DEADLINE_S) -> EndReason:
        await self.until(lambda: self.state is CallState.ENDED, "end of the call", timeout)
        return self.end_reason or EndReason()

    async def wait_dtmf(self, digits: str, timeout: float = DEADLINE_S) -> None:
        await self.until(lambda: self.dtmf_received.endswith(digits), f"DTMF {digits}", timeout)

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        raise NotImplementedError

    async def wait_hears(
        self, hz: float, level: "float | Phone", within_db: float = 1.0, timeout: float = DEADLINE_S
    ) -> None:
        problem: str | None = "nothing"

        def fits() -> bool:
            nonlocal problem
            samples, rate = self.heard(last_s=1.0)
            dbov = level if isinstance(level, int | float) else level.sent_level_dbov
            problem = hears_problem(samples, rate, hz, dbov, within_db)
            return problem is None

        try:
            await self.until(fits, f"tone of {hz:g} Hz", timeout, poll=0.1)
        except PhoneError as error:
            raise PhoneError(f"{problem}\n{error}") from None

    # --- call state -------------------------------------------------------------------------------

    def _begin_call(self, state: CallState) -> None:
        self.state, self.end_reason, self.dtmf_received = state, None, ""

    @property
    def lines(self) -> list[CallState]:
        """The states of all calls of this phone, oldest first."""
        return list(self._lines.values())

    def _on_call(self, line: str, state: CallState) -> bool:
        """The call that the phone itself knows as `line` went to `state`. Whether that is for the call that
        counts: one that ended counts no longer when there is another."""
        if state is CallState.ENDED:
            self._lines.pop(line, None)
            if self._lines:
                self.state = self.lines[-1]
            return not self._lines
        new = line not in self._lines
        self._lines[line] = state
        if next(reversed(self._lines)) != line:
            return False
        if new:
            self._begin_call(state)
        self.state = state
        return True

    def _end_call(self, code: int, text: str, reason_header: str = "") -> None:
        self.state, self.end_reason = CallState.ENDED, EndReason(code, text, reason_header)


def end_with_parent() -> None:
    """Run in a new process: have the kernel end it when the test process dies, however that happens."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def last_seconds(samples: Samples, rate: int, last_s: float | None) -> Samples:
    """The end of a recording; all of it when `last_s` is None."""
    return samples if last_s is None or rate == 0 else samples[-int(last_s * rate) :]


def with_silence_since(samples: Samples, rate: int, seconds: float, allowed_s: float = 0.3) -> Samples:
    """Add the silence of the `seconds` in which nothing was written to a recording that grows only with
    packets."""
    if seconds <= allowed_s:
        return samples
    return np.concatenate([samples, np.zeros(int(min(seconds, 60.0) * rate), np.int16)])


_ADDRESS = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<\s*(?:sips?|tel):([^@;>]*)', re.IGNORECASE)


def header(message: str, name: str) -> str:
    """First value of a header in the text of a SIP message, "" when missing. Case does not matter."""
    found = re.search(rf"(?im)^{re.escape(name)}\s*:[ \t]*(.*?)\r?$", message)
    return found.group(1) if found else ""


def _name_and_number(value: str) -> tuple[str, str]:
    found = _ADDRESS.match(value)
    if not found:
        bare = re.match(r"\s*(?:sips?|tel):([^@;>]*)", value, re.IGNORECASE)
        return "", bare.group(1) if bare else ""
    quoted, plain, user = found.groups()
    return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or "", user


def caller_of(invite: str) -> Caller:
    """Who calls, out of the text of an INVITE: From and P-Asserted-Identity (RFC 3325)."""
    name, number = _name_and_number(header(invite, "From"))
    asserted_name, asserted_number = _name_and_number(header(invite, "P-Asserted-Identity"))
    head = re.split(r"\r?\n\r?\n", invite, maxsplit=1)[0]
    pairs = (line.split(":", 1) for line in head.splitlines()[1:] if ":" in line)
    headers = {key.strip(): value.strip() for key, value in pairs}
    return Caller(name, number, asserted_name, asserted_number, headers)


def requests_in(log: str, method: str) -> list[str]:
    """Every request of `method` in a phone's log, from its request line to the first empty line (headers
    only)."""
    return re.findall(rf"(?ms)^{method} sips?:\S+ SIP/2\.0\r?$.*?(?=^\s*$|\Z)", log)
