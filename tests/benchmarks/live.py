"""What watching costs: a thousand browsers of one organisation on /ws/live, fifty changes a second that all
of them see. CPU of the web process, and how long after the request to the core each browser has it."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import aiohttp

from pbx.control.client import ControlClient
from pbx.control.commands import SetState
from tests.benchmarks.measure import Result, usage
from tests.phones import net
from tests.running import ROOT, RunningCore, eventually, organisation

WATCHERS, RATE, SECONDS = 1000, 50, 20.0
NUMBERS = [str(number) for number in range(10000, 10000 + WATCHERS)]

_NOTE = re.compile(r'"colleague","id":"[^"]+","value":\{[^{]*"status":\{[^}]*"note":"at ([0-9.]+)"')
_OWN = re.compile(r'"kind":"me",.*?"note":"at ([0-9.]+)"')

PEOPLE = """
import json, sys
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from webapp.extensions.models import Extension
from webapp.organisations.actions import create_organisation
from webapp.people.models import User
from webapp.statuses.models import Status

with transaction.atomic():
    office = create_organisation(name="Office", domain="office.test", language="en")
    Status.objects.filter(organisation=office).delete()
    Status.objects.create(organisation=office, name="Work", default=True)
    numbers = %r
    people = {n: f"Person {n}" for n in numbers}
    users = [
        User(email=f"{n}@office.test", name=name, organisation=office, password="!")
        for n, name in people.items()
    ]
    User.objects.bulk_create(users)
    Extension.objects.bulk_create(
        Extension(organisation=office, number=user.email[:5], name=user.name, user=user) for user in users
    )
    sessions = []
    for user in users:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "webapp.people.backend.EmailBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        sessions.append(session.session_key)
print(json.dumps([str(office.pk), sessions]))
"""


class Crowd:
    """All browsers. `delays` are seconds from the request to the core until a browser has the change; `own`
    those of the person who is concerned, where nothing waits."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.own: list[float] = []
        self.frames = self.greeted = 0
        self.open: list[aiohttp.ClientWebSocketResponse] = []

    async def join(self, client: aiohttp.ClientSession, root: str, session: str) -> None:
        headers = {"Origin": root, "Cookie": f"centrale_session={session}"}
        socket = await client.ws_connect(f"{root}/ws/live", headers=headers, max_msg_size=0)
        self.open.append(socket)
        first = await socket.receive()
        assert first.type is aiohttp.WSMsgType.TEXT and first.data.startswith('{"type":"hello"'), first
        self.greeted += 1
        async for message in socket:
            now = time.time()
            self.frames += 1
            for at in _NOTE.findall(message.data):
                self.delays.append(now - float(at))
            for at in _OWN.findall(message.data):
                self.own.append(now - float(at))


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return done.stdout


async def watchers_1000(core: RunningCore, folder: Path) -> list[Result]:
    """Everybody watches, and the statuses of a thousand people change in turn."""
    port = net.free_port()
    env = {**os.environ, **core.environment, "CENTRALE_HTTP_PORT": str(port)}
    await asyncio.to_thread(manage, env, "migrate", "-v", "0")
    made = await asyncio.to_thread(manage, env, "shell", "-v", "0", "-c", PEOPLE % (NUMBERS,))
    tenant, sessions = json.loads(made.strip().splitlines()[-1])
    await core.apply(organisation(tenant=tenant, numbers={number: [number] for number in NUMBERS}))
    daphne = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "--no-server-name", "-v", "0"]
    web = await asyncio.create_subprocess_exec(
        sys.executable, *daphne, "config.asgi:application", cwd=ROOT, env=env
    )
    try:
        return await measured(core, web.pid, f"http://127.0.0.1:{port}", tenant, sessions)
    finally:
        web.terminate()
        await web.wait()


async def measured(core: RunningCore, pid: int, root: str, tenant: str, sessions: list[str]) -> list[Result]:
    crowd = Crowd()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await eventually(lambda: answers(client, root), 60, "the web answers")
        begun = time.monotonic()
        tasks = []
        for start in range(0, len(sessions), 50):
            tasks += [
                asyncio.create_task(crowd.join(client, root, key)) for key in sessions[start : start + 50]
            ]
            wanted = len(tasks)
            await eventually(lambda n=wanted: crowd.greeted == n, 120, "everybody has a first state")
        joined = time.monotonic() - begun
        memory = usage(pid).rss
        idle = usage(pid)
        await asyncio.sleep(10)
        quiet = usage(pid)
        async with core.client() as control:
            before = usage(pid)
            sent = await change(control, tenant)
            await asyncio.sleep(3)
        after = usage(pid)
        for socket in crowd.open:
            await socket.close()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert crowd.delays, "nobody saw anything"
    cpu = after.cpu - before.cpu
    name = f"{WATCHERS} watchers, {RATE} changes a second"
    return [
        Result(f"{name}: CPU of the web process", 100 * cpu / SECONDS, "% of a core"),
        Result(f"{name}: CPU per change and watcher", 1e6 * cpu / (sent * WATCHERS), "us"),
        Result(f"{name}: CPU per frame", 1e6 * cpu / crowd.frames, "us"),
        Result(f"{name}: frames per watcher and second", crowd.frames / WATCHERS / SECONDS, ""),
        Result(f"{name}: delay p50", late(crowd.delays, 0.5), "ms"),
        Result(f"{name}: delay p99", late(crowd.delays, 0.99), "ms"),
        Result(f"{name}: delay of own changes p50", late(crowd.own, 0.5), "ms"),
        Result(f"{name}: delay of own changes p99", late(crowd.own, 0.99), "ms"),
        Result(f"{name}: seen", 100 * len(crowd.delays) / (sent * WATCHERS), "%"),
        Result(
            f"{WATCHERS} watchers: CPU of the web process while nothing happens",
            100 * (quiet.cpu - idle.cpu) / 10,
            "%",
        ),
        Result(f"{WATCHERS} watchers: memory of the web process", memory, "MB"),
        Result(f"{WATCHERS} watchers: until all have a first state", joined, "s"),
    ]


def late(delays: list[float], share: float) -> float:
    """The delay in ms that this share of all stays below."""
    return 1000 * sorted(delays)[int(len(delays) * share)]


async def answers(client: aiohttp.ClientSession, root: str) -> bool:
    try:
        async with client.get(f"{root}/healthz") as answer:
            return answer.status in (200, 503)
    except aiohttp.ClientError:
        return False


async def change(control: ControlClient, tenant: str) -> int:
    """The notes of one after the other; gives how many."""
    end, sent = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        number = NUMBERS[sent % len(NUMBERS)]
        due = end - SECONDS + (sent + 1) / RATE
        await control.set_state(tenant, number, SetState(note=f"at {time.time():.4f}"))
        sent += 1
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    return sent
