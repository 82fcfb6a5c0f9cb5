"""Whose number the other side sees: always out of the list that the administrator allows (T13)."""

from dataclasses import dataclass

from pbx.control.configuration import CallerIdConfig, ExtensionConfig, TrunkConfig
from pbx.control.messages import ExtensionState
from pbx.directory import Tenant

ANONYMOUS = "Anonymous"


@dataclass(frozen=True, slots=True)
class Identity:
    """`number` (E.164) is ours on this call, None when no rule gives one: then that of the trunk counts. With
    `anonymous` it is told to the trunk alone (RFC 3325). `why` says which rule chose."""

    number: str | None
    name: str
    anonymous: bool
    why: str


def choose(
    tenant: Tenant, extension: str | None, state: ExtensionState | None, chosen: str | None
) -> Identity:
    """What a call shows: the one `chosen` for it, else the user's standing choice, else that of the
    configuration, if it is allowed; else the user's own number, else the organisation's."""
    config = tenant.extension(extension) if extension else None
    if config is None:
        return _organisation(tenant)
    wishes = (
        (chosen, "chosen for this call"),
        (state.caller_id if state else None, "the user's choice"),
        (config.caller_id, "the extension's"),
    )
    allowed = _allowed(tenant, config)
    for wish, why in wishes:
        if wish is not None and wish in allowed:
            return _shown(tenant, config, allowed[wish], why)
    own = own_number(tenant, config.number)
    if own is not None:
        return Identity(own, config.name, anonymous=False, why="the extension's own number")
    return _organisation(tenant)


def hidden(tenant: Tenant, extension: str) -> str | None:
    """The id of the anonymous caller ID that an extension may use, None when it may not hide."""
    config = tenant.extension(extension)
    found = _allowed(tenant, config).values() if config else ()
    return next((each.id for each in found if each.kind == "anonymous"), None)


def emergency(tenant: Tenant, extension: str | None) -> Identity:
    """An emergency call says where help must come, and never hides."""
    config = tenant.snapshot.emergency
    name = tenant.snapshot.name
    if extension and extension in config.places:
        return Identity(config.places[extension], name, anonymous=False, why="the place of the extension")
    if config.caller_id is not None:
        return Identity(config.caller_id, name, anonymous=False, why="the organisation's place")
    own = own_number(tenant, extension) if extension else None
    return Identity(own, name, anonymous=False, why="the extension's own number" if own else "the trunk's")


def on_trunk(identity: Identity, trunk: TrunkConfig) -> str:
    """The number that this trunk is told: E.164, "" when there is none at all."""
    return identity.number or trunk.caller_id or ""


def own_number(tenant: Tenant, extension: str) -> str | None:
    """The public number that leads straight to an extension."""
    return next((each.number for each in tenant.snapshot.numbers if each.extension == extension), None)


def _allowed(tenant: Tenant, config: ExtensionConfig) -> dict[str, CallerIdConfig]:
    return {each.id: each for each in tenant.snapshot.caller_ids if each.id in config.caller_ids}


def _shown(tenant: Tenant, config: ExtensionConfig, choice: CallerIdConfig, why: str) -> Identity:
    if choice.kind == "anonymous" or choice.number is None:
        real = own_number(tenant, config.number) or _organisation(tenant).number
        return Identity(real, ANONYMOUS, anonymous=True, why=why)
    personal = choice.kind in ("mobile", "fixed")
    return Identity(
        choice.number, config.name if personal else tenant.snapshot.name, anonymous=False, why=why
    )


def _organisation(tenant: Tenant) -> Identity:
    """The organisation's own: its first number of the company kind."""
    found = (each.number for each in tenant.snapshot.caller_ids if each.kind == "company" and each.number)
    return Identity(next(found, None), tenant.snapshot.name, anonymous=False, why="the organisation's")
