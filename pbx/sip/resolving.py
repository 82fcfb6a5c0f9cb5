"""Where a trunk's host is (RFC 3263), looked up on other threads: PJSIP's must never wait."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from random import random

import dns.exception
import dns.resolver
import structlog
from dns.rdtypes.IN.SRV import SRV

from pbx.ports import Transport

log = structlog.get_logger("pbx.resolving")

_LIFETIME = 5.0  # seconds for one question
_MOST = 16  # addresses that are kept of one host
_PORTS: dict[Transport, int] = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SERVICES: dict[Transport, str] = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Host:
    """A host as an administrator wrote it: name or IPv4 address, perhaps a port."""

    name: str
    port: int | None
    transport: Transport

    @property
    def literal(self) -> Address | None:
        """Itself when it is an address: nothing has to be looked up."""
        try:
            return str(ip_address(self.name.strip("[]"))), self.port or _PORTS[self.transport]
        except ValueError:
            return None


class Resolver:
    """Looks hosts up. `hand_over` brings results to the thread that wants them."""

    def __init__(self, hand_over: Callable[[Callable[[], object]], None]) -> None:
        self._hand_over = hand_over
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="resolve")

    def find(self, host: Host, found: Callable[[tuple[Address, ...]], object]) -> None:
        """`found` gets the addresses, best first; none when there are none, or nobody says."""

        def work() -> None:
            addresses = addresses_of(host)
            self._hand_over(lambda: found(addresses))

        self._threads.submit(work)

    def close(self) -> None:
        """Wait for nothing that still runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def addresses_of(host: Host, servers: dns.resolver.Resolver | None = None) -> tuple[Address, ...]:
    """Addresses and ports of a host: SRV records unless it says a port, else address records. Blocks."""
    literal = host.literal
    if literal is not None:
        return (literal,)
    targets = [] if host.port else _services(host, servers)
    if not targets:
        targets = [(host.name, host.port or _PORTS[host.transport])]
    found: dict[Address, None] = {}
    for name, port in targets[:_MOST]:
        found |= dict.fromkeys((ip, port) for ip in _addresses(name))
    return tuple(found)[:_MOST]


def _services(host: Host, servers: dns.resolver.Resolver | None) -> list[Address]:
    """Targets of SRV records in the order of RFC 2782, as good as one look can tell."""
    name = f"{_SERVICES[host.transport]}.{host.name}"
    try:
        answer = (servers or dns.resolver.Resolver()).resolve(name, "SRV", lifetime=_LIFETIME)
    except (dns.exception.DNSException, OSError):
        return []
    records = [record for record in answer if isinstance(record, SRV)]
    records.sort(key=lambda record: (record.priority, -random() * (record.weight + 1)))  # noqa: S311
    return [(record.target.to_text(omit_final_dot=True), record.port) for record in records]


def _addresses(name: str) -> list[str]:
    # IPv4: the transports that we listen on are.
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        log.warning("trunk.host_unknown", host=name, error=str(error))
        return []
    return [str(each[4][0]) for each in found]
