"""How many connections there may be, and the news that one has gone."""

import socket
import ssl
from pathlib import Path

from tests.native.harness import PATIENCE, Agent, Phone, until


def closed_at_once(connection: socket.socket) -> bool:
    connection.settimeout(PATIENCE)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_connections_are_counted_and_reported_gone(agent: Agent) -> None:
    assert agent.native("connections") == 0
    phones = [Phone(agent, "tcp") for _ in range(3)]
    until(lambda: agent.native("connections") == 3, "three connections")
    for phone in phones:
        phone.close()
    until(lambda: agent.native("connections") == 0, "none left")
    gone = agent.settled("closed")
    assert sorted(e["port"] for e in gone) == sorted(phone.port for phone in phones)
    assert {(e["ip"], e["transport"]) for e in gone} == {("127.0.0.1", "tcp")}


def test_limit_per_address(agent: Agent) -> None:
    agent.screen_all([200, "OK", []])
    agent.native("limit_connections", 2, 100)
    first, second = Phone(agent, "tcp"), Phone(agent, "tcp")
    assert first.ask("OPTIONS") and second.ask("OPTIONS")
    third = Phone(agent, "tcp")
    assert closed_at_once(third.socket)
    first.close()
    until(lambda: agent.native("connections") == 1, "room again")
    fourth = Phone(agent, "tcp")
    assert fourth.ask("OPTIONS").startswith("SIP/2.0 200")
    assert third.port not in [e["port"] for e in agent.settled("closed")], "it was never a connection"
    for phone in (second, third, fourth):
        phone.close()


def test_limit_in_total_holds_across_transports(tls_files: tuple[Path, Path]) -> None:
    agent = Agent(*tls_files)
    try:
        agent.native("limit_connections", 0, 2)
        tcp = Phone(agent, "tcp")
        until(lambda: agent.native("connections") == 1, "one")
        # A TLS connection that never shakes hands counts from the first moment.
        silent = socket.create_connection(("127.0.0.1", agent.tls_port))
        until(lambda: agent.native("connections") == 2, "two")
        assert closed_at_once(socket.create_connection(("127.0.0.1", agent.tls_port)))
        assert closed_at_once(socket.create_connection(("127.0.0.1", agent.port)))
        assert closed_at_once(silent), "the handshake has its time limit, 3 s here"
        until(lambda: agent.native("connections") == 1, "the silent one has gone")
        context = ssl._create_unverified_context()
        tls = context.wrap_socket(socket.create_connection(("127.0.0.1", agent.tls_port)))
        until(lambda: agent.native("connections") == 2, "a good one took its place")
        port = tls.getsockname()[1]
        tls.close()
        until(lambda: agent.native("connections") == 1, "and left")
        assert [e["port"] for e in agent.settled("closed", transport="tls")] == [port]
        tcp.close()
        assert agent.quit() == 0
    finally:
        agent.end()


def test_many_connections_come_and_go_without_a_trace(agent: Agent) -> None:
    agent.native("limit_connections", 50, 60)
    for _ in range(20):
        phones = [Phone(agent, "tcp") for _ in range(70)]
        for phone in phones:
            phone.close()
        until(lambda: agent.native("connections") == 0, "all gone")
    before = agent.command("files")
    for _ in range(20):
        phones = [Phone(agent, "tcp") for _ in range(70)]
        for phone in phones:
            phone.close()
        until(lambda: agent.native("connections") == 0, "all gone")
    until(lambda: agent.command("files") <= before, "no file handle is left behind")


def test_half_open_tcp_connections_end(agent: Agent) -> None:
    """PJSIP_TCP_INITIAL_TIMEOUT, 20 s."""
    phone = Phone(agent, "tcp")
    phone.send("OPTIONS sip:x SIP/2.0\r\n")
    until(lambda: agent.native("connections") == 1, "there")
    until(lambda: agent.native("connections") == 0, "shut after 20 s", 30)
    phone.close()


def test_a_spared_listener_neither_counts_nor_denies(agent: Agent) -> None:
    agent.screen_all([200, "OK", []])
    agent.native("spare_listener", agent.port)
    agent.native("limit_connections", 1, 1)
    agent.native("deny", "127.0.0.1")
    phones = [Phone(agent, "tcp") for _ in range(3)]
    assert all(phone.ask("OPTIONS").startswith("SIP/2.0 200") for phone in phones)
    assert agent.native("connections") == 0
    phones[0].socket.sendall(b"no SIP at all\r\n\r\n")
    assert phones[1].ask("OPTIONS").startswith("SIP/2.0 200") and agent.native("malformed") == {}
    for phone in phones:
        phone.close()
    assert sorted(e["port"] for e in agent.settled("closed")) == sorted(phone.port for phone in phones)
    agent.native("spare_listener", 0)
    assert closed_at_once(socket.create_connection(("127.0.0.1", agent.port)))
