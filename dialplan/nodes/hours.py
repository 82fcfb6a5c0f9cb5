"""hours: opening hours and holidays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from dialplan.calendars import Calendar, Day
from dialplan.errors import BrokenFlow, FlowError
from dialplan.nodes.base import Node, Pass, Reference, Step
from dialplan.opening import Hours, read_hours, read_zone, zone
from dialplan.reading import Fields
from dialplan.scene import Scene

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_OPENINGS = 50


@dataclass(frozen=True, slots=True)
class Opening:
    """The same hours on several days of the week (0 is Monday)."""

    days: tuple[int, ...]
    hours: Hours

    def to_json(self) -> dict[str, Any]:
        return {"days": [DAYS[day] for day in self.days], **self.hours.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours(Node):
    """Open or closed by the week's hours in `timezone` (None: the organisation's); a day that is in
    `calendar` goes by that alone. Hours past midnight belong to the day on which they begin."""

    type: ClassVar[str] = "hours"
    outcomes: ClassVar[tuple[str, ...]] = ("open", "closed", "holiday")
    leaves: ClassVar[tuple[str, ...]] = outcomes

    openings: tuple[Opening, ...]
    timezone: str | None
    calendar: str | None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(
            next=following,
            openings=tuple(_opening(entry) for entry in fields.objects("hours", MAX_OPENINGS)),
            timezone=read_zone(fields, "timezone"),
            calendar=fields.optional_id("calendar"),
        )

    def own_fields(self) -> dict[str, Any]:
        own: dict[str, Any] = {"hours": [opening.to_json() for opening in self.openings]}
        if self.timezone is not None:
            own["timezone"] = self.timezone
        if self.calendar is not None:
            own["calendar"] = self.calendar
        return own

    def enter(self, scene: Scene) -> Step:
        name = self.timezone or scene.context.timezone
        try:
            local = scene.moment.astimezone(zone(name))
        except FlowError:
            raise BrokenFlow("The time zone of the organisation is unknown") from None
        calendar = self._calendar(scene)
        today = local.date()
        moment = f"{NAMES[today.weekday()]} {local:%H:%M} in {name}"
        for day in (today, today - timedelta(days=1)):
            hours, special = self._on(day, calendar)
            for span in hours:
                if span.cover(day, local):
                    return Pass("open", f"{moment} is within {span}{_called(special)}")
        hours, special = self._on(today, calendar)
        spans = " and ".join(map(str, sorted(hours, key=lambda span: span.opens)))
        why = f"is outside {spans}" if spans else "is on a day without opening hours"
        return Pass("holiday" if special else "closed", f"{moment} {why}{_called(special)}")

    def possible(self) -> tuple[str, ...]:
        return self.outcomes if self.calendar is not None else ("open", "closed")

    def leads(self, outcome: str) -> str | None:
        if outcome == "holiday" and "holiday" not in self.next:
            return Node.leads(self, "closed")
        return Node.leads(self, outcome)

    def references(self) -> Iterator[Reference]:
        if self.calendar is not None:
            yield Reference("calendar", self.calendar, "calendar")

    def _calendar(self, scene: Scene) -> Calendar | None:
        if self.calendar is None:
            return None
        calendar = scene.calendars.get(self.calendar)
        if calendar is None:
            raise BrokenFlow(f"There is no calendar '{self.calendar}'")
        return calendar

    def _on(self, day: date, calendar: Calendar | None) -> tuple[list[Hours], tuple[Day, ...]]:
        """The hours that begin on a day, and what the calendar says of it."""
        special = calendar.on(day) if calendar is not None else ()
        if special:
            return [entry.hours for entry in special if entry.hours is not None], special
        return [opening.hours for opening in self.openings if day.weekday() in opening.days], ()


def _called(special: tuple[Day, ...]) -> str:
    names = [entry.name for entry in special if entry.name]
    if names:
        return f" ({names[0]})"
    return " (a day of the calendar)" if special else ""


def _opening(fields: Fields) -> Opening:
    days = []
    for index, day in enumerate(fields.entries("days", 7)):
        if not isinstance(day, str) or day not in DAYS:
            raise fields.error(f"days[{index}]", f"One of {', '.join(DAYS)} is expected.")
        days.append(DAYS.index(day))
    if not days or len(set(days)) != len(days):
        raise fields.error("days", "At least one day is expected, and none twice.")
    hours = read_hours(fields)
    fields.end()
    return Opening(tuple(days), hours)
