"""`make bench`: benchmarks against a core of its own; prints a table, writes tests/results/bench.json."""

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.setup import certificate, prompts
from tests.benchmarks import audio, calls, card, contacts, flows, live, registrations, subscriptions, webrtc
from tests.benchmarks.measure import Result
from tests.running import ROOT, RunningCore

Benchmark = Callable[[RunningCore, Path], Awaitable[list[Result]]]

ALL: dict[str, Benchmark] = {
    "bridged-100": calls.bridged_100,
    "bridged-300": calls.bridged_300,
    "held-100": audio.held_100,
    "conference-30": audio.conference_30,
    "recordings-100": audio.recordings_100,
    "setup": calls.setup,
    "delay": calls.delay,
    "register": registrations.pairs,
    "subscriptions-1000": subscriptions.subscriptions_1000,
    "flows": flows.evaluations,
    "contacts": contacts.search,
    "watchers-1000": live.watchers_1000,
    "webrtc-200": webrtc.pcma_200,
    "webrtc-opus-50": webrtc.opus_50,
    "card": card.invite_to_card,
}


async def run(names: list[str]) -> list[Result]:
    """Each benchmark with a fresh core."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="centrale-bench-") as temporary:
        folder = Path(temporary)
        prompts.ensure(folder / "prompts")
        certificate.ensure(folder / "certificate.pem", folder / "key.pem", "127.0.0.1")
        for index, name in enumerate(names):
            home = folder / name
            home.mkdir()
            (home / "prompts").symlink_to(folder / "prompts")
            core = RunningCore(home, 23000 + 10 * index, (24000, 31998), folder / f"{name}.log")
            core.extra_env = {
                "CENTRALE_TLS_CERTIFICATE": str(folder / "certificate.pem"),
                "CENTRALE_TLS_KEY": str(folder / "key.pem"),
                "CENTRALE_LOG_LEVEL": "warning",
            }
            print(f"==> {name}", flush=True)
            try:
                await core.start()
                results += await ALL[name](core, home)
            except AssertionError:
                print(core.tail())
                raise
            finally:
                core.close()
    return results


def table(results: list[Result]) -> str:
    """The results for people."""
    lines = [f"{'figure':58} {'value':>10} {'target':>8}"]
    for result in results:
        target = "" if result.target is None else f"{result.target:g}"
        mark = {None: "", True: "  ok", False: "  MISSED"}[result.met]
        lines.append(f"{result.name + ', ' + result.unit:58} {result.value:10.3f} {target:>8}{mark}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which ones: {', '.join(ALL)}")
    names = parser.parse_args().names or list(ALL)
    if unknown := [name for name in names if name not in ALL]:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(ALL)}")
    results = asyncio.run(run(names))
    print(table(results))
    folder = ROOT / "tests" / "results"
    folder.mkdir(exist_ok=True)
    content = {
        "machine": platform.platform(),
        "results": [
            {"name": r.name, "value": r.value, "unit": r.unit, "target": r.target, "met": r.met}
            for r in results
        ],
    }
    (folder / "bench.json").write_text(json.dumps(content, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
