"""Ports of tests: apart for each worker, and out of the kernel's way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.phones import net
from tests.running import ROOT

SHOW = """
import json
from tests.phones import net
cores = [net.core_ports() for _ in range(net.CORES)]
print(json.dumps({"sip": [net.free_port(2) for _ in range(20)], "rtp": net.free_rtp_block(), "cores": cores}))
"""


def ports_of(environment: dict[str, str]) -> set[int]:
    """Every port that a process with this environment may be given, from 20 choices."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    clean.pop("CENTRALE_TEST_PORTS", None)
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    ports = {port + i for port in said["sip"] for i in range(2)}
    ports |= set(range(said["rtp"], said["rtp"] + net.RTP_BLOCK))
    for first, last in said["cores"]:
        taken = set(range(first, last + 1))
        assert first % 2 == 0 and len(taken) > 150 and not taken & ports
        ports |= taken
    return ports


# Outside DEFAULT_RANGE: there the other workers of this run hold ports.
@pytest.mark.parametrize("given", ["13000-18999", "17000-18999"])
def test_workers_have_ports_of_their_own(given: str) -> None:
    for_all = {"CENTRALE_TEST_PORTS": given, "PYTEST_XDIST_WORKER_COUNT": "2"}
    workers = [ports_of({**for_all, "PYTEST_XDIST_WORKER": f"gw{number}"}) for number in range(2)]
    assert not workers[0] & workers[1]
    first, last = (int(port) for port in given.split("-"))
    assert all(first <= port <= last for worker in workers for port in worker)


def test_a_range_of_one_s_own() -> None:
    ports = ports_of({"CENTRALE_TEST_PORTS": "12000-12999"})
    assert min(ports) >= 12000 and max(ports) <= 12999


def test_the_kernel_does_not_hand_out_our_ports() -> None:
    handed_out = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert int(net.DEFAULT_RANGE.split("-")[1]) < handed_out


def test_core_ports_that_are_given_back_are_handed_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    size = net._cores_size
    monkeypatch.setattr(net, "_core_slots", [net._cores_first, net._cores_first + size])
    first = net.core_ports()
    second = net.core_ports()
    assert first[1] < second[0]
    for ports in (first, first, (1000, 1998)):
        net.give_back(ports)
    assert net.core_ports() == first
    net.give_back(second)
    assert net.core_ports() == second
