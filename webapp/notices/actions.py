"""Everything that writes notices."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from pbx.control.messages import Event
from webapp.notices.models import Notice
from webapp.organisations.access import known_tenants


def take_in(events: Iterable[Event]) -> None:
    """Keep the notices of these events, each once (by its id)."""
    told = [(event.notice, event.at) for event in events if event.notice is not None]
    there = known_tenants(notice.tenant for notice, _at in told)
    Notice.objects.bulk_create(
        [
            Notice(
                notice_id=notice.id,
                organisation_id=notice.tenant,
                kind=_clean(notice.kind)[:40],
                text=_clean(notice.text)[:2000],
                call_id=_clean(notice.call)[:64],
                extension=_clean(notice.extension)[:32],
                at=datetime.datetime.fromtimestamp(at, datetime.UTC),
            )
            for notice, at in told
            if notice.tenant in there
        ],
        ignore_conflicts=True,
    )


def mark_seen(actor: Any, notice: Notice, seen: bool) -> Notice:
    """Note who saw it, or that nobody did."""
    if bool(notice.seen_at) != seen:
        notice.seen_at = timezone.now() if seen else None
        notice.seen_by = actor if seen else None
        notice.save(update_fields=["seen_at", "seen_by"])
    return notice


def _clean(text: str | None) -> str:
    return (text or "").replace("\x00", "")
