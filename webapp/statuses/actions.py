"""Everything that writes statuses and plans."""

import datetime
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp.organisations.owned_actions import delete_owned, save_owned
from webapp.statuses import planning, recurrence
from webapp.statuses.models import Plan, Series, SeriesException, Status

log = structlog.get_logger(__name__)

MOST_SERIES = 500  # of one extension
MOST_EXCEPTIONS = 500  # of one series


@transaction.atomic
def save_status(status: Status) -> Status:
    """Check and write a status. The one that becomes the default takes that from the one that was. Raises
    ValidationError by field."""
    if status.default:
        others = Status.objects.filter(organisation=status.organisation_id, default=True)
        others.exclude(pk=status.pk).update(default=False)
    return save_owned(status)


@transaction.atomic
def save_series(series: Series) -> Series:
    """Check and write a line of a calendar, and have it done on time; an occurrence that goes on already is
    done now. Exceptions that the rule no longer has are forgotten. Raises ValidationError by field."""
    if series._state.adding:
        _check_room(series)
    else:
        Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    series.since = timezone.now()
    series.time_zone = series.time_zone or series.organisation.time_zone
    series.full_clean()
    _check_times(series)
    pattern = planning.pattern_of(series)
    _check_rule(pattern)
    gone = [moment for moment in pattern.exceptions if not recurrence.is_one(pattern, moment)]
    series.next_at = None
    save_owned(series)
    series.exceptions.filter(occurrence__in=gone).delete()
    getattr(series, "_prefetched_objects_cache", {}).clear()
    _begin_again(series)
    if series.next_at is None:
        raise ValidationError({"starts": _("Give a moment in the future.")})
    return series


def _check_room(series: Series) -> None:
    if Series.objects.filter(extension=series.extension_id).count() >= MOST_SERIES:
        raise ValidationError(_("The calendar is full; remove what is over."))


def _check_times(series: Series) -> None:
    series.starts, series.ends = _whole_seconds(series.starts), _whole_seconds(series.ends)
    if series.all_day:
        series.starts, series.ends = recurrence.whole_days(series.starts, series.ends, series.time_zone)
    _check_span(series.starts, series.ends, bool(series.rule))


def _whole_seconds(moment: Any) -> Any:
    """Rules know no parts of seconds (RFC 5545 section 3.3.5)."""
    return moment.replace(microsecond=0) if moment is not None else None


def _check_span(starts: datetime.datetime, ends: datetime.datetime | None, repeated: bool) -> None:
    if not all(each.year in recurrence.YEARS for each in (starts, ends) if each is not None):
        raise ValidationError({"starts": _("Give a moment of this century or the next one.")})
    if ends is None:
        return
    if ends <= starts:
        raise ValidationError({"ends": _("The end comes before the beginning.")})
    limit = recurrence.LONGEST_REPEATED if repeated else recurrence.LONGEST
    if ends - starts > limit:
        raise ValidationError(
            {"ends": _("This takes too long; at most %(days)s days.") % {"days": limit.days}}
        )


def _check_rule(pattern: recurrence.Pattern) -> None:
    try:
        recurrence.check(pattern)
    except recurrence.RuleError as error:
        raise ValidationError({"rule": str(error)}) from None


def _begin_again(series: Series, moved: datetime.datetime | None = None) -> None:
    """What waits of the old version is dropped; `next_at` is what goes on now, else the next one. Of a series
    of which only one occurrence `moved`, what goes on besides that is left alone."""
    series.plans.filter(state=Plan.State.WAITING).delete()
    now, pattern = series.since, planning.pattern_of(series)
    going_on = [
        each
        for each in recurrence.between(pattern, now, now + recurrence.MOMENT)
        if each.ends is not None and moved in (None, each.original)
    ]
    begin = going_on[-1] if going_on else recurrence.following(pattern, now)
    series.next_at = planning.moment_of(begin)
    series.save(update_fields=["next_at", "since"])
    transaction.on_commit(lambda: planning.hand_over(series.pk))


@transaction.atomic
def move_occurrence(
    series: Series,
    occurrence: datetime.datetime,
    *,
    cancelled: bool = False,
    starts: datetime.datetime | None = None,
    ends: datetime.datetime | None = None,
) -> Series:
    """One occurrence elsewhere, or not at all; with neither it is where the rule has it again. Raises
    ValidationError."""
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    if not recurrence.is_one(planning.pattern_of(series), occurrence):
        raise ValidationError({"occurrence": _("The plan has nothing at that moment.")})
    row = series.exceptions.filter(occurrence=occurrence).first()
    if not cancelled and starts is None:
        series.exceptions.filter(occurrence=occurrence).delete()
    else:
        if row is None and series.exceptions.count() >= MOST_EXCEPTIONS:
            raise ValidationError(_("This plan has too many exceptions; make another one."))
        row = row or SeriesException(series=series, occurrence=occurrence)
        row.starts, row.ends = (None, None) if cancelled else _moved(series, starts, ends)
        row.save()
    series.since = timezone.now()
    _begin_again(series, occurrence)
    return series


@transaction.atomic
def change_following(series: Series, occurrence: datetime.datetime, fresh: Series | None) -> Series | None:
    """From that occurrence on `fresh` takes the series' place, or nothing does. COUNT of the new rule counts
    those before too. Gives the one that goes on: `fresh`, else what is left, if anything. Raises
    ValidationError."""
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    pattern = planning.pattern_of(series)
    if not series.rule or not recurrence.is_one(pattern, occurrence):
        raise ValidationError({"occurrence": _("The plan has nothing at that moment.")})
    before = recurrence.number_before(pattern, occurrence)
    moved = list(series.exceptions.filter(occurrence__gt=occurrence))
    if before:
        _end_before(series, occurrence)
    else:
        delete_series(series)
    if fresh is None:
        return series if before else None
    try:
        fresh.rule = recurrence.without_first(fresh.rule, before)
    except recurrence.RuleError as error:
        raise ValidationError({"rule": str(error)}) from None
    save_series(fresh)
    _take_along(moved, fresh)
    return fresh


def _end_before(series: Series, occurrence: datetime.datetime) -> None:
    series.exceptions.filter(occurrence__gte=occurrence).delete()
    series.rule = recurrence.ended_before(series.rule, occurrence)
    series.since = timezone.now()
    save_owned(series)
    _begin_again(series)


def _take_along(moved: list[SeriesException], fresh: Series) -> None:
    """Exceptions of occurrences that the new series has at the same moments."""
    pattern = planning.pattern_of(fresh)
    SeriesException.objects.bulk_create(
        SeriesException(series=fresh, occurrence=row.occurrence, starts=row.starts, ends=row.ends)
        for row in moved
        if recurrence.is_one(pattern, row.occurrence)
    )
    _begin_again(fresh)


def _moved(
    series: Series, starts: datetime.datetime | None, ends: datetime.datetime | None
) -> tuple[datetime.datetime, datetime.datetime | None]:
    assert starts is not None
    starts, ends = _whole_seconds(starts), _whole_seconds(ends)
    if series.all_day:
        starts, ends = recurrence.whole_days(starts, ends, series.time_zone)
    _check_span(starts, ends, bool(series.rule))
    return starts, ends


@transaction.atomic
def delete_series(series: Series) -> None:
    """Remove a line of a calendar; what was done of it stays done."""
    series.plans.filter(state=Plan.State.WAITING).delete()
    delete_owned(series)
