"""Whose number the other side sees: always out of the list that the administrator allows (T13)."""

from collections.abc import Container
from dataclasses import dataclass

from pbx.control.configuration import CallerIdConfig, ExtensionConfig, TrunkConfig
from pbx.control.messages import ExtensionState
from pbx.directory import Tenant

ANONYMOUS = "Anonymous"


@dataclass(frozen=True, slots=True)
class Identity:
    """`number` (E.164) was chosen for this call; when None the trunk's counts, and when that has none,
    `otherwise`. With `anonymous` only the trunk is told it (RFC 3325)."""

    number: str | None
    name: str
    anonymous: bool = False
    otherwise: str | None = None


def choose(
    tenant: Tenant, extension: str | None, state: ExtensionState | None, chosen: str | None
) -> Identity:
    """What a call shows: the one `chosen` for it, else the user's standing choice, else that of the
    configuration, if it is allowed; else nothing is chosen. Without an extension the organisation calls."""
    config = tenant.extension(extension) if extension else None
    if config is None:
        return Identity(_company_number(tenant), tenant.snapshot.name)
    allowed = _allowed(tenant, config)
    otherwise = own_number(tenant, config.number) or _company_number(tenant, allowed)
    for wish in (chosen, state.caller_id if state else None, config.caller_id):
        if wish is None or wish not in allowed:
            continue
        choice = allowed[wish]
        if choice.kind == "anonymous" or choice.number is None:
            return Identity(None, ANONYMOUS, anonymous=True, otherwise=otherwise)
        personal = choice.kind in ("mobile", "fixed")
        return Identity(choice.number, config.name if personal else tenant.snapshot.name)
    return Identity(None, config.name, otherwise=otherwise)


def hidden(tenant: Tenant, extension: str) -> str | None:
    """The id of the anonymous caller ID that an extension may use, None when it may not hide."""
    config = tenant.extension(extension)
    found = _allowed(tenant, config).values() if config else ()
    return next((each.id for each in found if each.kind == "anonymous"), None)


def emergency(tenant: Tenant, extension: str | None) -> Identity:
    """An emergency call says where help must come, and never hides."""
    config = tenant.snapshot.emergency
    name = tenant.snapshot.name
    place = config.places.get(extension or "", config.caller_id)
    own = own_number(tenant, extension) if extension else None
    return Identity(place or own, name, otherwise=_company_number(tenant))


def on_trunk(identity: Identity, trunk: TrunkConfig) -> str:
    """The number that this trunk is told: E.164, "" when there is none at all."""
    return identity.number or trunk.caller_id or identity.otherwise or ""


def own_number(tenant: Tenant, extension: str) -> str | None:
    """The public number that leads straight to an extension."""
    return next((each.number for each in tenant.snapshot.numbers if each.extension == extension), None)


def _allowed(tenant: Tenant, config: ExtensionConfig) -> dict[str, CallerIdConfig]:
    return {each.id: each for each in tenant.snapshot.caller_ids if each.id in config.caller_ids}


def _company_number(tenant: Tenant, allowed: Container[str] = ()) -> str | None:
    """The organisation's own: its first number of the company kind, one of those `allowed` before others."""
    numbers = {
        each.id: each.number for each in tenant.snapshot.caller_ids if each.kind == "company" and each.number
    }
    return next(
        (number for key, number in numbers.items() if key in allowed), next(iter(numbers.values()), None)
    )
