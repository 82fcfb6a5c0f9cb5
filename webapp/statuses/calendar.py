"""Calendars of statuses, unrolled to the days that somebody looks at."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp.statuses import recurrence
from webapp.statuses.access import visible_plans
from webapp.statuses.models import Plan, Series
from webapp.statuses.planning import pattern_of

TO_COME, PAST = "to_come", "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence of a series. `state` is that of the plan made of it, TO_COME, or PAST when none was."""

    series: Series
    occurrence: recurrence.Occurrence
    state: str


def expand(
    viewer: Any,
    rows: Iterable[Series],
    begin: datetime.datetime,
    end: datetime.datetime,
    now: datetime.datetime,
) -> list[Event]:
    """All that lies in a span of time, in order, of series that passed the gate."""
    found = [
        (series, occurrence)
        for series in rows
        for occurrence in recurrence.between(pattern_of(series), begin, end)
    ]
    done: dict[tuple[Any, datetime.datetime], str] = {}
    plans = visible_plans(viewer).filter(series__in={series.pk for series, _one in found})
    for key, occurrence, state in plans.order_by("at").values_list("series", "occurrence", "state"):
        done[key, occurrence] = state
    events = [
        Event(
            series=series,
            occurrence=each,
            state=done.get((series.pk, each.original), TO_COME if each.starts > now else PAST),
        )
        for series, each in found
    ]
    return sorted(events, key=lambda event: (event.occurrence.starts, str(event.series.pk)))


STATES = (TO_COME, PAST, *Plan.State.values)
