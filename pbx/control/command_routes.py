"""Routes for commands on calls and rooms, and for what users set: decoded here, done by the target."""

from aiohttp import web

from pbx.control.bodies import answer, read_body
from pbx.control.commands import COMMANDS, Invite, Member, SetState
from pbx.control.target import ControlTarget, Refused

LONGEST = 32  # of a number


class CommandRoutes:
    """`add` them to the control server's router."""

    def __init__(self, target: ControlTarget) -> None:
        self._target = target

    def add(self, router: web.UrlDispatcher) -> None:
        """Before any route that would match the same paths."""
        router.add_post("/v1/calls/{call}/{command}", self._command)
        router.add_post("/v1/rooms/{room}/invite", self._invite)
        router.add_post("/v1/rooms/{room}/members/{leg}", self._member)
        router.add_get("/v1/tenants/{tenant}/rooms", self._rooms)
        router.add_get("/v1/tenants/{tenant}/trunks", self._trunks)
        router.add_get("/v1/tenants/{tenant}/reading", self._reading)
        router.add_get("/v1/tenants/{tenant}/extensions", self._states)
        router.add_patch("/v1/tenants/{tenant}/extensions/{number}", self._set_state)

    async def _command(self, request: web.Request) -> web.Response:
        name = request.match_info["command"]
        kind = COMMANDS.get(name)
        if kind is None:
            raise Refused(404, f"There is no command {name}; there are {', '.join(sorted(COMMANDS))}.")
        return _done(await self._target.command(request.match_info["call"], await read_body(request, kind)))

    async def _invite(self, request: web.Request) -> web.Response:
        command = await read_body(request, Invite)
        return _done(await self._target.room_command(request.match_info["room"], command))

    async def _member(self, request: web.Request) -> web.Response:
        command = await read_body(request, Member)
        room, leg = request.match_info["room"], request.match_info["leg"]
        return _done(await self._target.room_command(room, command, leg))

    async def _rooms(self, request: web.Request) -> web.Response:
        return answer(list(self._target.rooms(request.match_info["tenant"])))

    async def _trunks(self, request: web.Request) -> web.Response:
        return answer(list(self._target.trunk_states(request.match_info["tenant"])))

    async def _reading(self, request: web.Request) -> web.Response:
        number, extension = request.query.get("number", ""), request.query.get("extension")
        if not 0 < len(number) <= LONGEST:
            raise Refused(400, f"Give a number of 1 to {LONGEST} characters.", "number")
        return answer(self._target.reading(request.match_info["tenant"], number, extension))

    async def _states(self, request: web.Request) -> web.Response:
        return answer(list(self._target.extension_states(request.match_info["tenant"])))

    async def _set_state(self, request: web.Request) -> web.Response:
        tenant, number = request.match_info["tenant"], request.match_info["number"]
        change = await read_body(request, SetState)
        self._refuse_overtaken(tenant, number, _moment(request))
        return answer(await self._target.set_state(tenant, number, change))

    def _refuse_overtaken(self, tenant: str, number: str, since: float | None) -> None:
        """A planned change that is done already, or that its user overtook, must not be done (again)."""
        if since is None:
            return
        for state in self._target.extension_states(tenant):
            if state.extension == number and state.changed_at >= since:
                raise Refused(412, f"Extension {number} was changed since then.")


def _done(result: object) -> web.Response:
    return web.Response(status=204) if result is None else answer(result)


def _moment(request: web.Request) -> float | None:
    text = request.query.get("unless_changed_since")
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise Refused(400, "unless_changed_since is a Unix time.", "unless_changed_since") from None
