"""`manage.py pbx …` against a running core: what a person reads, and JSON for scripts."""

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
)
from tests.control.conftest import Running
from tests.control.target import Core, _event
from tests.store.samples import binding_event, call_event

Start = Callable[..., Running]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def core(start: Start, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    async with start() as (core, address):
        monkeypatch.setattr(settings, "CENTRALE", settings.CENTRALE.model_copy(update={"control": address}))
        await core.apply_snapshot(Snapshot(tenant="demo", version=1, name="x", domain="demo.example"))
        yield core


async def pbx(*words: str) -> str:
    """Output of the command, which has a loop of its own in another thread."""
    out = io.StringIO()
    await asyncio.to_thread(call_command, "pbx", *words, stdout=out)
    return out.getvalue()


async def test_calls(core: Core) -> None:
    assert await pbx("calls") == "No calls.\n"
    core.emit(call_event("call.started", "one"))
    head, row = (await pbx("calls")).splitlines()
    assert head.split()[:4] == ["CALL", "TENANT", "FROM", "DIALLED"]
    assert row.split()[:6] == ["one", "demo", "100", "Ann", "101", "101"]
    assert (await pbx("calls", "--tenant", "other")) == "No calls.\n"
    (plain,) = json.loads(await pbx("--json", "calls"))
    assert plain["id"] == "one"
    assert json.loads(await pbx("calls", "--json"))[0]["id"] == "one"


async def test_bindings_cannot_play_with_the_terminal(core: Core) -> None:
    event = binding_event("d1")
    assert event.binding is not None
    object.__setattr__(event.binding, "user_agent", "Phone\x1b]0;owned\x07\r\n")
    core.emit(event)
    text = await pbx("bindings")
    assert "sip:d1@demo.example" in text
    assert "192.0.2.1:5060" in text
    assert len(text.splitlines()) == 2
    assert all(character.isprintable() or character == "\n" for character in text)


async def test_call_and_hang_up(core: Core) -> None:
    assert "100 rings, then 101" in await pbx("call", "demo", "100", "101")
    (call,) = core.calls()
    assert call.id in await pbx("hangup", call.id)
    assert core.calls() == []
    with pytest.raises(CommandError, match="no call nope"):
        await pbx("hangup", "nope")
    with pytest.raises(CommandError, match="not known"):
        await pbx("call", "nope", "100", "101")


async def test_bans_health_and_trace(core: Core) -> None:
    core.emit(_event("ban.added", ban=BanState(address="192.0.2.9", failures=4, since=1.0, until=2.0)))
    assert "192.0.2.9" in await pbx("bans")
    assert "192.0.2.9" in await pbx("unban", "192.0.2.9")
    with pytest.raises(CommandError, match="not banned"):
        await pbx("unban", "192.0.2.9")
    assert "ready" in await pbx("health")
    core.ready = False
    with pytest.raises(CommandError, match="not ready"):
        await pbx("health")
    assert "on for 60 s" in await pbx("trace", "demo", "--device", "d1", "--seconds", "60")
    assert "is off" in await pbx("trace", "demo", "--seconds", "0")
    assert [trace.seconds for trace in core.traces] == [60, 0]
    assert "OPTIONS sip:demo SIP/2.0" in await pbx("trace", "demo", "--show")


async def test_no_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    centrale = settings.CENTRALE.model_copy(update={"control": f"unix:{tmp_path}/none.sock"})
    monkeypatch.setattr(settings, "CENTRALE", centrale)
    for words in (["calls"], ["events"], ["hangup", "x"]):
        with pytest.raises(CommandError, match=r"No core answers at .*none.sock.*make run"):
            await pbx(*words)


@contextlib.asynccontextmanager
async def _events(
    address: str, *words: str, env: dict[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command in a process of its own, as at a terminal: what a shell starts in the background, as these
    tests may be, does not hear SIGINT, nor do its children."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "manage.py",
        "pbx",
        *words,
        cwd=ROOT,
        env={**os.environ, "CENTRALE_CONTROL": address, **(env or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_events_follow_live_in_the_zone_of_the_reader(core: Core, tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'control.sock'}"
    async with _events(address, "events", "--since", "0", env={"TZ": "Asia/Kolkata"}) as process:
        out: Any = process.stdout
        assert b"following" in await out.readline()
        assert b"tenant.applied" in await out.readline()
        core.emit(call_event("call.started", "at-noon", at=1_700_000_000.0))
        line = (await out.readline()).decode()
        assert "call.started" in line
        assert "at-noon 100 → 101" in line
        assert "2023-11-15 03:43:20" in line  # UTC+5:30
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_events_as_json_into_a_pipe_that_closes(core: Core, tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'control.sock'}"
    async with _events(address, "--json", "events", "--since", "0") as process:
        out: Any = process.stdout
        assert json.loads(await out.readline())["stream"] == core.journal.stream
        assert json.loads(await out.readline())["kind"] == "tenant.applied"
        out._transport.close()
        while process.returncode is None:
            core.emit(binding_event("d1"))
            await asyncio.sleep(0.01)
        _, errors = await process.communicate()
        assert b"Traceback" not in errors
