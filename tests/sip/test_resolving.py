"""Where a trunk's host is: addresses, names, SRV records from a DNS server of our own."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.resolver
import dns.rrset
import pytest

from pbx.sip.resolving import Host, addresses_of

RECORDS = {
    "_sip._udp.provider.test.": ["20 0 5070 localhost.", "10 0 5080 127.0.0.9."],
    "_sips._tcp.provider.test.": ["10 0 5071 localhost."],
}


@pytest.fixture
def servers() -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a DNS server with RECORDS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, source = server.recvfrom(4096)
                if not data:
                    return
                query = dns.message.from_wire(data)
                answer = dns.message.make_response(query)
                answer.flags |= dns.flags.RA
                name = query.question[0].name
                if found := RECORDS.get(name.to_text()):
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", *found))
                server.sendto(answer.to_wire(), source)

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        yield resolver
        server.sendto(b"", server.getsockname())
        thread.join()


def test_an_address_is_itself() -> None:
    assert addresses_of(Host("192.0.2.7", None, "udp")) == (("192.0.2.7", 5060),)
    assert addresses_of(Host("192.0.2.7", None, "tls")) == (("192.0.2.7", 5061),)
    assert addresses_of(Host("192.0.2.7", 5080, "tcp")) == (("192.0.2.7", 5080),)
    assert Host("provider.test", None, "udp").literal is None


def test_services_in_their_order(servers: dns.resolver.Resolver) -> None:
    found = addresses_of(Host("provider.test", None, "udp"), servers)
    assert found == (("127.0.0.9", 5080), ("127.0.0.1", 5070))
    assert addresses_of(Host("provider.test", None, "tls"), servers) == (("127.0.0.1", 5071),)


def test_a_port_or_no_service_leads_to_the_name_itself(servers: dns.resolver.Resolver) -> None:
    assert addresses_of(Host("localhost", 5090, "udp"), servers) == (("127.0.0.1", 5090),)
    assert addresses_of(Host("localhost", None, "tcp"), servers) == (("127.0.0.1", 5060),)


def test_nobody_knows(servers: dns.resolver.Resolver) -> None:
    assert addresses_of(Host("nowhere.invalid", 5060, "udp"), servers) == ()
