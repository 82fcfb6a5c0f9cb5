"""Client of the control API, for the control plane and the command line."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import aiohttp

from pbx.control import address as addresses
from pbx.control.commands import (
    COMMANDS,
    Consult,
    Invite,
    Join,
    Member,
    OnCall,
    Originate,
    Originated,
    Park,
    Parked,
    SetState,
)
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    Acknowledge,
    BanState,
    BindingState,
    CallRecord,
    Claim,
    Event,
    ExtensionState,
    Health,
    Hello,
    MessageError,
    Problem,
    RoomState,
    TenantVersion,
    Trace,
    TraceMessage,
    TrunkState,
    decode,
    encode,
)
from pbx.control.readings import Reading

T = TypeVar("T")

NAMES = {kind: name for name, kind in COMMANDS.items()}
ANSWERS: Mapping[type[OnCall], type[object]] = {Consult: Originated, Join: RoomState, Park: Parked}
FIRST_RETRY, LAST_RETRY = 0.1, 5.0
PING_SECONDS = 20.0


class ControlError(Exception):
    """The core refused: the HTTP `status` and its `problem`."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.error)
        self.status = status
        self.problem = problem


class ControlUnreachable(Exception):
    """The core cannot be reached, or was lost; the text says what to do."""


class ControlClient:
    """`async with ControlClient(address, token) as core: …`. Every method raises ControlError when the core
    refuses and ControlUnreachable when it is not there."""

    def __init__(
        self, address: str, token: str | None = None, certificate: Path | None = None, seconds: float = 10.0
    ) -> None:
        """`address` as `unix:/path`, `tcp://host:port` or `tls://host:port`; `certificate` (PEM) is what the
        core's one is checked against, default the system's; `seconds` for each answer. Raises
        AddressError."""
        self._address = addresses.parse(address)
        self._token = token
        self._certificate = certificate
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        where = self._address
        connector: aiohttp.BaseConnector
        base = f"http://{where.host}:{where.port}"
        if where.path is not None:
            connector = aiohttp.UnixConnector(path=str(where.path))
            base = "http://core"
        elif where.tls:
            trusted = str(self._certificate) if self._certificate else None
            connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=trusted))
            base = f"https://{str(where).removeprefix('tls://')}"
        else:
            connector = aiohttp.TCPConnector()
            base = f"http://{str(where).removeprefix('tcp://')}"
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._session = aiohttp.ClientSession(
            base, connector=connector, headers=headers, timeout=self._timeout
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    # --- tenants ---

    async def snapshot(self, snapshot: Snapshot) -> TenantVersion:
        """Hands over a snapshot. `changed` False when its version was in use already; ControlError 409 when a
        newer one is."""
        path = f"{_tenant(snapshot.tenant)}/snapshot"
        return decode(await self._ask("PUT", path, snapshot), TenantVersion)

    async def remove_tenant(self, tenant: str) -> bool:
        """False when the core did not know it."""
        return await self._delete(_tenant(tenant))

    async def tenants(self) -> dict[str, int]:
        """Version of the snapshot in use, by tenant."""
        answer = decode(await self._ask("GET", "/v1/tenants"), list[TenantVersion])
        return {tenant.tenant: tenant.version for tenant in answer}

    # --- calls ---

    async def calls(self, tenant: str | None = None) -> list[CallRecord]:
        """Calls going on now."""
        return decode(await self._ask("GET", "/v1/calls", query=_given(tenant=tenant)), list[CallRecord])

    async def call(self, call: str) -> CallRecord:
        """One that goes on now. ControlError 404 when there is none."""
        return decode(await self._ask("GET", f"/v1/calls/{quote(call, safe='')}"), CallRecord)

    async def originate(self, command: Originate) -> str:
        """Starts a call and gives its id."""
        return decode(await self._ask("POST", "/v1/calls", command), Originated).call

    async def hangup(self, call: str) -> bool:
        """False when there is no such call (any more)."""
        return await self._delete(f"/v1/calls/{quote(call, safe='')}")

    async def command(self, call: str, command: OnCall) -> object:
        """Does it to a call. Gives Originated for Consult, RoomState for Join, Parked for Park, else None."""
        path = f"/v1/calls/{quote(call, safe='')}/{NAMES[type(command)]}"
        answer = await self._ask("POST", path, command)
        kind = ANSWERS.get(type(command))
        return None if kind is None else decode(answer, kind)

    # --- rooms, trunks, what users set ---

    async def rooms(self, tenant: str) -> list[RoomState]:
        """Conferences that go on."""
        return decode(await self._ask("GET", f"{_tenant(tenant)}/rooms"), list[RoomState])

    async def invite(self, room: str, command: Invite) -> RoomState:
        """Calls a number into a conference."""
        path = f"/v1/rooms/{quote(room, safe='')}/invite"
        return decode(await self._ask("POST", path, command), RoomState)

    async def member(self, room: str, leg: str, command: Member) -> RoomState:
        """Mutes, unmutes or removes a member of a conference."""
        path = f"/v1/rooms/{quote(room, safe='')}/members/{quote(leg, safe='')}"
        return decode(await self._ask("POST", path, command), RoomState)

    async def trunks(self, tenant: str) -> list[TrunkState]:
        """Whether each trunk works."""
        return decode(await self._ask("GET", f"{_tenant(tenant)}/trunks"), list[TrunkState])

    async def reading(self, tenant: str, number: str, extension: str | None = None) -> Reading:
        """What dialling a number would come to for that extension. ControlError 404 when it, or the
        organisation, is not known."""
        query = _given(number=number, extension=extension)
        return decode(await self._ask("GET", f"{_tenant(tenant)}/reading", query=query), Reading)

    async def extensions(self, tenant: str) -> list[ExtensionState]:
        """What users set; extensions where nobody ever did may be missing."""
        return decode(await self._ask("GET", f"{_tenant(tenant)}/extensions"), list[ExtensionState])

    async def set_state(
        self, tenant: str, number: str, change: SetState, unless_changed_since: float | None = None
    ) -> ExtensionState:
        """Changes what the user of an extension set. ControlError 412 when it was changed at or after
        `unless_changed_since` (Unix time)."""
        since = None if unless_changed_since is None else str(unless_changed_since)
        path = f"{_tenant(tenant)}/extensions/{quote(number, safe='')}"
        answer = await self._ask("PATCH", path, change, _given(unless_changed_since=since))
        return decode(answer, ExtensionState)

    # --- bindings, bans, trace ---

    async def bindings(self, tenant: str | None = None) -> list[BindingState]:
        return decode(await self._ask("GET", "/v1/bindings", query=_given(tenant=tenant)), list[BindingState])

    async def remove_binding(self, tenant: str, device: str, contact: str) -> bool:
        """False when there is no such binding."""
        return await self._delete("/v1/bindings", _given(tenant=tenant, device=device, contact=contact))

    async def claim(self, claim: Claim) -> None:
        """Says which browser a connection to the relay port carries; before its first request."""
        await self._ask("PUT", "/v1/flows", claim)

    async def bans(self) -> list[BanState]:
        return decode(await self._ask("GET", "/v1/bans"), list[BanState])

    async def unban(self, address: str) -> bool:
        """False when the address is not banned."""
        return await self._delete(f"/v1/bans/{quote(address, safe='')}")

    async def trace(self, command: Trace) -> None:
        """Switches the SIP trace of a tenant or device on or off."""
        await self._ask("PUT", "/v1/trace", command)

    async def traced(self, tenant: str | None = None, device: str | None = None) -> list[TraceMessage]:
        """Recent traced messages, oldest first."""
        query = _given(tenant=tenant, device=device)
        return decode(await self._ask("GET", "/v1/trace", query=query), list[TraceMessage])

    async def health(self) -> Health:
        """Also when the core is not ready (`ready` False says why)."""
        return decode(await self._ask("GET", "/v1/health", fine=(503,)), Health)

    # --- events ---

    async def acknowledge(self, number: int) -> None:
        """Events up to `number` are safe: the core may forget them when it needs to."""
        await self._ask("POST", "/v1/events/ack", Acknowledge(number=number))

    async def events(
        self, since: int | None = None, tenant: str | None = None, stream: str | None = None
    ) -> AsyncGenerator[Hello | Event, None]:
        """Hello, then events as they happen. `since` is the last number that was seen, `stream` that of the
        Hello it came after. Never ends by itself: raises ControlUnreachable when the connection is lost."""
        query = _given(since=None if since is None else str(since), tenant=tenant, stream=stream)
        try:
            async with self._open().ws_connect(
                "/v1/events", params=query, heartbeat=PING_SECONDS, max_msg_size=0, compress=0
            ) as socket:
                kind: type[Hello] | type[Event] = Hello
                async for message in socket:
                    yield decode(message.data, kind)
                    kind = Event
                raise ControlUnreachable(f"{self._lost()} (close code {socket.close_code})")
        except aiohttp.WSServerHandshakeError as error:
            raise ControlError(error.status, Problem(error=_meaning(error.status))) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ControlUnreachable(self._missing(error)) from None

    async def follow(
        self, since: int | None = None, tenant: str | None = None, stream: str | None = None
    ) -> AsyncGenerator[Hello | Event, None]:
        """Like `events`, but comes back by itself after a loss, first soon and then every five seconds, and
        goes on behind the last event it gave. A Hello comes after each connection; one with `state` says:
        start from this. Raises ControlError only (a wrong token will not get better)."""
        delay = FIRST_RETRY
        while True:
            try:
                async with contextlib.aclosing(self.events(since, tenant, stream)) as messages:
                    async for message in messages:
                        since = message.number
                        if isinstance(message, Hello):
                            stream = message.stream
                        yield message
                        delay = FIRST_RETRY
            except ControlUnreachable:
                await asyncio.sleep(delay)
                delay = min(2 * delay, LAST_RETRY)
            except ControlError as error:
                if error.status < 500:
                    raise
                await asyncio.sleep(LAST_RETRY)

    # --- inner ---

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use it as `async with ControlClient(…) as core`")
        return self._session

    async def _delete(self, path: str, query: Mapping[str, str] | None = None) -> bool:
        try:
            await self._ask("DELETE", path, query=query)
        except ControlError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        fine: tuple[int, ...] = (),
    ) -> bytes:
        data = None if body is None else encode(body)
        headers = {"Content-Type": "application/json"} if data is not None else None
        _, content = await self.exchange(method, path, data=data, query=query, headers=headers, fine=fine)
        return content

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        data: bytes | AsyncIterable[bytes] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        fine: tuple[int, ...] = (),
        seconds: float | None = None,
    ) -> tuple[Mapping[str, str], bytes]:
        """One request of any kind; gives the answer's headers and body. `fine` are error codes that are none
        here; `seconds` for this one."""
        limit = self._timeout if seconds is None else aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open().request(
                method, path, data=data, params=query, headers=headers, timeout=limit
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ControlUnreachable(self._missing(error)) from None
        if answer.status >= 400 and answer.status not in fine:
            raise ControlError(answer.status, _problem(content, answer.status))
        return answer.headers, content

    def _missing(self, error: BaseException) -> str:
        if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
            return f"The core at {self._address} shows a certificate that is not trusted: {error}"
        if isinstance(error, TimeoutError):
            return f"The core at {self._address} does not answer. Look at its log, or restart it."
        if isinstance(error, PermissionError) or isinstance(error.__cause__, PermissionError):
            return f"No permission for {self._address}. Run this as the user who started the core."
        return (
            f"No core answers at {self._address}. Start Centrale with `make run`, "
            "or set CENTRALE_HOME or CENTRALE_CONTROL to where it runs."
        )

    def _lost(self) -> str:
        return f"The connection to the core at {self._address} was lost; connect again"


def _tenant(tenant: str) -> str:
    return f"/v1/tenants/{quote(tenant, safe='')}"


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _meaning(status: int) -> str:
    if status == 401:
        return "The core does not take this token; set CENTRALE_CONTROL_TOKEN to the one it was started with."
    return f"The core refused to send events ({status})."


def _problem(content: bytes, status: int) -> Problem:
    if status == 401:
        return Problem(error=_meaning(status))
    try:
        return decode(content, Problem)
    except MessageError:
        return Problem(error=f"The core answered {status} without saying why.")
