"""Writes call records that the core reported, and notes on calls."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from pbx.control.messages import CallRecord as CoreRecord
from pbx.control.messages import LegRecord
from webapp.calls import lines
from webapp.calls.access import own_lines
from webapp.calls.models import CallLeg, CallNote, CallRecord, HistoryLine, HistorySeen
from webapp.extensions.models import Device, Extension
from webapp.organisations.models import Organisation
from webapp.organisations.owned_actions import delete_owned, save_owned

log = structlog.get_logger(__name__)

MOST_NOTES = 100  # on one call


def moment(seconds: float | None) -> datetime.datetime | None:
    """Unix seconds to an aware time."""
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC)


@transaction.atomic
def ingest(calls: Iterable[CoreRecord]) -> int:
    """Write the records that are not there yet, with their legs; returns how many were new."""
    batch = {call.id: call for call in calls}
    known = set(CallRecord.objects.filter(call_id__in=batch).values_list("call_id", flat=True))
    fresh = [call for call in batch.values() if call.id not in known]
    for call_id in known:
        log.info("call.known_already", call=call_id)
    if not fresh:
        return 0
    owners = _Owners(fresh)
    rows = CallRecord.objects.bulk_create([_row(call, owners) for call in fresh])
    legs = {
        row.pk: [_leg(row, call, leg, owners) for leg in call.legs]
        for row, call in zip(rows, fresh, strict=True)
    }
    CallLeg.objects.bulk_create([leg for of_call in legs.values() for leg in of_call])
    HistoryLine.objects.bulk_create(
        [
            HistoryLine(call=row, **line)
            for row in rows
            for line in lines.of_call(row, legs[row.pk], owners.country(row.organisation_id))
        ]
    )
    return len(rows)


class _Owners:
    """Finds organisations and extensions of a batch with three queries."""

    def __init__(self, calls: list[CoreRecord]) -> None:
        tenants = {key for call in calls if (key := _uuid(call.tenant))}
        rows = Organisation.objects.filter(pk__in=tenants).values_list("pk", "country")
        self.organisations: dict[uuid.UUID, str] = dict(rows)
        legs = [leg for call in calls for leg in call.legs]
        devices = {key for leg in legs if (key := _uuid(leg.device))}
        self._by_device: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]] = {
            pk: (organisation, extension)
            for pk, organisation, extension in Device.objects.filter(pk__in=devices).values_list(
                "pk", "organisation", "extension"
            )
        }
        numbers = {leg.extension for leg in legs if leg.extension}
        self._by_number = {
            (organisation, number): pk
            for pk, organisation, number in Extension.objects.filter(
                organisation__in=tenants, number__in=numbers
            ).values_list("pk", "organisation", "number")
        }

    def organisation(self, call: CoreRecord) -> uuid.UUID | None:
        key = _uuid(call.tenant)
        return key if key in self.organisations else None

    def country(self, organisation: uuid.UUID | None) -> str:
        """How its numbers are read."""
        return self.organisations[organisation] if organisation is not None else ""

    def extension(self, call: CoreRecord, leg: LegRecord) -> uuid.UUID | None:
        """The leg's extension: by the phone when it still exists, else by the number. Never a foreign one."""
        organisation = self.organisation(call)
        if organisation is None:
            return None
        owner, extension = self._by_device.get(_uuid(leg.device) or uuid.UUID(int=0), (None, None))
        if owner == organisation:
            return extension
        return self._by_number.get((organisation, leg.extension or ""))


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _short(text: str | None) -> str:
    """Fits the column; PostgreSQL takes no NUL, and a phone may have sent one. `record` keeps it all."""
    return (text or "").replace("\x00", "")[:200]


def _clean(value: Any) -> Any:
    """Plain data without NUL characters."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _row(call: CoreRecord, owners: _Owners) -> CallRecord:
    ended = call.ended_at if call.ended_at is not None else call.started_at
    return CallRecord(
        call_id=call.id,
        tenant=call.tenant,
        organisation_id=owners.organisation(call),
        caller_number=_short(call.caller_number),
        caller_name=_short(call.caller_name),
        dialled=_short(call.dialled),
        started_at=moment(call.started_at),
        answered_at=moment(call.answered_at),
        ended_at=moment(ended),
        talk_seconds=max(0.0, ended - call.answered_at) if call.answered_at is not None else 0.0,
        ended_by=call.ended_by or "",
        outcome=call.outcome or "failed",
        code=call.code,
        reason=_short(call.reason),
        direction=call.direction,
        trunk=(call.trunk or "")[:64],
        shown=_short(call.shown)[:32],
        continued_in=(call.continued_in or "")[:64],
        emergency=call.emergency,
        record=_clean(msgspec.to_builtins(call)),
    )


def _leg(row: CallRecord, call: CoreRecord, leg: LegRecord, owners: _Owners) -> CallLeg:
    quality = leg.quality
    return CallLeg(
        call=row,
        leg_id=leg.id,
        side=leg.role,
        extension_id=owners.extension(call, leg),
        extension_number=_short(leg.extension),
        device=(leg.device or "")[:64],
        number=_short(leg.number),
        name=_short(leg.name),
        address=_short(leg.address),
        offered_at=moment(leg.offered_at),
        ringing_at=moment(leg.ringing_at),
        answered_at=moment(leg.answered_at),
        ended_at=moment(leg.ended_at),
        ended_by=leg.ended_by or "",
        code=leg.code,
        reason=_short(leg.reason),
        codec=(leg.codec or "")[:40],
        mos=quality.mos if quality else None,
        rx_loss=quality.rx_loss if quality else None,
        tx_loss=quality.tx_loss if quality else None,
        jitter=quality.jitter if quality else None,
        rtt=quality.rtt if quality else None,
    )


def see_history(person: Any) -> None:
    """The person has now looked at the own history."""
    newest = own_lines(person).aggregate(newest=Max("pk"))["newest"]
    if newest is not None:
        HistorySeen.objects.update_or_create(person=person, defaults={"line": newest})


# --- notes ---


def write_note(author: Any, organisation: Any, call: str, text: str) -> CallNote:
    """A note on a call that passed the gate. Raises ValidationError."""
    if CallNote.objects.filter(organisation=organisation, call=call).count() >= MOST_NOTES:
        raise ValidationError({"text": _("A call takes at most %(limit)s notes.") % {"limit": MOST_NOTES}})
    note = CallNote(
        organisation_id=organisation, call=call, author=author, author_name=author.name, text=text
    )
    return save_owned(note)


def change_note(note: CallNote, text: str) -> CallNote:
    """Another text. Raises ValidationError."""
    note.text, note.edited_at = text, timezone.now()
    return save_owned(note)


def delete_note(note: CallNote) -> None:
    """Take a note away."""
    delete_owned(note)
