"""How a number is reached outside, and whose number is shown, by the configuration alone: nothing here knows
which calls go on or which trunks work."""

from dataclasses import dataclass

from pbx.control.configuration import Snapshot
from pbx.directory import Tenant
from pbx.outside import identity, numbering, routing
from pbx.ports import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a call goes out: `lines` in order, the next one when nothing came for `seconds` or on a code of
    `failover`. `number` is E.164 (an emergency or short number as dialled), `shown` the E.164 number that the
    other side sees, None when the call is anonymous; what each trunk is told in any case stands in its
    Line."""

    lines: tuple[Line, ...]
    seconds: float
    failover: frozenset[int]
    number: str
    shown: str | None
    name: str
    emergency: bool = False


def is_emergency(tenant: Tenant, dialled: str) -> bool:
    """Whether this is an emergency number of the organisation or of its country."""
    return dialled in tenant.snapshot.emergency.numbers or numbering.known_emergency(
        dialled, tenant.snapshot.country
    )


def may_call_out(tenant: Tenant, extension: str | None) -> bool:
    """Whether an extension may call outside at all; a forward of the organisation (None) may."""
    config = tenant.extension(extension) if extension else None
    return config is None or config.may_call_out


def blocked(snapshot: Snapshot, number: str) -> str | None:
    """The prefix of numbers that nobody may call which an E.164 number has; None when it has none."""
    return next((prefix for prefix in snapshot.limits.blocked if number.startswith(prefix)), None)


def planned(
    tenant: Tenant,
    number: numbering.Outer,
    ways: routing.Ways,
    who: identity.Identity,
    *,
    emergency: bool = False,
) -> Plan:
    """The plan of a call over these trunks (at least one) with that identity."""
    country = tenant.snapshot.country
    told = [identity.on_trunk(who, trunk) for trunk in ways.trunks]
    lines = tuple(
        Line(
            tenant=tenant.id,
            trunk=trunk.id,
            number=numbering.written(number, trunk.dial, country),
            shown=numbering.form(caller, trunk.dial, country) if caller else "",
        )
        for trunk, caller in zip(ways.trunks, told, strict=True)
    )
    return Plan(
        lines=lines,
        seconds=ways.seconds,
        failover=ways.failover,
        number=number.dialled if number.short else number.e164,
        shown=None if who.anonymous else told[0] or None,
        name=who.name,
        emergency=emergency,
    )
