"""Calls and conferences on command: started, changed, ended, through the core."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from pbx.control.commands import Invite, Member, OnCall, Originate
from pbx.control.messages import RoomState
from webapp.calling.access import actor
from webapp.extensions.models import Device, Extension
from webapp.lines.access import may_show
from webapp.lines.models import CallerId
from webapp.link import core
from webapp.link.access import commanded_calls
from webapp.organisations.access import visible_organisations
from webapp.rooms.access import visible_conferences

log = structlog.get_logger(__name__)


def originate(
    extension: Extension,
    number: str,
    device: Device | None = None,
    caller_id: CallerId | None = None,
    record: bool = False,
) -> str:
    """Ring the phones of `extension` (or only `device`), then call `number` from there. Returns the call's
    id. Raises ValidationError by field."""
    if device is not None and device.extension_id != extension.pk:
        raise ValidationError({"device": _("This phone belongs to another extension.")})
    if caller_id is not None and not may_show(extension, caller_id):
        raise ValidationError({"caller_id": _("This extension may not show that number.")})
    if record and not extension.may_record:
        raise ValidationError({"record": _("This extension may not record.")})
    command = Originate(
        tenant=str(extension.organisation_id),
        extension=extension.number,
        number=number,
        device=str(device.pk) if device is not None else None,
        caller_id=str(caller_id.pk) if caller_id is not None else None,
        record=record,
    )
    call = core.ask(lambda client: client.originate(command))
    log.info("call.originated", tenant=command.tenant, call=call, extension=extension.number)
    return call


def hang_up(viewer: Any, call_id: str) -> None:
    """End a call in which `viewer` takes part, or any as a supervisor. Raises Http404 for any other."""
    calls = commanded_calls(viewer, core.ask(lambda client: client.calls()))
    if call_id not in {call.id for call in calls}:
        raise Http404
    core.ask(lambda client: client.hangup(call_id))
    log.info("call.hung_up", call=call_id, by=str(viewer.pk))


def command(
    viewer: Any, call_id: str, extension: Extension | None, make: Callable[[str, str | None], OnCall]
) -> object:
    """Do something to a call; `make` gives the command from the organisation's id and the number of who
    acts. Raises Http404, ValidationError, ControlError."""
    call = core.ask(lambda client: client.call(call_id))
    inside = [leg.extension for leg in call.legs]
    wanted = make(call.tenant, actor(viewer, extension, call.tenant, inside))
    answer = core.ask(lambda client: client.command(call_id, wanted))
    name = type(wanted).__name__.lower()
    log.info("call.command", tenant=call.tenant, call=call_id, command=name, by=str(viewer.pk))
    return answer


def conferences(viewer: Any) -> list[RoomState]:
    """The conferences going on that `viewer` may see."""
    found: list[RoomState] = []
    for tenant in visible_organisations(viewer).values_list("pk", flat=True):
        found += core.ask(lambda client, key=str(tenant): client.rooms(key))  # type: ignore[misc]
    return visible_conferences(viewer, found)


def invite(viewer: Any, room: str, extension: Extension | None, number: str) -> RoomState:
    """Call a number into a conference that `viewer` may see. Raises Http404 for any other."""
    state, who = _conference(viewer, room, extension)
    wanted = Invite(tenant=state.tenant, extension=who, number=number)
    return core.ask(lambda client: client.invite(room, wanted))


def member(viewer: Any, room: str, leg: str, extension: Extension | None, action: Any) -> RoomState:
    """Mute, unmute or remove a member of a conference that `viewer` may see."""
    state, who = _conference(viewer, room, extension)
    wanted = Member(tenant=state.tenant, extension=who, action=action)
    return core.ask(lambda client: client.member(room, leg, wanted))


def _conference(viewer: Any, room: str, extension: Extension | None) -> tuple[RoomState, str | None]:
    for state in conferences(viewer):
        if state.id == room:
            inside = [member.extension for member in state.members]
            return state, actor(viewer, extension, state.tenant, inside)
    raise Http404
