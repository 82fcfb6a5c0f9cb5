"""`manage.py courier` as a process: killed at random moments, and with a real database that goes away."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from config.settings import ROOT
from tests.services import postgres
from tests.webapp.conftest import World, until
from tests.webapp.running_core import RunningCore, call
from webapp.calls.models import CallLeg, CallRecord


@contextmanager
def courier(core: RunningCore, home: Path, database: str) -> Iterator[subprocess.Popen[bytes]]:
    """A courier between that core and that database; killed at the end if nobody did before."""
    env = {
        **os.environ,
        "CENTRALE_HOME": str(home),
        "CENTRALE_CONTROL": core.address,
        "DATABASE_URL": database,
    }
    with (home / "courier.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "manage.py", "courier"], cwd=ROOT, env=env, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def everything_taken(core: RunningCore) -> bool:
    assert core.core is not None
    return core.acknowledged == core.core.journal.last > 0


def database_url() -> str:
    """DATABASE_URL of this run's test database, for another process."""
    values: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{values['NAME']}"
    return f"postgresql://{values['USER']}@/{values['NAME']}?host={values['HOST']}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_courier_that_is_killed_loses_and_doubles_nothing(
    world: World, core: RunningCore, tmp_path: Path
) -> None:
    chance, made, tenant = random.Random(7), 0, str(world.alpha.pk)
    for _ in range(4):
        before = CallRecord.objects.count()
        with courier(core, tmp_path, database_url()) as process:
            for _ in range(chance.randint(150, 400)):
                made += 1
                core.call_ended(call(f"c-{made}", tenant))
            until(lambda seen=before: CallRecord.objects.count() > seen, 30)
            process.send_signal(signal.SIGKILL)
            process.wait()
    with courier(core, tmp_path, database_url()) as process:
        until(lambda: everything_taken(core), 40)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert CallRecord.objects.count() == made
    assert CallLeg.objects.count() == 2 * made


@pytest.mark.slow
@pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not installed")
def test_a_database_that_goes_away_and_comes_back(core: RunningCore, tmp_path: Path) -> None:
    with postgres.cluster() as server:
        env = {**os.environ, "CENTRALE_HOME": str(tmp_path), "DATABASE_URL": server.url}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True)
        with courier(core, tmp_path, server.url):
            core.call_ended(*[call(f"before-{n}", "gone") for n in range(20)])
            until(lambda: everything_taken(core), 30)
            server.stop()
            core.call_ended(*[call(f"meanwhile-{n}", "gone") for n in range(20)])
            until(lambda: "The database cannot be reached." in (tmp_path / "courier.log").read_text(), 30)
            assert not everything_taken(core)
            server.start()
            until(lambda: everything_taken(core), 30)
        with psycopg.connect(server.url) as database:
            count = database.execute(
                "SELECT count(*), count(DISTINCT call_id) FROM calls_callrecord"
            ).fetchone()
        assert count == (40, 40)


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
