"""A machine with two network links, as a namespace: `with laptop() as machine:`. Needs root, and `ip netns`.

Programs in it reach this machine at HOST, over the link that is up. The links are pairs of virtual Ethernet
devices. There is one such machine at a time; what a killed run left of it is taken away first."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

HOST = "198.18.0.1"  # RFC 2544: for tests of networks
NETWORKS = {"a": "198.18.1", "b": "198.18.2"}


def permitted() -> bool:
    """Whether this process may make namespaces."""
    name = f"probe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode == 0:
        _ip("netns", "del", name)
    return made.returncode == 0


class Machine:
    """The namespace. Link "a" is up, "b" is not there yet."""

    def __init__(self) -> None:
        self.name = "laptop"

    def open(self) -> None:
        self.close()
        _ip("netns", "add", self.name)
        self._inside("link", "set", "lo", "up")
        for link, network in NETWORKS.items():
            ours, theirs = self._device(link), f"net-{link}"
            _ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", self.name)
            _ip("addr", "add", f"{network}.1/24", "dev", ours)
            _ip("link", "set", ours, "up")
        _ip("addr", "add", f"{HOST}/32", "dev", self._device("a"))
        self.up("a")

    def up(self, link: str) -> None:
        """The link gets its address, and is the way out."""
        network, device = NETWORKS[link], f"net-{link}"
        self._inside("addr", "add", f"{network}.2/24", "dev", device)
        self._inside("link", "set", device, "up")
        self._inside("route", "add", "default", "via", f"{network}.1")

    def down(self, link: str) -> None:
        """The link is lost, with its address."""
        self._inside("addr", "flush", "dev", f"net-{link}")
        self._inside("link", "set", f"net-{link}", "down")

    def wrapped(self, program: str, folder: Path) -> Path:
        """A program that is `program` inside."""
        path = folder / f"inside-{Path(program).name}"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n')
        path.chmod(0o755)
        return path

    def close(self) -> None:
        for words in (
            *(("link", "del", self._device(link)) for link in NETWORKS),
            ("netns", "del", self.name),
        ):
            subprocess.run(["ip", *words], capture_output=True, check=False)

    def _device(self, link: str) -> str:
        return f"{self.name}-{link}"

    def _inside(self, *words: str) -> None:
        _ip("-n", self.name, *words)


@contextlib.contextmanager
def laptop() -> Iterator[Machine]:
    machine = Machine()
    try:
        machine.open()
        yield machine
    finally:
        machine.close()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
