"""The supervisor's own behaviour, with programs that misbehave on demand."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.operations.conftest import Start
from tests.operations.harness import ROOT, Running, gone, wait_until

FOUR = ("core=polite", "courier=polite", "worker=polite")


def well(env: dict[str, str]) -> None:
    Path(env["TEST_WELL"]).touch()


def wait_ready(running: Running, *parts: str) -> None:
    """Until the card was shown and each of these parts can hear a signal: the card waits for the web only."""
    running.wait_for("ready after")
    for part in parts:
        running.wait_for(f"{part.partition('=')[0]} is here")


def notes(env: dict[str, str]) -> list[str]:
    path = Path(env["TEST_NOTES"])
    return path.read_text().splitlines() if path.exists() else []


def test_says_what_it_waits_for_and_then_shows_the_card(start: Start, env: dict[str, str]) -> None:
    home = Path(env["CENTRALE_HOME"])
    home.mkdir()
    demo = {
        "organisation": "Demo",
        "sip": {"domain": "demo.test", "host": "127.0.0.1", "port": 1, "tls_port": 2},
        "extensions": [{"number": "201", "name": "Anna", "username": "201a", "password": "s3cret"}],
        "users": [{"email": "admin@demo.test", "password": "open-sesame", "role": "admin"}],
    }
    (home / "demo.json").write_text(json.dumps(demo))
    running = start(*FOUR)
    running.wait_for("waiting for core: is warming up")
    assert "Centrale is running" not in running.output
    well(env)
    running.wait_for("ready after")
    for words in (
        f"http://127.0.0.1:{env['CENTRALE_HTTP_PORT']}/",
        "admin@demo.test  open-sesame  (admin)",
        "demo.test",
        f"{env['CENTRALE_SIP_PORT']} (UDP and TCP), {env['CENTRALE_SIP_TLS_PORT']} (TLS)",
    ):
        assert words in running.output
    assert re.search(r"201 +Anna +201a +s3cret", running.output)
    running.wait_for("core    | core is here")


def test_stops_in_order_calls_first(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start(*FOUR)
    wait_ready(running, *FOUR)
    children = running.children()
    assert running.stop() == 0
    assert notes(env)[:2] == ["core stopped", "courier stopped"]
    assert sorted(notes(env)[2:]) == ["web stopped", "worker stopped"]
    assert gone(children)


def test_stops_while_it_still_waits(start: Start, env: dict[str, str]) -> None:
    running = start(*FOUR)
    running.wait_for("is warming up")
    children = running.children()
    running.signal(signal.SIGTERM)
    assert running.end(20) == 0
    assert gone(children)


def test_kills_a_part_that_does_not_stop(start: Start, env: dict[str, str]) -> None:
    well(env)
    parts = ("core=stubborn", "worker=polite")
    running = start(*parts, TEST_STOP_SECONDS="5")
    wait_ready(running, *parts)
    assert running.stop() == 0
    assert "core did not stop in 5 s and was killed" in running.output
    assert "core heard" in notes(env)
    assert "worker stopped" in notes(env)


def test_second_signal_stops_at_once(start: Start, env: dict[str, str]) -> None:
    well(env)
    parts = ("core=stubborn", "courier=stubborn", "worker=stubborn")
    running = start(*parts, TEST_STOP_SECONDS="300")
    wait_ready(running, *parts)
    children = running.children()
    running.signal(signal.SIGINT)
    wait_until(lambda: "core heard" in notes(env), "the core hears SIGTERM")
    running.signal(signal.SIGINT)
    assert running.end() == 0
    assert "did not stop in" not in running.output
    assert gone(children)


def test_starts_a_killed_part_again(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start(*FOUR)
    running.wait_for("ready after")
    for name in ("core", "courier", "worker", "web"):
        first = running.child(name)
        os.kill(first.pid, signal.SIGKILL)
        running.wait_for(f"{name} was ended by SIGKILL; starting it again in 0.2 s")
        wait_until(lambda name=name, first=first: again(running, name, first), f"{name} is back")
    assert running.stop() == 0


def again(running: Running, name: str, first: psutil.Process) -> bool:
    try:
        return running.child(name).pid != first.pid
    except AssertionError:
        return False


def test_waits_longer_each_time_a_part_dies_soon(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start("core=polite", "worker=dying")
    for wait in ("0.2", "0.4", "0.8", "1.6"):
        running.wait_for(f"worker ended with code 1; starting it again in {wait} s")
    assert running.stop() == 0


def test_nothing_of_a_dead_part_stays(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start("core=parent")
    running.wait_for("has child")
    running.wait_for("ready after")
    left = [process for process in running.children() if "signal.pause" in " ".join(process.cmdline())]
    assert left
    os.kill(running.child("parent").pid, signal.SIGKILL)
    running.wait_for("core was ended by SIGKILL")
    wait_until(lambda: gone(left), "the process left behind is gone")


def test_children_die_with_the_supervisor(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start("core=polite", "courier=stubborn", "worker=polite")
    running.wait_for("ready after")
    children = running.children()
    assert len(children) == 4
    running.signal(signal.SIGKILL)
    assert running.end() == -signal.SIGKILL
    wait_until(lambda: gone(children), "the parts are gone", 5)
    # Nothing of it stands in the way of the next start.
    second = start(*FOUR)
    second.wait_for("ready after")
    assert second.stop() == 0


def test_a_part_that_refuses_its_configuration_ends_the_start(start: Start, env: dict[str, str]) -> None:
    running = start("core=refusing", "worker=polite")
    assert running.end() == 2
    assert "core cannot start: CENTRALE_CORE: this value cannot be used." in running.output
    assert "starting it again" not in running.output


def test_much_output_stops_nobody(start: Start, env: dict[str, str]) -> None:
    well(env)
    running = start("core=talking")
    running.wait_for("core    | end of talk")
    running.wait_for("core    | line 1999")
    assert max(len(line) for line in running.lines) < 70_000
    assert running.stop() == 0


def test_a_terminal_that_stands_still_stops_nobody(env: dict[str, str]) -> None:
    well(env)
    command = [
        sys.executable,
        "-m",
        "tests.operations.standins",
        "supervisor",
        "core=talking",
        "worker=talking",
    ]
    # Nobody reads this pipe: like a terminal after Ctrl-S. It takes 64 kB, the parts write ten times as much.
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) as process:
        try:
            wait_until(lambda: {"core talked", "worker talked"} <= set(notes(env)), "both have talked")
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: "core stopped" in notes(env), "the core is stopped")
        finally:
            assert process.stdout is not None
            process.stdout.close()
            assert process.wait(30) == 0


def test_setup_that_fails_starts_nothing(start: Start, env: dict[str, str]) -> None:
    Path(env["TEST_CODE"]).write_text("2")
    running = start(*FOUR)
    assert running.end() == 2
    assert "is here" not in running.output


def test_database_away_on_the_very_first_start_is_refused(start: Start, env: dict[str, str]) -> None:
    Path(env["TEST_CODE"]).write_text("75")
    running = start(*FOUR)
    assert running.end() == 2
    assert "is here" not in running.output


def test_database_away_later_starts_the_core_alone(start: Start, env: dict[str, str]) -> None:
    well(env)
    first = start(*FOUR)
    first.wait_for("ready after")
    assert first.stop() == 0
    Path(env["TEST_CODE"]).write_text("75")
    second = start(*FOUR)
    second.wait_for("starting the core alone")
    second.wait_for("core is here")
    second.wait_for("preparing fails", 3)
    assert "worker is here" not in second.output
    Path(env["TEST_CODE"]).unlink()
    second.wait_for("ready after")
    second.wait_for("worker is here")
    assert second.output.count("core is here") == 1
    assert second.stop() == 0


def test_tells_systemd(start: Start, env: dict[str, str], tmp_path: Path) -> None:
    well(env)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as box:
        box.bind(str(tmp_path / "notify"))
        box.settimeout(30)
        running = start(*FOUR, NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert box.recv(100) == b"READY=1"
        running.signal(signal.SIGTERM)
        assert box.recv(100) == b"STOPPING=1"
        assert running.end() == 0


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("CENTRALE_HTTP_PORT", "TCP"),
        ("CENTRALE_SIP_PORT", "TCP"),
        ("CENTRALE_SIP_PORT", "UDP"),
        ("CENTRALE_SIP_TLS_PORT", "TCP"),
        ("CENTRALE_RELAY_PORT", "TCP"),
    ],
)
def test_port_in_use(start: Start, env: dict[str, str], setting: str, name: str) -> None:
    kind = socket.SOCK_DGRAM if name == "UDP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        if kind is socket.SOCK_STREAM:  # a connection of a former test that fades out is no obstacle
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(env[setting])))
        if kind is socket.SOCK_STREAM:
            other.listen()
        running = start(*FOUR)
        assert running.end() == 2
    assert len(running.lines) == 1
    assert running.lines[0].startswith(f"centrale: {setting}: {name} port {env[setting]} on 127.0.0.1")


def test_folder_that_cannot_be_written(start: Start, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    running = start(*FOUR, CENTRALE_HOME=str(tmp_path / "file" / "home"))
    assert running.end() == 2
    assert running.lines == [
        f"centrale: CENTRALE_HOME: the folder {tmp_path}/file/home cannot be written (Not a directory)."
    ]


def test_folder_name_too_long_for_a_socket(start: Start, env: dict[str, str], tmp_path: Path) -> None:
    running = start(*FOUR, CENTRALE_HOME=str(tmp_path / ("x" * 100)))
    assert running.end() == 2
    assert len(running.lines) == 1
    assert "too long for a socket" in running.lines[0]


def test_two_on_one_folder(start: Start, env: dict[str, str]) -> None:
    well(env)
    first = start(*FOUR)
    first.wait_for("ready after")
    second = start(*FOUR)
    assert second.end() == 2
    home = env["CENTRALE_HOME"]
    assert second.lines == [f"centrale: Centrale already runs on {home} (process {first.process.pid})."]
    assert first.process.poll() is None
    assert first.stop() == 0


def test_address_of_another_machine(start: Start, env: dict[str, str]) -> None:
    running = start(*FOUR, CENTRALE_BIND="192.0.2.77")
    assert running.end() == 2
    assert running.lines == ["centrale: CENTRALE_BIND: 192.0.2.77 is not an address of this machine."]


def test_bad_setting(start: Start, env: dict[str, str]) -> None:
    running = start(*FOUR, CENTRALE_SIP_PORT="many")
    assert running.end() == 2
    assert len(running.lines) == 1
    assert running.lines[0].startswith("centrale: CENTRALE_SIP_PORT: ")
