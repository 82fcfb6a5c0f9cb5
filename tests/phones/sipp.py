"""sipp as a phone with a fixed part: one XML scenario, run to its end, with counts and the trace of its
messages.

Debian's sipp 3.6.1 has no TLS and no SHA-256 digest (`sipp -v` names what is built in: SCTP, PCAP,
RTPSTREAM); use RawSip, Pjsua or Linphone for those.
"""

import asyncio
import contextlib
import csv
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.phones import net
from tests.phones.base import Account, PhoneError, end_with_parent

PROGRAM = "sipp"
SCENARIOS = Path(__file__).with_name("scenarios")
FEATURES = Path(__file__).parent.parent / "scenarios"  # those that anybody may run against any PBX
ALAW_SILENCE = b"\xd5"


@dataclass(frozen=True)
class SippResult:
    """How a scenario ended. `exit_code` 0: every call went as written; 1: some failed; 97: timed out."""

    exit_code: int
    successful: int
    failed: int
    messages: str
    errors: str
    statistics: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and self.failed == 0


class Sipp:
    """One run of one scenario from `local_port`.

    As a caller: `number` is called, `account` gives From and credentials. As a called phone (scenarios
    uas_*): register first from the same port, see `register`, then start this one; with `number`, which it
    calls itself, as [target].
    `keys` fill the scenario's [keywords], `replace` its upper-case placeholders (for attributes, which sipp
    does not fill itself).
    """

    def __init__(
        self,
        scenario: str,
        account: Account,
        *,
        number: str = "",
        keys: Mapping[str, str] | None = None,
        replace: Mapping[str, str] | None = None,
        calls: int = 1,
        rate: float = 10,
        limit: int = 100,
        pause_ms: int = 500,
        timeout_s: int = 20,
        local_port: int = 0,
        rtp_echo: bool = False,
        trace: bool = True,
    ) -> None:
        if account.transport == "tls":
            raise PhoneError("Debian's sipp has no TLS")
        self.scenario, self.account, self.number = scenario, account, number
        self.calls, self.rate, self.limit, self.pause_ms, self.timeout_s = (
            calls,
            rate,
            limit,
            pause_ms,
            timeout_s,
        )
        self.local_port = local_port or net.free_port()
        self.rtp_port = net.free_rtp_block()
        own = {"domain": account.domain, "user": account.user, "expires": "600", "target": number}
        self._keys = own | dict(keys or {})
        self._replace = dict(replace or {})
        self._echo, self._trace = rtp_echo, trace
        self._folder: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._output: asyncio.Task[tuple[bytes, bytes]] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def contact_uri(self) -> str:
        tail = "" if self.account.transport == "udp" else f";transport={self.account.transport}"
        return f"sip:{self.account.user}@{net.LOOPBACK}:{self.local_port}{tail}"

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise PhoneError(f"sipp {self.scenario} is not started")
        return self._folder

    async def start(self) -> None:
        """Start sipp; returns once it runs (a called sipp listens within some milliseconds)."""
        self._folder = Path(tempfile.mkdtemp(prefix=f"centrale-sipp-{self.scenario}-"))
        folder = FEATURES if (FEATURES / f"{self.scenario}.xml").exists() else SCENARIOS
        text = (folder / f"{self.scenario}.xml").read_text()
        for placeholder, value in self._replace.items():
            text = text.replace(placeholder, value)
        (self.folder / "scenario.xml").write_text(text)
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *self._arguments(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.folder,
            preexec_fn=end_with_parent,
        )
        self._output = asyncio.create_task(self._process.communicate())
        await self._listening()

    def _arguments(self) -> list[str]:
        account = self.account
        called = self.scenario.startswith("uas")
        # The digest URI has to equal the Request-URI.
        uri = f"{self.number}@{account.domain}" if self.number else account.domain
        arguments = [
            *([] if called else [f"{account.host}:{account.port}"]),
            *("-sf", "scenario.xml", "-t", "t1" if account.transport == "tcp" else "u1"),
            *("-i", net.LOOPBACK, "-p", str(self.local_port), "-bind_local", "-cp", str(net.free_port())),
            *("-mi", net.LOOPBACK, "-mp", str(self.rtp_port)),
            *(
                "-s",
                self.number or account.user,
                "-au",
                account.user,
                "-ap",
                account.password,
                "-auth_uri",
                uri,
            ),
            *("-m", str(self.calls), "-r", str(self.rate), "-l", str(self.limit), "-d", str(self.pause_ms)),
            *("-timeout", f"{self.timeout_s}s", "-timeout_error", "-nostdin"),
            *("-trace_err", "-error_file", "errors.log", "-trace_stat", "-stf", "statistics.csv", "-fd", "1"),
            *(("-trace_msg", "-message_file", "messages.log") if self._trace else ()),
            *(("-rtp_echo",) if self._echo else ()),
        ]
        for name, value in self._keys.items():
            arguments += ["-key", name, value]
        return arguments

    async def _listening(self) -> None:
        """Wait until sipp has its socket (or has ended, which a short scenario may)."""
        kind = "tcp" if self.account.transport == "tcp" and self.scenario.startswith("uas") else "udp"
        table = Path(f"/proc/net/{kind}")
        wanted = f":{self.local_port:04X} "
        for _ in range(250):
            assert self._process is not None
            if self._process.returncode is not None or wanted in await asyncio.to_thread(table.read_text):
                return
            if self.account.transport == "tcp" and kind == "udp":
                return  # a TCP caller: its socket is known when the first message is answered
            await asyncio.sleep(0.02)
        raise PhoneError(f"sipp {self.scenario} does not listen on {self.local_port}")

    async def wait(self) -> SippResult:
        """Wait for the end of the scenario (sipp itself gives up after `timeout_s`)."""
        assert self._process is not None and self._output is not None
        await asyncio.wait_for(asyncio.shield(self._output), self.timeout_s + 10)
        return self.result()

    async def run(self) -> SippResult:
        """start(), wait(), stop() in one."""
        async with self:
            return await self.wait()

    def result(self) -> SippResult:
        """What is known so far; exit code -1 while it runs."""
        rows: list[dict[str, str]] = []
        if (path := self.folder / "statistics.csv").exists():
            rows = list(csv.DictReader(path.read_text().splitlines(), delimiter=";"))
        last = rows[-1] if rows else {}
        code = self._process.returncode if self._process is not None else None
        return SippResult(
            exit_code=-1 if code is None else code,
            successful=int(last.get("SuccessfulCall(C)") or 0),
            failed=int(last.get("FailedCall(C)") or 0),
            messages=self._read("messages.log"),
            errors=self._read("errors.log"),
            statistics=last,
        )

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    async def stop(self) -> None:
        """End sipp and remove its folder. Safe to call twice."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._output is not None:
            await asyncio.gather(self._output, return_exceptions=True)
            self._output = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @staticmethod
    async def register(account: Account, local_port: int = 0, expires: int = 600) -> int:
        """Register the account from `local_port` (0 chooses one) over UDP and return the port, so that a
        uas_* scenario can be started on it. Raises PhoneError when it fails."""
        registration = Sipp("register", account, keys={"expires": str(expires)}, local_port=local_port)
        result = await registration.run()
        if not result.ok:
            raise PhoneError(f"sipp could not register: {result.errors}\n{result.messages[-4000:]}")
        return registration.local_port


def require_ok(result: SippResult) -> SippResult:
    """The result itself when all went as written; raises PhoneError with errors and messages otherwise."""
    if not result.ok:
        raise PhoneError(f"sipp ended with {result.exit_code}\n{result.errors}\n{result.messages[-8000:]}")
    return result
