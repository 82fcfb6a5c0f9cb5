"""What registrations cost: CPU per REGISTER pair (challenge and answer) with 5,000 bindings stored."""

from pathlib import Path

from tests.benchmarks.load import Load
from tests.benchmarks.measure import Result, usage
from tests.running import DOMAIN, RunningCore, organisation, password

PHONES = 5000
RATE = 500


async def pairs(core: RunningCore, folder: Path) -> list[Result]:
    """5,000 phones register, then all refresh; the second round is measured too."""
    assert core.process is not None
    numbers = [str(10000 + index) for index in range(PHONES)]
    await core.apply(organisation(numbers={number: [number] for number in numbers}))
    credentials = "[authentication username={0} password={1}]"
    lines = [f"{number};{credentials.format(number, password(number))}" for number in numbers]
    (folder / "users.csv").write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n")
    load = Load(folder, core, DOMAIN)
    results = []
    for index, what in enumerate(("first", "refresh")):
        before = usage(core.process.pid)
        process = load.sipp(
            load.prepare("register", media=False),
            core.port + 4,
            *("-inf", "users.csv", "-m", str(PHONES), "-r", str(RATE)),
            *("-l", "2000", "-timeout", "90s", "-aa"),
        )
        await load.ended(process, core.port + 4, 100)
        after = usage(core.process.pid)
        per_pair = (after.cpu - before.cpu) / PHONES * 1000
        results.append(Result(f"CPU per REGISTER pair, {what}", per_pair, "ms", 0.4))
        if index == 0:
            results.append(Result("memory per binding", (after.rss - before.rss) / PHONES * 1024, "kB"))
    async with core.client() as client:
        assert len(await client.bindings()) == PHONES
    return results
