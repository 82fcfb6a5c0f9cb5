"""Which trunks carry a call, in which order, and when the next one is tried."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pbx.control.configuration import RouteConfig, Snapshot, TrunkConfig

EMERGENCY_SECONDS = 6.0
EVERY_FAILURE = frozenset(range(300, 700))

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Ways:
    """Trunks in the order to try them; the next one on a code of `failover`, or when nothing came for
    `seconds`. Without trunks, `full` says that there would be some if they had a channel left."""

    trunks: tuple[TrunkConfig, ...]
    seconds: float = 0.0
    failover: frozenset[int] = frozenset()
    full: bool = False


def normal(snapshot: Snapshot, number: str, *, down: Test, full: Test) -> Ways:
    """The way of an E.164 number: routes by priority, then the longest prefix; what is `down` comes last,
    what is `full` not at all (both asked by trunk id)."""
    routes = routes_of(snapshot, number)
    trunks = _enabled(snapshot, (trunk for route in routes for trunk in route.trunks))
    free = [trunk for trunk in trunks if not full(trunk.id)]
    if not free:
        return Ways((), full=bool(trunks))
    first = next(route for route in routes if free[0].id in route.trunks)
    return Ways(_working_first(free, down), float(first.seconds), frozenset(first.failover))


def routes_of(snapshot: Snapshot, number: str) -> list[RouteConfig]:
    """The routes that an E.164 number may take, first choice first."""
    routes = [(match, route) for route in snapshot.routes if (match := _match(route, number))]
    routes.sort(key=lambda found: (found[1].priority, -found[0]))
    return [route for _, route in routes]


def emergency(snapshot: Snapshot, *, down: Test) -> Ways:
    """The trunks meant for emergencies, then all others, working ones first, full or not: a provider may take
    one call more than agreed. Whatever goes wrong, the next is tried."""
    named = _enabled(snapshot, snapshot.emergency.trunks)
    rest = [trunk for trunk in snapshot.trunks if trunk.enabled and trunk not in named]
    return Ways(_working_first([*named, *rest], down), EMERGENCY_SECONDS, EVERY_FAILURE)


def _match(route: RouteConfig, number: str) -> int:
    """How much of the number the route's best prefix covers, 0 for none ("+" alone covers one)."""
    return max((len(prefix) for prefix in route.prefixes if number.startswith(prefix)), default=0)


def _enabled(snapshot: Snapshot, names: Iterable[str]) -> list[TrunkConfig]:
    by_id = {trunk.id: trunk for trunk in snapshot.trunks if trunk.enabled}
    return [by_id[name] for name in dict.fromkeys(names) if name in by_id]


def _working_first(trunks: list[TrunkConfig], down: Test) -> tuple[TrunkConfig, ...]:
    return tuple(sorted(trunks, key=lambda trunk: down(trunk.id)))
