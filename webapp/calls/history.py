"""The history of a person: newest first, by itself or bundled by the other side."""

import base64
import binascii
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from webapp.calls.access import notes_about, own_lines, seen_up_to, visible_notes
from webapp.calls.models import CallNote, HistoryLine
from webapp.common import phone_numbers
from webapp.contacts import searching
from webapp.contacts.entries import Entry
from webapp.contacts.naming import Names, begun, numbers_like
from webapp.recordings.access import visible_recordings
from webapp.voicemail.access import visible_messages

MOST_NOTES = 5
MOST_MISSED = 100  # counted; nobody reads the exact number of more


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the history is wanted; `q` is the beginning of a number or a part of a name."""

    missed: bool = False
    direction: str = ""
    q: str = ""
    number: str | None = None
    extension: Any = None
    begin: datetime.datetime | None = None
    end: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line with what belongs to it. `count` and `missed_count` are those of the bundle."""

    line: HistoryLine
    display: str
    contact: Entry | None
    notes: int
    recording: Any
    voicemail: Any
    count: int = 1
    missed_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was before with a number: own calls, and notes on calls that one may see."""

    count: int = 0
    missed: int = 0
    last_at: datetime.datetime | None = None
    notes: list[CallNote] = field(default_factory=list)


def earlier(viewer: Any, number: str) -> Earlier:
    """For who is calling."""
    if not number:
        return Earlier()
    found = (
        own_lines(viewer)
        .filter(number=number)
        .aggregate(count=Count("pk"), missed=Count("pk", filter=Q(missed=True)), last_at=Max("at"))
    )
    return Earlier(**found, notes=list(notes_about(viewer, number)[:MOST_NOTES]))


def missed_unseen(viewer: Any) -> int:
    """How many calls were missed since the viewer looked at the history, MOST_MISSED at most."""
    unseen = own_lines(viewer).filter(missed=True, pk__gt=seen_up_to(viewer))
    return len(unseen.values_list("pk")[:MOST_MISSED])


def page(viewer: Any, asked: Asked, after: str, limit: int) -> tuple[list[Item], str | None]:
    """So many calls from behind a place on, and the place to go on from, None at the end."""
    rows = _filtered(viewer, asked).select_related("call", "extension")
    if after:
        at, key = _place(after)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=key))
    lines = list(rows.order_by("-at", "-id")[: limit + 1])
    following = _named(lines[limit - 1].at, str(lines[limit - 1].pk)) if len(lines) > limit else None
    return _items(viewer, lines[:limit]), following


def bundles(viewer: Any, asked: Asked, after: str, limit: int) -> tuple[list[Item], str | None]:
    """As `page`, with all calls of one number as one item: the newest, and how many there are."""
    rows = _filtered(viewer, asked)
    groups = rows.values("number").annotate(
        latest=Max("at"), newest=Max("pk"), count=Count("pk"), missed_count=Count("pk", filter=Q(missed=True))
    )
    if after:
        at, key = _place(after)
        groups = groups.filter(Q(latest__lt=at) | Q(latest=at, newest__lt=key))
    found = list(groups.order_by("-latest", "-newest")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    following = _named(found[-1]["latest"], str(found[-1]["newest"])) if more else None
    numbers, moments = [g["number"] for g in found], [g["latest"] for g in found]
    near = rows.filter(number__in=numbers, at__in=moments).select_related("call", "extension")
    newest = {(line.number, line.at): line for line in near.order_by("pk")}
    shown = [newest[group["number"], group["latest"]] for group in found]
    counts = [(group["count"], group["missed_count"]) for group in found]
    return _items(viewer, shown, counts), following


def _filtered(viewer: Any, asked: Asked) -> QuerySet[HistoryLine]:
    rows = own_lines(viewer)
    if asked.missed:
        rows = rows.filter(missed=True)
    if asked.direction:
        rows = rows.filter(incoming=asked.direction == "in")
    if asked.begin is not None:
        rows = rows.filter(at__gte=asked.begin)
    if asked.end is not None:
        rows = rows.filter(at__lt=asked.end)
    if asked.extension is not None:
        rows = rows.filter(extension=asked.extension)
    if asked.number is not None:
        rows = rows.filter(number=phone_numbers.normalised(asked.number, searching.country_of(viewer)))
    return rows.filter(_about(viewer, asked.q)) if asked.q.strip() else rows


def _about(viewer: Any, query: str) -> Q:
    """Calls with numbers that begin so, with names that contain it, and with contacts that fit."""
    found = Q(name__icontains=query.strip()) | Q(number__in=numbers_like(viewer, query))
    for beginning in begun(viewer, query):
        found |= Q(number__startswith=beginning)
    return found


def _items(
    viewer: Any, lines: list[HistoryLine], counts: Iterable[tuple[int, int]] | None = None
) -> list[Item]:
    names = Names(viewer, [line.number for line in lines])
    calls = [line.call.call_id for line in lines]
    notes = dict(
        visible_notes(viewer).filter(call__in=calls).order_by().values_list("call").annotate(Count("pk"))
    )
    recordings = dict(visible_recordings(viewer).filter(call__in=calls).values_list("call", "pk"))
    messages = visible_messages(viewer).filter(call__in=calls, deleted_at=None)
    voicemail = dict(messages.values_list("call", "pk"))
    pairs = counts if counts is not None else [(1, int(line.missed)) for line in lines]
    return [
        Item(
            line=line,
            display=names.display(line.number),
            contact=names.contact(line.number),
            notes=notes.get(line.call.call_id, 0),
            recording=recordings.get(line.call.call_id),
            voicemail=voicemail.get(line.call.call_id),
            count=count,
            missed_count=missed,
        )
        for line, (count, missed) in zip(lines, pairs, strict=True)
    ]


def _named(at: datetime.datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode().rstrip("=")


def _place(text: str) -> tuple[datetime.datetime, int]:
    try:
        moment, _bar, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        at = parse_datetime(moment)
    except (ValueError, binascii.Error):
        at, key = None, ""
    if at is None or at.tzinfo is None or not key.isdecimal() or len(key) > 18:
        raise ValidationError({"after": _("This is no place in the list.")})
    return at.astimezone(datetime.UTC), int(key)
