"""The worker with the file-system broker and with Redis: beat, broker, worker and database together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.services import redis

SECONDS = 60


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
