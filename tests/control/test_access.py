"""Who gets in: sockets of the owner only, TCP with the right token only, TLS with the right certificate
only."""

import asyncio
import datetime
import ipaddress
import socket
import stat
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pbx.control.address import Address, AddressError, parse
from pbx.control.client import ControlClient, ControlError, ControlUnreachable
from pbx.control.server import ControlServer, tls_context
from tests.control.target import Core
from tests.phones import net

TOKEN = "a-long-token-of-the-operator"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed one for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "core")])
    now = datetime.datetime.now(datetime.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


async def test_outsider_on_tcp(core: Core) -> None:
    address = f"tcp://127.0.0.1:{net.free_port()}"
    server = ControlServer(core, address, TOKEN)
    await server.start()
    try:
        for wrong in (None, "", "wrong", TOKEN + "x", TOKEN[:-1], "é"):
            async with ControlClient(address, wrong) as outsider:
                with pytest.raises(ControlError) as caught:
                    await outsider.calls()
                assert caught.value.status == 401
                with pytest.raises(ControlError) as caught:
                    async for _ in outsider.events():
                        pass
                assert caught.value.status == 401
                with pytest.raises(ControlError, match="CENTRALE_CONTROL_TOKEN"):
                    async for _ in outsider.follow():
                        pass
        async with ControlClient(address, TOKEN) as client:
            assert await client.calls() == []
            hello = await anext(client.events())
            assert hello.number == 0
        async with aiohttp.ClientSession() as session:
            for header in ({"Authorization": f"Basic {TOKEN}"}, {"Authorization": TOKEN}):
                async with session.get(
                    address.replace("tcp", "http") + "/v1/nothing", headers=header
                ) as answer:
                    assert answer.status == 401  # what exists is not told either
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
    finally:
        await server.close()


async def test_tls(core: Core, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    address = f"tls://127.0.0.1:{net.free_port()}"
    server = ControlServer(core, address, TOKEN, tls_context(cert, key))
    await server.start()
    try:
        async with ControlClient(address, TOKEN, cert) as client:
            assert await client.calls() == []
        async with ControlClient(address, TOKEN) as client:
            with pytest.raises(ControlUnreachable, match="not trusted"):
                await client.calls()
        async with ControlClient(address.replace("tls", "tcp"), TOKEN) as client:
            with pytest.raises(ControlUnreachable):
                await client.calls()
    finally:
        await server.close()


def test_wrong_certificate_file(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="Cannot use"):
        tls_context(tmp_path / "no.pem", tmp_path / "no.key")


async def test_unix_socket_is_the_owners_alone(core: Core, tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'run' / 'c.sock'}"
    server = ControlServer(core, address)
    await server.start()
    mode = (tmp_path / "run" / "c.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0
    with pytest.raises(AddressError, match="already"):
        await ControlServer(core, address).start()
    await server.close()
    assert not (tmp_path / "run" / "c.sock").exists()


async def test_socket_of_a_dead_core_is_replaced(core: Core, tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = ControlServer(core, f"unix:{path}")
    await server.start()
    async with ControlClient(f"unix:{path}") as client:
        assert await client.calls() == []
    await server.close()


async def test_a_file_in_its_place_is_left_alone(core: Core, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AddressError, match="not a socket"):
        await ControlServer(core, f"unix:{tmp_path / 'file'}").start()
    assert (tmp_path / "file").read_text() == "mine"


async def test_port_in_use(core: Core) -> None:
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", net.free_port())
    port = listener.sockets[0].getsockname()[1]
    with pytest.raises(AddressError, match="Cannot listen"):
        await ControlServer(core, f"tcp://127.0.0.1:{port}", TOKEN).start()
    listener.close()


async def test_tcp_needs_a_token_and_tls_a_certificate(core: Core) -> None:
    with pytest.raises(AddressError, match="CENTRALE_CONTROL_TOKEN"):
        ControlServer(core, "tcp://127.0.0.1:25999")
    with pytest.raises(AddressError, match="CENTRALE_CONTROL_CERTIFICATE"):
        ControlServer(core, "tls://127.0.0.1:25999", TOKEN)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/run/c.sock", Address(path=Path("/run/c.sock"))),
        ("tcp://127.0.0.1:99", Address(host="127.0.0.1", port=99)),
        ("tls://core.example:443", Address(host="core.example", port=443, tls=True)),
        ("tcp://[::1]:99", Address(host="::1", port=99)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unix:here",
        f"unix:/{'x' * 110}",
        "http://a:1",
        "tcp://a",
        "tcp://:1",
        "tcp://a:0",
        "tcp://a:99999",
    ],
)
def test_wrong_addresses(text: str) -> None:
    with pytest.raises(AddressError):
        parse(text)
