"""All of Centrale's parts, started as `make run` starts them: health, card, order of stopping, kills."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.operations.conftest import Start
from tests.operations.harness import ROOT, Running, gone, wait_until
from tests.phones import net

# How each part is recognised among the supervisor's children.
WORDS = {"core": "pbx.main", "web": "daphne", "courier": "courier", "worker": "config.worker"}

pytestmark = pytest.mark.timeout(300)


def healthz(env: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and body of GET /healthz; status 0 when nobody answers."""
    url = f"http://127.0.0.1:{env['CENTRALE_HTTP_PORT']}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def well(env: dict[str, str]) -> bool:
    return healthz(env)[0] == 200


def same_part_again(running: Running, word: str, first: psutil.Process) -> bool:
    with contextlib.suppress(AssertionError, psutil.Error):
        return running.child(word).pid != first.pid
    return False


def test_starts_shows_the_card_and_stops_in_order(start: Start, env: dict[str, str]) -> None:
    running = start()
    running.wait_for("ready after", seconds=120)
    status, body = healthz(env)
    assert status == 200
    assert set(body["parts"]) >= {"web", "core", "worker", "courier", "database"}
    printed = subprocess.run(
        [sys.executable, "manage.py", "demo", "--json"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    demo = json.loads(printed.stdout)
    assert len(demo["extensions"]) >= 10
    for phone in demo["extensions"]:
        assert re.search(rf"{phone['number']} +.*{phone['username']} +{phone['password']}", running.output)
    for user in demo["users"]:
        assert re.search(rf"{user['email']} +{user['password']} +\({user['role']}\)", running.output)
    for words in (
        demo["sip"]["domain"],
        demo["sip"]["host"],
        f"http://127.0.0.1:{env['CENTRALE_HTTP_PORT']}/",
    ):
        assert words in running.output

    children = running.children()
    assert running.stop() == 0
    assert gone(children)
    stops = re.findall(r"^==> (\w+) stopped$", running.output, re.MULTILINE)
    assert stops[:2] == ["core", "courier"]
    assert set(stops) == set(WORDS)
    assert "was killed" not in running.output
    assert "Traceback" not in running.output


def test_second_start_takes_seconds(start: Start, env: dict[str, str]) -> None:
    first = start()
    first.wait_for("ready after", seconds=120)
    assert first.stop() == 0
    second = start()
    second.wait_for("ready after", seconds=60)
    assert second.stop() == 0
    for words in (
        "Making prompts",
        "self-signed",
        "Bringing the database",
        "static files",
        "demo organisation",
    ):
        assert words in first.output
        assert words not in second.output


def test_every_killed_part_comes_back(start: Start, env: dict[str, str]) -> None:
    running = start()
    running.wait_for("ready after", seconds=120)
    for name, word in WORDS.items():
        first = running.child(word)
        below = first.children(recursive=True)
        os.kill(first.pid, signal.SIGKILL)
        running.wait_for(f"{name} was ended by SIGKILL")
        wait_until(lambda word=word, first=first: same_part_again(running, word, first), f"{name} is back")
        wait_until(lambda below=below: gone(below), f"what {name} had started is gone")
        wait_until(lambda: well(env), f"all is well after {name} was killed", 90)
    assert running.stop() == 0


def test_core_comes_back_on_its_ports_with_connections_open(start: Start, env: dict[str, str]) -> None:
    running = start()
    running.wait_for("ready after", seconds=120)
    port = int(env["CENTRALE_SIP_PORT"])
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        first = running.child(WORDS["core"])
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: same_part_again(running, WORDS["core"], first), "the core is back")
        wait_until(lambda: well(env), "all is well", 90)
    assert running.output.count("starting it again") == 1
    assert running.stop() == 0


def test_nothing_is_left_when_the_supervisor_is_killed(start: Start, env: dict[str, str]) -> None:
    running = start()
    running.wait_for("ready after", seconds=120)
    children = running.children()
    running.signal(signal.SIGKILL)
    running.end()
    wait_until(lambda: gone(children), "all parts are gone", 5)
    second = start()
    second.wait_for("ready after", seconds=60)
    assert second.stop() == 0


def test_database_away(start: Start, env: dict[str, str]) -> None:
    """On the first start it is an error; later the core starts alone, and phones work."""
    away = f"postgresql://nobody:open-sesame@127.0.0.1:{net.free_port()}/centrale?connect_timeout=1"
    refused = start(DATABASE_URL=away)
    assert refused.end() == 2
    assert "The database cannot be used: " in refused.output
    assert "open-sesame" not in refused.output
    assert "core    |" not in refused.output

    first = start()
    first.wait_for("ready after", seconds=120)
    assert first.stop() == 0
    alone = start(DATABASE_URL=away)
    alone.wait_for("starting the core alone")
    wait_until(lambda: core_is_ready(env), "the core is ready without a database")
    assert set(WORDS) - {name for name in WORDS if present(alone, name)} == {"web", "courier", "worker"}
    assert alone.stop() == 0


def core_is_ready(env: dict[str, str]) -> bool:
    """True when the core takes SIP connections."""
    try:
        socket.create_connection(("127.0.0.1", int(env["CENTRALE_SIP_PORT"])), 1).close()
    except OSError:
        return False
    return True


def present(running: Running, name: str) -> bool:
    with contextlib.suppress(AssertionError, psutil.Error):
        return bool(running.child(WORDS[name]))
    return False


def test_without_the_demo_nothing_of_it_is_made(start: Start, env: dict[str, str]) -> None:
    running = start(CENTRALE_DEMO="false")
    running.wait_for("ready after", seconds=120)
    assert "Sign in" not in running.output
    assert running.stop() == 0
    home = Path(env["CENTRALE_HOME"])
    assert not (home / "demo.json").exists()
    assert home.stat().st_mode & 0o077 == 0
    with contextlib.closing(sqlite3.connect(home / "centrale.sqlite3")) as database:
        assert database.execute("select count(*) from organisations_organisation").fetchone() == (0,)
