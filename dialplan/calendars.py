"""Calendars of holidays, and of days with opening hours of their own, as JSON and in use."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialplan.opening import Hours, read_hours
from dialplan.reading import MAX_NAME, Fields

MAX_DAYS = 1000
LEAP_YEAR = 2000

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of one year (`year` set) or of each; `hours` are its opening hours, None when it is closed all
    day."""

    year: int | None
    month: int
    day: int
    name: str
    hours: Hours | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are not as their weekday says."""

    name: str
    days: tuple[Day, ...]

    def on(self, when: date) -> tuple[Day, ...]:
        """What it says of a date: entries of that very date before those of each year; empty when nothing."""
        same = [entry for entry in self.days if (entry.month, entry.day) == (when.month, when.day)]
        dated = tuple(entry for entry in same if entry.year == when.year)
        return dated or tuple(entry for entry in same if entry.year is None)


def parse_calendar(data: object) -> Calendar:
    """JSON data to a Calendar: {"name": ..., "days": [{"date": "2026-12-25"} or {"annual": "12-25"}, each
    with "name", and with "from" and "to" (as of hours) if it is open then]}. Raises FlowError, nothing
    else."""
    fields = Fields(data, "")
    name = fields.text("name", default="")
    days = tuple(_day(entry) for entry in fields.objects("days", MAX_DAYS))
    fields.end()
    return Calendar(name, days)


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """A Calendar to JSON data that `parse_calendar` turns into the same Calendar."""
    return {"name": calendar.name, "days": [_day_to_json(day) for day in calendar.days]}


def _day(fields: Fields) -> Day:
    if fields.has("date") == fields.has("annual"):
        raise fields.error("date", "Either a date or a day of each year is expected.")
    annual = fields.has("annual")
    when = _date(fields, "annual", f"{LEAP_YEAR}-") if annual else _date(fields, "date", "")
    hours = read_hours(fields) if fields.has("from") or fields.has("to") else None
    name = fields.text("name", MAX_NAME, "")
    fields.end()
    return Day(None if annual else when.year, when.month, when.day, name, hours)


def _date(fields: Fields, name: str, year: str) -> date:
    """A date as YYYY-MM-DD, of which `year` is the part that the member does not say."""
    text = year + fields.text(name, 10)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    form = "MM-DD" if year else "YYYY-MM-DD"
    raise fields.error(name, f"A day that exists is expected, as {form}.")


def _day_to_json(day: Day) -> dict[str, Any]:
    tail = f"{day.month:02d}-{day.day:02d}"
    found: dict[str, Any] = {"annual": tail} if day.year is None else {"date": f"{day.year:04d}-{tail}"}
    if day.name:
        found["name"] = day.name
    if day.hours is not None:
        found |= day.hours.to_json()
    return found
