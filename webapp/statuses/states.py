"""What users set (status, note, forwards, do not disturb, number shown): asked of the core and changed
there. The database keeps what the core last told, for while it is away."""

import datetime
from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbx.control.client import ControlUnreachable
from pbx.control.commands import SetState
from pbx.control.messages import ExtensionState
from webapp.extensions.models import Extension
from webapp.lines.access import may_show
from webapp.lines.models import CallerId
from webapp.link import core
from webapp.organisations.access import known_tenants
from webapp.statuses.models import TARGET, KnownState, Status

log = structlog.get_logger(__name__)

FORWARDS = ("forward_all", "forward_busy", "forward_no_answer")


def of_tenant(tenant: str) -> dict[str, ExtensionState]:
    """By the extension's number, from the core, or as it last was while the core is away."""
    try:
        states = core.ask(lambda client: client.extensions(tenant))
    except ControlUnreachable:
        states = [_known(row) for row in KnownState.objects.filter(organisation=tenant)]
    return {state.extension: state for state in states}


def of_extension(extension: Extension) -> ExtensionState:
    """What its user set; nothing when nobody ever did."""
    tenant = str(extension.organisation_id)
    found = of_tenant(tenant).get(extension.number)
    return found or ExtensionState(tenant=tenant, extension=extension.number)


def change(actor: Any, extension: Extension, **wanted: Any) -> ExtensionState:
    """Set some of it: names of SetState, `status` and `caller_id` as rows. Raises ValidationError by field,
    ControlError and ControlUnreachable."""
    command = SetState(**_checked(extension, wanted))
    tenant = str(extension.organisation_id)
    state = core.ask(lambda client: client.set_state(tenant, extension.number, command))
    log.info("state.set", tenant=tenant, extension=extension.number, by=str(actor.pk), what=sorted(wanted))
    return state


def _checked(extension: Extension, wanted: dict[str, Any]) -> dict[str, Any]:
    """As the core takes it."""
    values = dict(wanted)
    for name in FORWARDS:
        if values.get(name):
            try:
                TARGET(values[name])
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
            if values[name] == extension.number:
                raise ValidationError({name: _("This would forward to itself.")})
        elif name in values:
            values[name] = None
    if isinstance(values.get("until"), datetime.datetime):
        values["until"] = values["until"].timestamp()
    if isinstance(values.get("status"), Status):
        values["status"] = str(values["status"].pk)
    if isinstance(values.get("caller_id"), CallerId):
        values["caller_id"] = _allowed(extension, values["caller_id"])
    return values


def _allowed(extension: Extension, caller_id: CallerId) -> str:
    if not may_show(extension, caller_id):
        raise ValidationError({"caller_id": _("This extension may not show that number.")})
    return str(caller_id.pk)


def take_in(states: Iterable[ExtensionState]) -> None:
    """Keep what the core told; the newest of each extension counts."""
    latest: dict[tuple[str, str], ExtensionState] = {}
    for state in states:
        latest[state.tenant, state.extension] = state
    there = known_tenants(tenant for tenant, _number in latest)
    for state in latest.values():
        if state.tenant not in there:
            continue
        KnownState.objects.update_or_create(
            organisation_id=state.tenant,
            number=state.extension,
            defaults={
                "status": state.status or "",
                "note": state.note.replace("\x00", ""),
                "until": _moment(state.until),
                "do_not_disturb": state.do_not_disturb,
                **{name: getattr(state, name) or "" for name in FORWARDS},
                "caller_id": state.caller_id or "",
                "changed_at": state.changed_at,
            },
        )


def _known(row: KnownState) -> ExtensionState:
    return ExtensionState(
        tenant=str(row.organisation_id),
        extension=row.number,
        status=row.status or None,
        note=row.note,
        until=row.until.timestamp() if row.until else None,
        do_not_disturb=row.do_not_disturb,
        forward_all=row.forward_all or None,
        forward_busy=row.forward_busy or None,
        forward_no_answer=row.forward_no_answer or None,
        caller_id=row.caller_id or None,
        changed_at=row.changed_at,
    )


def _moment(seconds: float | None) -> datetime.datetime | None:
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC)
