"""The SIP edge alone in this process: a SipStack whose events a test reads and whose commands it gives, with
raw SIP clients as phones."""

import asyncio
import secrets
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sipmessage

from pbx.control.configuration import TrunkConfig
from pbx.ports import (
    Admit,
    Answer,
    Binding,
    Caller,
    HangUp,
    IncomingCall,
    Invite,
    LegAnswered,
    Prompt,
    Reply,
    Request,
    Srtp,
    Verdict,
)
from pbx.sip.endpoint import SipConfig
from pbx.sip.stack import SipStack
from tests.phones import net
from tests.phones.raw import Header, RawSip
from tests.running import eventually

E = TypeVar("E")


class AnyDoor:
    """Trunks that no call comes from."""

    def contact_user(self, tenant: str, trunk: str) -> str:
        return f"line-{tenant}-{trunk}"

    def place(self, tenant: str, config: TrunkConfig, addresses: frozenset[str]) -> None:
        """Nothing is kept: the harness says where calls come from."""

    def forget(self, tenant: str, trunk: str) -> None:
        """See place."""


@dataclass
class OpenAdmission:
    """Lets every INVITE in: the domain of From is its organisation, the user its device. `trunk` and `srtp`
    are said of all that come."""

    trunk: str = ""
    srtp: Srtp = "off"
    misses: int = 0

    def screen(self, request: Request, now: float) -> Verdict:
        if request.method != "INVITE":
            return Reply(481 if request.to_tag else 200, "")
        device = "" if self.trunk else request.from_user
        return Admit(Caller(request.from_host, device, device, trunk=self.trunk, srtp=self.srtp))

    def missed(self, request: Request, now: float) -> None:
        self.misses += 1


@dataclass
class Edge:
    """A running stack; `events` holds what it posted and no test has taken, `prompts` what it can play by
    name and language."""

    stack: SipStack
    port: int
    admission: OpenAdmission
    events: deque[Any]
    prompts: dict[tuple[str, str], Prompt]
    phones: list["Phone"] = field(default_factory=list)
    legs: list[str] = field(default_factory=list)
    tenants: set[str] = field(default_factory=set)
    _next: int = 0

    async def event(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        """Take the first event of a kind that fits, waiting for it."""

        def found() -> E | None:
            return next((each for each in list(self.events) if isinstance(each, kind) and fits(each)), None)

        event: E = await eventually(found, what=kind.__name__)
        self.events.remove(event)
        if isinstance(event, IncomingCall):
            self.legs.append(event.leg)
        return event

    async def phone(self, user: str, tenant: str = "a.test", rtp_port: int = 0) -> "Phone":
        """A phone of an organisation that speaks UDP."""
        raw = RawSip(net.LOOPBACK, self.port)
        await raw.open()
        phone = Phone(self, raw, user, tenant, rtp_port or net.free_rtp_block())
        self.phones.append(phone)
        return phone

    async def call_from(self, phone: "Phone", number: str = "102", **more: Any) -> tuple[str, "Dialog"]:
        """A call from a phone that we have answered: our leg and the phone's side of the dialog."""
        dialog = await phone.invite(number, **more)
        incoming = await self.event(IncomingCall)
        self.stack.submit(Answer(leg=incoming.leg, number=number, name="Desk", domain=phone.tenant))
        await dialog.answered()
        await self.event(LegAnswered)
        return incoming.leg, dialog

    async def call_to(
        self, phone: "Phone", answer: bool = True, headers: Sequence[Header] = (), **fields: Any
    ) -> tuple[str, "Dialog", sipmessage.Request]:
        """A call to a phone that it answers, or lets ring: our leg, its side of the dialog, our INVITE."""
        leg = self.new_leg()
        usual = {"domain": phone.tenant, "called": phone.user, "number": "101", "name": "Desk 101"}
        self.stack.submit(Invite(leg=leg, to=phone.binding, **(usual | fields)))
        request = await phone.raw.wait_request("INVITE")
        dialog = Dialog.called(phone, request)
        await dialog.reply(request, 200 if answer else 180, headers=headers)
        if answer:
            await phone.raw.wait_request("ACK")
            await self.event(LegAnswered, lambda event: event.leg == leg)
        return leg, dialog, request

    async def trunks(self, tenant: str, *configs: TrunkConfig) -> None:
        """The trunks of an organisation from now on, until the end of the test."""
        self.tenants.add(tenant)
        self.stack.set_trunks(tenant, configs)
        done = threading.Event()
        self.stack._do(done.set)
        await asyncio.to_thread(done.wait)

    def new_leg(self) -> str:
        """The id of a leg that is about to be called."""
        self._next += 1
        self.legs.append(f"out{self._next}")
        return self.legs[-1]

    async def close(self) -> None:
        """End what is left of calls: all must go."""
        for event in list(self.events):
            if isinstance(event, IncomingCall):
                self.legs.append(event.leg)
        for leg in self.legs:
            self.stack.submit(HangUp(leg=leg, code=200))
        await eventually(lambda: not self.stack.legs, what="end of all legs")
        for tenant in self.tenants:
            self.stack.set_trunks(tenant, [])
        for phone in self.phones:
            await phone.raw.close()
        self.phones.clear()
        self.tenants.clear()
        self.legs.clear()
        self.events.clear()
        self.prompts.clear()
        self.admission.trunk, self.admission.srtp, self.admission.misses = "", "off", 0


@dataclass
class Phone:
    """A raw SIP client as a phone of an organisation."""

    edge: Edge
    raw: RawSip
    user: str
    tenant: str
    rtp_port: int

    @property
    def binding(self) -> Binding:
        """As if it were registered."""
        return Binding(
            tenant=self.tenant,
            device=self.user,
            aor=f"sip:{self.user}@{self.tenant}",
            contact=f"sip:{self.user}@127.0.0.1:{self.raw.local_port}",
            call_id=self.user,
            cseq=1,
            q=-1.0,
            source_ip="127.0.0.1",
            source_port=self.raw.local_port,
            transport="udp",
            path=(),
            user_agent="",
            instance="",
            registered_at=0.0,
            expires_at=1e12,
        )

    @property
    def contact(self) -> Header:
        return "Contact", f"<{self.raw.contact}>"

    async def invite(
        self,
        number: str,
        headers: Iterable[Header] = (),
        body: bytes | None = None,
        sender: str = "",
        to: str | None = None,
    ) -> "Dialog":
        """Send an INVITE; the dialog that may come of it."""
        uri = f"sip:{number}@127.0.0.1:{self.edge.port}"
        dialog = Dialog(
            phone=self,
            ours=sender or f"sip:{self.user}@{self.tenant}",
            theirs=to or uri,
            call_id=f"{self.user}-{secrets.token_hex(6)}",
            tag=f"t{len(self.raw.history)}",
            target=uri,
        )
        sdp = self.raw.sdp(self.rtp_port) if body is None else body
        await dialog.send("INVITE", [self.contact, *headers], sdp, cseq=1)
        return dialog


@dataclass
class Dialog:
    """The phone's side of one dialog (RFC 3261 section 12)."""

    phone: Phone
    ours: str
    theirs: str
    call_id: str
    tag: str
    target: str
    their_tag: str = ""
    cseq: int = 1

    @classmethod
    def called(cls, phone: Phone, request: sipmessage.Request) -> "Dialog":
        """Of a call that came."""
        return cls(
            phone=phone,
            ours=str(request.to_address.uri),
            theirs=str(request.from_address.uri),
            call_id=request.call_id,
            tag=f"t{len(phone.raw.history)}",
            target=str(request.contact[0].uri),
            their_tag=request.from_address.parameters.get("tag") or "",
        )

    @property
    def replaces(self) -> str:
        """The value of a Replaces header that names this dialog, written by somebody else (RFC 3891)."""
        return f"{self.call_id};to-tag={self.their_tag};from-tag={self.tag}"

    async def send(
        self, method: str, headers: Iterable[Header] = (), body: bytes = b"", cseq: int = 0
    ) -> None:
        """A request in the dialog, with the next CSeq unless one is given."""
        if not cseq:
            self.cseq += 1
        data = self.phone.raw.request(
            method,
            self.target,
            sender=self.ours,
            to=self.theirs,
            call_id=self.call_id,
            cseq=cseq or self.cseq,
            from_tag=self.tag,
            to_tag=self.their_tag,
            headers=headers,
            body=body,
        )
        await self.phone.raw.send(data)

    async def ask(
        self, method: str, headers: Iterable[Header] = (), body: bytes = b""
    ) -> sipmessage.Response:
        """A request in the dialog and the final answer to it."""
        await self.send(method, headers, body)
        return await self.phone.raw.wait_response(self.call_id, self.cseq)

    async def refer(self, refer_to: str, *headers: Header) -> sipmessage.Response:
        return await self.ask("REFER", [("Refer-To", refer_to), self.phone.contact, *headers])

    async def answered(self) -> sipmessage.Response:
        """Wait for the answer to our INVITE and acknowledge it."""
        answer = await self.final()
        assert answer.code == 200, answer
        await self.send("ACK", cseq=1)
        self.phone.raw.inbox.clear()  # provisional answers
        return answer

    async def final(self) -> sipmessage.Response:
        """The final answer to our INVITE; the dialog has its tag and target then."""
        answer = await self.phone.raw.wait_response(self.call_id, 1)
        self.their_tag = answer.to_address.parameters.get("tag") or ""
        if answer.contact:
            self.target = str(answer.contact[0].uri)
        return answer

    async def reply(
        self, request: sipmessage.Request, code: int, headers: Iterable[Header] = (), sdp: bytes | None = None
    ) -> None:
        """Answer a request in the dialog; an INVITE gets our SDP with a 200."""
        body = b""
        if code == 200 and request.method == "INVITE":
            # One codec: PJSIP would change the call at once to settle on one of several.
            one = self.phone.raw.sdp(self.phone.rtp_port).replace(b"AVP 8 0 101", b"AVP 8 101")
            body = sdp if sdp is not None else one
        await self.phone.raw.respond(
            request, code, to_tag=self.tag, headers=[self.phone.contact, *headers], body=body
        )

    async def notified(self) -> tuple[str, str, str]:
        """The next NOTIFY, answered: Event, Subscription-State, body."""
        request = await self.phone.raw.wait_request("NOTIFY")
        assert request.call_id == self.call_id
        await self.reply(request, 200)
        event, state = request.headers.get("Event"), request.headers.get("Subscription-State")
        return event or "", state or "", request.body.decode()


class RunningEdge:
    """Starts a stack on ports of its own and stops it."""

    def __init__(self, certificate: Path, key: Path) -> None:
        port = net.free_port(2)
        first, last = net.core_ports()
        self._rtp = first, last
        events: deque[Any] = deque()
        admission = OpenAdmission()
        config = SipConfig(
            bind="127.0.0.1",
            public=None,
            port=port,
            tls_port=port + 1,
            relay_port=net.free_port(),
            certificate=certificate,
            key=key,
            rtp_first=first,
            rtp_last=last,
            host="127.0.0.1",
        )
        prompts: dict[tuple[str, str], Prompt] = {}
        stack = SipStack(config, admission, lambda *name: prompts.get(name), events.append, door=AnyDoor())
        self.edge = Edge(stack, port, admission, events, prompts)

    def __enter__(self) -> Self:
        self.edge.stack.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.edge.stack.stop()
        net.give_back(self._rtp)


def rtp_socket(port: int) -> socket.socket:
    """Where a raw phone's audio comes and goes."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((net.LOOPBACK, port))
    made.setblocking(False)
    return made
