"""What the outside lines keep is there after a restart, and so is the node's secret."""

from pathlib import Path

from pbx.ports import HeldNumbers, UsageDay
from pbx.store.outside import node_secret
from pbx.store.store import Store

DAY = UsageDay(tenant="t1", day="2026-11-20", seconds=61.5, users={"101": 61.5}, told=["near calls "])
HELD = HeldNumbers(tenant="t1", numbers=["+31201234567"])


async def test_rows_are_there_after_a_restart_and_go_when_they_should(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, reserve=0)
    store.outside.save_usage(DAY)
    store.outside.save_numbers(HELD)
    await store.close()
    store = await Store.open(tmp_path, reserve=0)
    assert store.outside.usage.load() == [DAY]
    assert store.outside.numbers.load() == [HELD]
    store.outside.forget_usage("t1")
    store.outside.save_numbers(HeldNumbers(tenant="t1", numbers=[]))
    await store.close()
    store = await Store.open(tmp_path, reserve=0)
    assert store.outside.usage.load() == []
    assert store.outside.numbers.load() == []
    await store.close()


def test_the_secret_stays_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    first = node_secret(tmp_path)
    assert len(first) == 32
    assert node_secret(tmp_path) == first
    path = tmp_path / "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"cut short")
    assert len(node_secret(tmp_path)) == 32
