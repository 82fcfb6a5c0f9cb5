"""The control API: HTTP and one WebSocket of events, on a Unix socket or on TCP with a token.

Every answer with a body is JSON: a message of `messages.py`, and a Problem for every error.
"""

import asyncio
import hmac
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.http_exceptions import PayloadEncodingError as PayloadError

from pbx.control import address as addresses
from pbx.control.bodies import answer, read_body
from pbx.control.command_routes import CommandRoutes
from pbx.control.commands import Originate, Originated
from pbx.control.configuration import Snapshot
from pbx.control.file_routes import FileRoutes
from pbx.control.file_target import FileTarget
from pbx.control.followers import Followers
from pbx.control.messages import (
    Acknowledge,
    Claim,
    MessageError,
    Problem,
    TenantVersion,
    Trace,
)
from pbx.control.target import ControlTarget, Refused

log = structlog.get_logger("pbx.control")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_SNAPSHOT = 64 * 2**20
SNAPSHOT_ROUTE = "/v1/tenants/{tenant}/snapshot"


class ControlServer:
    """Serves one ControlTarget. `await start()`, in the end `await close()`."""

    def __init__(
        self,
        target: ControlTarget,
        address: str,
        token: str | None = None,
        tls: ssl.SSLContext | None = None,
        *,
        slow_seconds: float = 15.0,
        files: FileTarget | None = None,
    ) -> None:
        """`token` is asked from every client when given, and must be given for TCP. `slow_seconds`: a
        follower that takes nothing for so long is dropped. `files` is the core's audio. Raises
        AddressError."""
        self._target = target
        self._files = files
        self._address = addresses.parse(address)
        if self._address.path is None and not token:
            raise addresses.AddressError(f"{address}: set CENTRALE_CONTROL_TOKEN to let clients in over TCP.")
        if self._address.tls and tls is None:
            raise addresses.AddressError(
                f"{address}: TLS needs a certificate; set CENTRALE_CONTROL_CERTIFICATE."
            )
        self._token = token.encode() if token else None
        self._tls = tls
        self._snapshots = asyncio.Lock()
        self._followers = Followers(target, slow_seconds)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listens. Raises AddressError when the address is taken."""
        app = web.Application(client_max_size=MAX_SNAPSHOT, middlewares=[self._problems, self._guard])
        self._routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        await self._runner.setup()
        where = self._address
        if where.path is not None:
            await web.SockSite(self._runner, addresses.listen(where.path)).start()
        else:
            try:
                await web.TCPSite(self._runner, where.host, where.port, ssl_context=self._tls).start()
            except OSError as error:
                raise addresses.AddressError(
                    f"Cannot listen on {where}: {error.strerror or error}."
                ) from None
            if not where.loopback and self._tls is None:
                log.warning(
                    "control.plain",
                    address=str(where),
                    text="The token crosses the network unencrypted.",
                )
        log.info("control.listening", address=str(where))

    async def close(self) -> None:
        """Followers get a close frame (1001), requests two seconds; the socket file is removed."""
        await self._followers.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._address.path is not None and self._runner is not None:
            self._address.path.unlink(missing_ok=True)

    def _routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/v1/tenants", self._tenants)
        router.add_get("/v1/tenants/{tenant}", self._tenant)
        router.add_delete("/v1/tenants/{tenant}", self._remove_tenant)
        router.add_put(SNAPSHOT_ROUTE, self._snapshot)
        router.add_get("/v1/calls", self._calls)
        router.add_post("/v1/calls", self._originate)
        router.add_get("/v1/calls/{call}", self._call)
        router.add_delete("/v1/calls/{call}", self._hang_up)
        router.add_get("/v1/bindings", self._bindings)
        router.add_delete("/v1/bindings", self._remove_binding)
        router.add_put("/v1/flows", self._claim)
        router.add_get("/v1/bans", self._bans)
        router.add_delete("/v1/bans/{address}", self._unban)
        router.add_get("/v1/trace", self._traced)
        router.add_put("/v1/trace", self._trace)
        router.add_get("/v1/health", self._health)
        router.add_post("/v1/events/ack", self._acknowledge)
        router.add_get("/v1/events", self._followers.handle)
        CommandRoutes(self._target).add(router)
        if self._files is not None:
            FileRoutes(self._files).add(router)

    # --- middleware ---

    @web.middleware
    async def _problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as error:
            return answer(Problem(error=error.error, field=error.field), error.status)
        except MessageError as error:
            return answer(_problem(error), 400)
        except PayloadError:
            return answer(Problem(error="The body was cut off."), 400)
        except web.HTTPException as error:
            return _of_aiohttp(request, error)
        except Exception:
            log.exception("control.error", method=request.method, path=request.path)
            return answer(Problem(error="The core failed at this; its log says why."), 500)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._token is not None:
            scheme, _, given = request.headers.get("Authorization", "").partition(" ")
            # Compared in constant time: how long it takes must not tell how much of it was right.
            right = hmac.compare_digest(given.strip().encode(errors="replace"), self._token)
            if not right or scheme.lower() != "bearer":
                log.warning("control.refused", peer=request.remote, path=request.path)
                return answer(
                    Problem(error="Send the token: Authorization: Bearer …"),
                    401,
                    {"WWW-Authenticate": "Bearer"},
                )
        return await handler(request)

    # --- tenants ---

    async def _tenants(self, request: web.Request) -> web.Response:
        return answer([TenantVersion(tenant=t, version=v) for t, v in sorted(self._target.tenants().items())])

    async def _tenant(self, request: web.Request) -> web.Response:
        tenant = request.match_info["tenant"]
        version = self._target.tenants().get(tenant)
        if version is None:
            raise Refused(404, f"Tenant {tenant} has no snapshot here.")
        return answer(TenantVersion(tenant=tenant, version=version))

    async def _snapshot(self, request: web.Request) -> web.Response:
        snapshot = await read_body(request, Snapshot, MAX_SNAPSHOT)
        if snapshot.tenant != request.match_info["tenant"]:
            raise Refused(400, "The snapshot is of another tenant than the path says.", "tenant")
        async with self._snapshots:  # two at once must not let the older one win
            current = self._target.tenants().get(snapshot.tenant)
            if current is not None and snapshot.version < current:
                raise Refused(409, f"Version {current} is in use, newer than {snapshot.version}.", "version")
            if snapshot.version != current:
                await self._target.apply_snapshot(snapshot)
        changed = snapshot.version != current
        return answer(TenantVersion(tenant=snapshot.tenant, version=snapshot.version, changed=changed))

    async def _remove_tenant(self, request: web.Request) -> web.Response:
        async with self._snapshots:
            if not await self._target.remove_tenant(request.match_info["tenant"]):
                raise Refused(404, f"Tenant {request.match_info['tenant']} has no snapshot here.")
        return web.Response(status=204)

    # --- calls ---

    async def _calls(self, request: web.Request) -> web.Response:
        tenant = request.query.get("tenant")
        return answer([call for call in self._target.calls() if tenant in (None, call.tenant)])

    async def _call(self, request: web.Request) -> web.Response:
        for call in self._target.calls():
            if call.id == request.match_info["call"]:
                return answer(call)
        raise Refused(404, "There is no such call now.")

    async def _originate(self, request: web.Request) -> web.Response:
        command = await read_body(request, Originate)
        return answer(Originated(call=await self._target.originate(command)), 201)

    async def _hang_up(self, request: web.Request) -> web.Response:
        if not await self._target.hang_up(request.match_info["call"]):
            raise Refused(404, "There is no such call now.")
        return web.Response(status=204)

    # --- bindings, bans, trace, health ---

    async def _bindings(self, request: web.Request) -> web.Response:
        tenant = request.query.get("tenant")
        return answer([binding for binding in self._target.bindings() if tenant in (None, binding.tenant)])

    async def _remove_binding(self, request: web.Request) -> web.Response:
        try:
            key = tuple(request.query[name] for name in ("tenant", "device", "contact"))
        except KeyError as error:
            raise Refused(400, "Give tenant, device and contact in the query.", str(error.args[0])) from None
        if not await self._target.remove_binding(*key):
            raise Refused(404, "There is no such binding.")
        return web.Response(status=204)

    async def _claim(self, request: web.Request) -> web.Response:
        self._target.claim(await read_body(request, Claim))
        return web.Response(status=204)

    async def _bans(self, request: web.Request) -> web.Response:
        return answer(list(self._target.bans()))

    async def _unban(self, request: web.Request) -> web.Response:
        if not await self._target.unban(request.match_info["address"]):
            raise Refused(404, "This address is not banned.")
        return web.Response(status=204)

    async def _trace(self, request: web.Request) -> web.Response:
        self._target.trace(await read_body(request, Trace))
        return web.Response(status=204)

    async def _traced(self, request: web.Request) -> web.Response:
        return answer(list(self._target.traced(request.query.get("tenant"), request.query.get("device"))))

    async def _health(self, request: web.Request) -> web.Response:
        health = self._target.health()
        return answer(health, 200 if health.ready else 503)

    async def _acknowledge(self, request: web.Request) -> web.Response:
        number = (await read_body(request, Acknowledge)).number
        try:
            self._target.journal.acknowledge(number)
        except ValueError as error:
            raise Refused(409, f"Event {error}.", "number") from None
        return web.Response(status=204)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """For `ControlServer(tls=…)`. Raises AddressError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise addresses.AddressError(f"Cannot use {certificate} with {key}: {error}.") from None
    return context


def _of_aiohttp(request: web.Request, error: web.HTTPException) -> web.Response:
    """What the router or the parser raised, in our form."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return answer(Problem(error=f"{request.path} takes {allowed}."), 405, {"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return answer(Problem(error=f"There is no {request.path} here; see docs/control-api.md."), 404)
    return answer(Problem(error=error.reason), error.status)


def _problem(error: MessageError) -> Problem:
    """msgspec says `… - at `$.devices[0].name``: the path is what the client can use."""
    text, _, path = str(error).partition(" - at `$")
    field = path.strip("`").lstrip(".") or None
    sentence = text if text.endswith(".") else f"{text}."
    return Problem(error=f"{field}: {sentence}" if field else sentence, field=field)
