"""The raw SIP client from any loopback address, and a core that a whole module of tests shares."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import sipmessage

from pbx.control.client import ControlClient
from pbx.control.messages import BindingState
from tests.phones import net
from tests.phones.base import Account, Transport
from tests.phones.digest import Challenge, choose_challenge, credentials, parse_challenge
from tests.phones.raw import RawSip, _Datagrams
from tests.running import RunningCore

T = TypeVar("T")

TRANSPORTS: Sequence[Transport] = ("udp", "tcp", "tls")


class Client(RawSip):
    """RawSip whose socket is bound to `source`, an address in 127.0.0.0/8, and to `port` when given."""

    def __init__(
        self, core: RunningCore, transport: Transport = "udp", source: str = net.LOOPBACK, port: int = 0
    ) -> None:
        super().__init__(
            net.LOOPBACK, core.tls_port if transport == "tls" else core.port, transport=transport
        )
        self.source = source
        self.core = core
        self._wanted = port

    async def open(self) -> None:
        # Only 127.0.0.1 is shared with phones and other tests, and so its UDP ports are given out. A
        # connection takes a port of the system's choice: those of ended ones stay taken for a minute.
        shared = self.source == net.LOOPBACK and not self._wanted and self.transport == "udp"
        local = (self.source, net.free_port() if shared else self._wanted)
        if self.transport == "udp":
            self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Datagrams(self._take), local_addr=local, remote_addr=(self.host, self.port)
            )
            self.local_port = self._udp.get_extra_info("sockname")[1]
            return
        context = insecure() if self.transport == "tls" else None
        reader, self._writer = await asyncio.open_connection(
            self.host, self.port, ssl=context, local_addr=local
        )
        self.local_port = self._writer.get_extra_info("sockname")[1]
        self._reader_task = asyncio.create_task(self._read_stream(reader))

    async def close(self) -> None:
        """Close the socket as a phone that is switched off, without waiting for TLS's farewell."""
        if self._writer is not None:
            self._writer.transport.abort()
        await super().close()

    @property
    def contact(self) -> str:
        tail = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:raw@{self.source}:{self.local_port}{tail}"

    def account(self, number: str, **changes: object) -> Account:
        """The account of `number` for this client's transport."""
        return self.core.account(number, self.transport, **changes)

    async def challenge(
        self, account: Account, method: str = "REGISTER", algorithm: str = "MD5"
    ) -> Challenge:
        """What a request without credentials is challenged with."""
        answer = await self.ask(self.plain(account, method))
        assert answer.code == 401, answer
        return choose_challenge(answer.headers.getlist("WWW-Authenticate"), algorithm)

    def plain(self, account: Account, method: str = "REGISTER", **fields: object) -> bytes:
        """A request of `account` without credentials; `fields` are those of RawSip.request."""
        aor = f"sip:{account.user}@{account.domain}"
        fields.setdefault("sender", aor)
        fields.setdefault("to", aor)
        fields.setdefault("headers", [("Contact", f"<{self.contact}>")])
        return self.request(method, f"sip:{account.domain}", **fields)  # type: ignore[arg-type]

    async def answer_challenge(
        self,
        account: Account,
        challenge: Challenge,
        nc: int = 1,
        *,
        password: str | None = None,
        cnonce: str | None = None,
        cseq: int = 1,
        call_id: str | None = None,
        expires: int = 300,
    ) -> sipmessage.Response:
        """REGISTER with an answer to this very challenge."""
        value = credentials(
            challenge,
            "REGISTER",
            f"sip:{account.domain}",
            account.user,
            account.password if password is None else password,
            nc,
            cnonce,
        )
        headers = [
            ("Contact", f"<{self.contact}>"),
            ("Expires", str(expires)),
            ("Authorization", value),
        ]
        return await self.ask(self.plain(account, headers=headers, cseq=cseq, call_id=call_id))


def insecure() -> ssl.SSLContext:
    """TLS without asking who the other one is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def challenges(answer: sipmessage.Response) -> list[Challenge]:
    """All challenges of a 401, in order."""
    return [parse_challenge(value) for value in answer.headers.getlist("WWW-Authenticate")]


async def asked(core: RunningCore, question: Callable[[ControlClient], Awaitable[T]]) -> T:
    """One question to the control API."""
    async with core.client() as client:
        return await question(client)


async def bindings(core: RunningCore, device: str = "") -> list[BindingState]:
    """The bindings that the control API shows, of one device (or of all)."""
    found = await asked(core, lambda client: client.bindings())
    return [binding for binding in found if device in ("", binding.device)]


def new_core(prepared: Path, folder: Path) -> RunningCore:
    """A core in `folder`, not yet started, for fixtures of a wider scope than one test."""
    port = net.free_port(2)
    core = RunningCore(folder / "core", port, net.core_ports(), folder / "core.log")
    core.home.mkdir()
    (core.home / "prompts").symlink_to(prepared / "prompts")
    core.extra_env = {
        "CENTRALE_TLS_CERTIFICATE": str(prepared / "certificate.pem"),
        "CENTRALE_TLS_KEY": str(prepared / "key.pem"),
    }
    return core
