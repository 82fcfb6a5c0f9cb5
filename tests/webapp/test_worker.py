"""The worker with the file-system broker and with Redis: beat, broker, worker and database together."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.services import redis
from tests.webapp.conftest import until
from tests.webapp.running_core import RunningCore

SECONDS = 60
LATE = 5.0  # far more than a second, for a machine that has other work
PLAN = """
import datetime
from django.utils import timezone
from webapp.extensions.actions import save_extension
from webapp.extensions.models import Extension
from webapp.organisations.actions import create_organisation
from webapp.statuses.actions import save_series
from webapp.statuses.models import Series
alpha = create_organisation(name="Alpha", domain="alpha.test")
extension = save_extension(Extension(organisation=alpha, number="201", name="x"))
at = (timezone.now() + datetime.timedelta(seconds=40)).replace(microsecond=0)
ends = at + datetime.timedelta(hours=1)
save_series(
    Series(organisation=alpha, extension=extension, starts=at, ends=ends, rule="FREQ=DAILY", note="Meeting")
)
print(alpha.pk, at.timestamp())
"""


def heartbeat_with(home: Path, **environment: str) -> None:
    """Migrate, start the worker, wait for its sign of life in the database, stop it. Raises on any
    failure."""
    env = {**os.environ, "CENTRALE_HOME": str(home), "DATABASE_URL": "", **environment}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v", "0"], cwd=ROOT, env=env, check=True, timeout=SECONDS)
    log = (home / "worker.log").open("w")
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--beat", "--pool", "threads"]
    worker = subprocess.Popen(
        [*command, "--concurrency", "1", "--loglevel", "INFO"], cwd=ROOT, env=env, stdout=log, stderr=log
    )
    question = "from webapp.link.heartbeats import states; print(states()['worker'])"
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            done = subprocess.run(
                [*manage, "shell", "-v", "0", "-c", question],
                check=False,
                cwd=ROOT,
                env=env,
                capture_output=True,
                text=True,
            )
            if done.stdout.strip() == "ok":
                return
            assert worker.poll() is None and time.monotonic() < deadline, (home / "worker.log").read_text()
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
        log.close()


@pytest.mark.slow
def test_heartbeat_through_a_folder(tmp_path: Path) -> None:
    heartbeat_with(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not redis.installed(), reason="redis-server is not installed")
def test_heartbeat_through_redis(tmp_path: Path) -> None:
    with redis.server() as url:
        heartbeat_with(tmp_path, REDIS_URL=url)


@pytest.mark.slow
def test_a_planned_status_comes_on_its_second_through_a_restart(tmp_path: Path) -> None:
    """The worker dies before the moment; its successor does it then, once, at a real control server."""
    core = RunningCore(tmp_path)
    core.start()
    env = {**os.environ, "CENTRALE_HOME": str(tmp_path), "DATABASE_URL": "", "CENTRALE_CONTROL": core.address}
    manage, ask = [sys.executable, "manage.py"], {"cwd": ROOT, "env": env, "timeout": SECONDS}
    subprocess.run([*manage, "migrate", "-v", "0"], check=True, **ask)
    made = subprocess.run(
        [*manage, "shell", "-v", "0", "-c", PLAN], check=True, capture_output=True, text=True, **ask
    )
    tenant, due = made.stdout.split()
    assert core.core is not None
    core.core.view.tenants[tenant] = 1
    try:
        with worker(env, tmp_path):
            until(lambda: alive(tmp_path), SECONDS)
        with worker(env, tmp_path):
            states = until(lambda: core.core and core.core.extension_states(tenant), SECONDS)
        assert float(due) <= states[0].changed_at < float(due) + LATE
        assert states[0].note == "Meeting"
    finally:
        core.close()


@contextlib.contextmanager
def worker(env: dict[str, str], home: Path) -> Iterator[None]:
    """A worker with its clock, killed in the end."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--beat", "--pool", "threads"]
    with (home / "worker.log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait(20)


def alive(home: Path) -> bool:
    """Whether a worker has given its sign of life."""
    (database,) = home.glob("*.sqlite3")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("SELECT count(*) FROM link_heartbeat").fetchone()[0])
