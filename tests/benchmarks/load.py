"""sipp as load: callers and called phones, as many as asked for."""

import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.running import RunningCore, password

CALLER, CALLED = "101", "200"
SCENARIOS = Path(__file__).with_name("scenarios")
MEDIA = '<nop><action><exec rtp_stream="tone.raw,-1,8,PCMA/8000"/></action></nop>'


@dataclass(frozen=True)
class Shape:
    """`calls` in all, `rate` a second, each of `seconds`, with audio or without."""

    calls: int
    rate: float
    seconds: float
    media: bool = False


@dataclass
class Load:
    """A folder to run sipp in, and the core it is aimed at."""

    folder: Path
    core: RunningCore
    domain: str

    def prepare(self, name: str, *, media: bool) -> Path:
        """The scenario with or without audio."""
        if not (self.folder / "tone.raw").exists():
            # Any A-law bytes do as audio: the core decodes and encodes them all alike.
            noise = np.random.default_rng(1).integers(0, 256, 16000, dtype=np.uint8)
            (self.folder / "tone.raw").write_bytes(noise.tobytes())
        text = (SCENARIOS / f"{name}.xml").read_text().replace("MEDIA", MEDIA if media else "", 2)
        path = self.folder / f"{name}-{'media' if media else 'plain'}.xml"
        path.write_text(text)
        return path

    def sipp(
        self, scenario: Path, port: int, *arguments: str, remote: bool = True
    ) -> subprocess.Popen[bytes]:
        """Start sipp on a local port."""
        target = [f"127.0.0.1:{self.core.port}"] if remote else []
        command = ["sipp", *target, "-sf", str(scenario), "-i", "127.0.0.1", "-mi", "127.0.0.1"]
        command += ["-p", str(port), "-nostdin", "-key", "domain", self.domain, *arguments]
        log = (self.folder / f"sipp-{port}.log").open("wb")
        return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def called(self, port: int, *arguments: str, media: bool) -> subprocess.Popen[bytes]:
        """Phones that answer at once, all on one port."""
        return self.sipp(self.prepare("called", media=media), port, *arguments, remote=False)

    def callers(
        self, port: int, shape: Shape, *arguments: str, number: str = CALLED
    ) -> subprocess.Popen[bytes]:
        """Calls from CALLER to `number`."""
        patience = shape.calls / shape.rate + shape.seconds + 30
        return self.sipp(
            self.prepare("caller", media=shape.media),
            port,
            *("-s", number, "-au", CALLER, "-ap", password(CALLER), "-auth_uri", f"{number}@{self.domain}"),
            *("-key", "user", CALLER, "-m", str(shape.calls), "-l", str(shape.calls), "-r", str(shape.rate)),
            *("-d", str(int(shape.seconds * 1000)), "-timeout", f"{int(patience)}s"),
            *arguments,
        )

    async def ended(self, process: subprocess.Popen[bytes], port: int, seconds: float) -> None:
        """Wait for the end of the sipp on `port`. AssertionError when a call went wrong."""
        status = await asyncio.to_thread(process.wait, seconds)
        log = (self.folder / f"sipp-{port}.log").read_text(errors="replace")
        assert status == 0, f"sipp ended with {status}:\n{log[-4000:]}"
