"""What of the snapshot is made here: trunks, routes, numbers, caller IDs, emergency calls, limits."""

from collections.abc import Iterable, Mapping, Set
from typing import Any
from uuid import UUID

from pbx.control.configuration import (
    CallerIdConfig,
    EmergencyConfig,
    LimitsConfig,
    NumberConfig,
    RouteConfig,
    TrunkConfig,
)
from webapp.lines.models import (
    CallerId,
    CallerIdUse,
    EmergencyPlace,
    EmergencyTrunk,
    Outside,
    PublicNumber,
    Route,
    RouteTrunk,
    Trunk,
)

# Fields of a Trunk that are in the snapshot under the same name.
PLAIN = (
    "name",
    "host",
    "port",
    "transport",
    "register",
    "username",
    "password",
    "domain",
    "proxy",
    "sources",
    "srtp",
    "max_calls",
    "probe_seconds",
    "dial",
    "number_in",
    "dtmf",
    "enabled",
)


def part(tenant: UUID, numbers: Mapping[UUID, str], flows: Set[str]) -> dict[str, Any]:
    """Fields of the Snapshot. `numbers` are those of the extensions, `flows` the published ones."""
    # The first company number is the organisation's own: one for everyone, and a new one does not replace it.
    caller_ids = CallerId.objects.filter(organisation=tenant).order_by("-everyone", "created_at", "pk")
    trunks = Trunk.objects.filter(organisation=tenant).order_by("name", "pk")
    outside = Outside.objects.filter(organisation=tenant).first()
    return {
        "caller_ids": [
            CallerIdConfig(id=str(each.pk), kind=each.kind, name=each.name, number=each.shown or None)
            for each in caller_ids
        ],
        "trunks": [_trunk(trunk) for trunk in trunks],
        "routes": _routes(tenant),
        "numbers": [
            NumberConfig(
                number=each.number,
                name=each.name,
                flow=str(each.flow_id) if str(each.flow_id) in flows else None,
                extension=numbers.get(each.extension_id) if each.extension_id else None,
            )
            for each in PublicNumber.objects.filter(organisation=tenant).order_by("number")
        ],
        "emergency": _emergency(tenant, outside, numbers),
        "limits": _limits(outside),
    }


def caller_ids(tenant: UUID, extensions: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The caller IDs that each extension may show, in the order of the snapshot's."""
    common = CallerId.objects.filter(organisation=tenant, everyone=True).order_by("created_at", "pk")
    for_all = [str(each) for each in common.values_list("pk", flat=True)]
    found = {extension: list(for_all) for extension in extensions}
    named = CallerIdUse.objects.filter(organisation=tenant, caller_id__everyone=False)
    oldest_first = named.order_by("caller_id__created_at", "caller_id")
    for extension, caller_id in oldest_first.values_list("extension", "caller_id"):
        if extension in found:
            found[extension].append(str(caller_id))
    return found


def _trunk(trunk: Trunk) -> TrunkConfig:
    plain = {name: getattr(trunk, name) for name in PLAIN}
    return TrunkConfig(id=str(trunk.pk), caller_id=trunk.caller_id or None, **plain)


def _routes(tenant: UUID) -> list[RouteConfig]:
    trunks: dict[UUID, list[str]] = {}
    places = RouteTrunk.objects.filter(organisation=tenant).order_by(*RouteTrunk.ORDER)
    for route, trunk in places.values_list("route", "trunk"):
        trunks.setdefault(route, []).append(str(trunk))
    return [
        RouteConfig(
            id=str(route.pk),
            prefixes=route.prefixes,
            trunks=trunks.get(route.pk, []),
            priority=route.priority,
            seconds=route.seconds,
            failover=route.failover,
        )
        for route in Route.objects.filter(organisation=tenant).order_by("name", "pk")
    ]


def _emergency(tenant: UUID, outside: Outside | None, numbers: Mapping[UUID, str]) -> EmergencyConfig:
    places = EmergencyPlace.objects.filter(organisation=tenant).values_list("extension", "shown")
    known = {numbers[key]: shown for key, shown in places if key in numbers}
    if outside is None:
        return EmergencyConfig(places=dict(sorted(known.items())))
    trunks = EmergencyTrunk.objects.filter(outside=outside).order_by(*EmergencyTrunk.ORDER)
    return EmergencyConfig(
        numbers=outside.emergency_numbers,
        trunks=[str(trunk) for trunk in trunks.values_list("trunk", flat=True)],
        caller_id=outside.emergency_caller_id or None,
        places=dict(sorted(known.items())),
    )


def _limits(outside: Outside | None) -> LimitsConfig:
    if outside is None:
        return LimitsConfig()
    return LimitsConfig(
        calls=outside.calls,
        calls_per_user=outside.calls_per_user,
        minutes_per_day=outside.minutes_per_day,
        minutes_per_day_per_user=outside.minutes_per_day_per_user,
        blocked=outside.blocked,
    )
