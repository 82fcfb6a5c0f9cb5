"""Everything that writes recordings and what is done with them."""

import datetime
from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from pbx.control.file_client import FileClient
from pbx.control.messages import Event, RecordingState
from webapp.calls.actions import moment
from webapp.common import audio
from webapp.common.middleware import client_address
from webapp.common.models import as_uuid
from webapp.extensions.models import Extension
from webapp.link import core
from webapp.organisations.models import Organisation
from webapp.recordings.models import Access, Recording, Retention, Rule

log = structlog.get_logger(__name__)

SAME_LISTENING = datetime.timedelta(minutes=10)  # a player asks for one file many times
Deed = Access.Deed


def take_in(events: Iterable[Event]) -> None:
    """Recordings that ended. In the courier's transaction."""
    for event in events:
        if event.kind == "recording.ended" and event.recording is not None:
            take(event.recording)


def take(told: RecordingState) -> None:
    """One that waits at the core; one that is known already, or has no audio, changes nothing."""
    organisation = Organisation.objects.filter(pk=as_uuid(told.tenant)).first()
    if organisation is None or told.discarded or told.ended_at is None:
        return
    extension = Extension.objects.filter(organisation=organisation, number=told.by) if told.personal else None
    rule = None if told.personal else Rule.objects.filter(organisation=organisation, pk=as_uuid(told.by))
    Recording.objects.get_or_create(
        organisation=organisation,
        recording_id=told.id,
        defaults={
            "call": told.call,
            "personal": told.personal,
            "extension": extension.first() if extension is not None else None,
            "rule": rule.first() if rule is not None else None,
            "started_at": moment(told.started_at),
            "seconds": told.seconds,
            "channels": told.channels,
            "reason": (told.reason or "")[:40],
            "due": timezone.now(),
        },
    )


def note(recording: Recording, deed: str, request: HttpRequest | None = None) -> None:
    """Who did what with a recording; the same listening is noted once."""
    person: Any = request.user if request is not None else None
    if deed == Deed.LISTENED:
        before = Access.objects.filter(recording=recording, person=person, deed=deed)
        if before.filter(at__gt=timezone.now() - SAME_LISTENING).exists():
            return
    Access.objects.create(
        organisation_id=recording.organisation_id,
        recording=recording,
        call=recording.call,
        started_at=recording.started_at,
        person=person,
        person_name=person.email if person is not None else "",
        deed=deed,
        address=client_address(request) if request is not None else "",
    )


@transaction.atomic
def delete(recording: Recording, deed: str = Deed.DELETED, request: HttpRequest | None = None) -> None:
    """Remove a recording and its file; who did it stays on record. One that the core still has goes there
    first: raises ControlError, ControlUnreachable."""
    if recording.state in (Recording.State.WAITING, Recording.State.STORED):
        tenant, key = str(recording.organisation_id), recording.recording_id
        core.ask(lambda client: FileClient(client).recording_taken(tenant, key))
    note(recording, deed, request)
    log.info("recording.deleted", tenant=str(recording.organisation_id), recording=str(recording.pk))
    path = recording.path
    # The file last: a row without a file would be asked for, a file without a row is tidied away.
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    recording.delete()


def peaks_of(recording: Recording) -> list[list[float]]:
    """The wave form of a stored recording; worked out once. Raises FileNotFoundError."""
    if recording.peaks is None:
        recording.peaks = audio.peaks(recording.path)
        Recording.objects.filter(pk=recording.pk).update(peaks=recording.peaks)
    found: list[list[float]] = recording.peaks
    return found


def save_retention(retention: Retention) -> Retention:
    """Check and write. Raises ValidationError by field."""
    retention.full_clean(validate_unique=False)
    retention.save()
    log.info("retention.saved", tenant=str(retention.organisation_id), days=retention.days)
    return retention


def expire(now: datetime.datetime) -> int:
    """Deletes what has been kept long enough; gives how many."""
    kept = {row.organisation_id: row for row in Retention.objects.all()}
    gone = 0
    for organisation in Organisation.objects.all():
        days = kept.get(organisation.pk) or Retention(organisation=organisation)
        for personal, limit in ((False, days.days), (True, days.personal_days)):
            oldest = now - datetime.timedelta(days=limit)
            rows = Recording.objects.filter(
                organisation=organisation, personal=personal, started_at__lt=oldest
            )
            for recording in rows.filter(state__in=(Recording.State.DONE, Recording.State.LOST)).iterator():
                delete(recording, Deed.EXPIRED)
                gone += 1
    return gone
