"""Opening hours: weeks, nights, holidays, and the two nights a year on which the clock is changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan import Calendar, FlowError, Walk, calendar_to_json, parse_calendar
from dialplan.opening import Hours, zone

from .builders import AMSTERDAM, call, flow, walk_of

WEEK = ["mon", "tue", "wed", "thu", "fri"]
EVERY = [*WEEK, "sat", "sun"]


def result(at: datetime, *hours: dict[str, Any], calendar: Calendar | None = None, **node: Any) -> str:
    """What an hours node says at a moment."""
    if calendar is not None:
        node["calendar"] = "c"
    following = {name: name for name in ("open", "closed", "holiday")}
    data = {"type": "hours", "hours": list(hours), "next": following} | node
    walk, _ = walk_of(data, calendars={"c": calendar}, now=at)
    assert walk.broken is None
    return walk.path[0].result


def span(days: list[str], opens: str, closes: str) -> dict[str, Any]:
    return {"days": days, "from": opens, "to": closes}


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold)


OFFICE = span(WEEK, "09:00", "17:30")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 08:59:59", "closed: Monday 08:59 in Europe/Amsterdam is outside 09:00-17:30"),
        ("2026-11-23 09:00:00", "open: Monday 09:00 in Europe/Amsterdam is within 09:00-17:30"),
        ("2026-11-23 17:29:59", "open: Monday 17:29 in Europe/Amsterdam is within 09:00-17:30"),
        ("2026-11-23 17:30:00", "closed: Monday 17:30 in Europe/Amsterdam is outside 09:00-17:30"),
        ("2026-11-22 12:00:00", "closed: Sunday 12:00 in Europe/Amsterdam is on a day without opening hours"),
    ],
)
def test_a_week(at: str, expected: str) -> None:
    assert result(local(at), OFFICE) == expected


def test_a_break_at_noon_is_told() -> None:
    hours = span(["mon"], "13:00", "17:00"), span(["mon"], "09:00", "12:00")
    text = "closed: Monday 12:30 in Europe/Amsterdam is outside 09:00-12:00 and 13:00-17:00"
    assert result(local("2026-11-23 12:30"), *hours) == text


def test_hours_go_by_their_own_time_zone() -> None:
    there = result(local("2026-11-23 16:00"), OFFICE, timezone="America/New_York")
    assert there.startswith("open: Monday 10:00 in America/New_York")
    monday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert result(monday, OFFICE, timezone="Asia/Tokyo").startswith("closed: Monday 08:30")


def test_time_goes_on_while_a_call_waits() -> None:
    announced = {"type": "announcement", "sound": "s", "next": {"done": "h"}}
    following = {"open": "open", "closed": "closed"}
    found = flow(
        "n",
        n=announced,
        h={"type": "hours", "hours": [OFFICE], "next": following},
        open={"type": "hangup", "code": 400},
        closed={"type": "hangup", "code": 401},
    )
    walk = Walk({"f": found}, "f", call(now=local("2026-11-23 17:29:30")))
    walk.begin(5.0)
    walk.resume("done", 36.0)
    assert walk.path[1].result.startswith("closed: Monday 17:30")


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-20 21:59", False),
        ("2026-11-20 22:00", True),
        ("2026-11-21 01:59", True),
        ("2026-11-21 02:00", False),
        ("2026-11-20 01:00", False),
    ],
)
def test_hours_past_midnight_belong_to_the_day_they_begin_on(at: str, open_: bool) -> None:
    assert result(local(at), span(["fri"], "22:00", "02:00")).startswith("open") == open_


@pytest.mark.parametrize("closes", ["24:00", "00:00"])
def test_a_day_that_is_open_to_its_end(closes: str) -> None:
    assert result(local("2026-11-20 23:59:59"), span(["fri"], "12:00", closes)).startswith("open")
    assert result(local("2026-11-21 00:00:00"), span(["fri"], "12:00", closes)).startswith("closed")


class TestHolidays:
    CALENDAR = parse_calendar(
        {
            "name": "Netherlands",
            "days": [
                {"annual": "12-25", "name": "Christmas"},
                {"annual": "12-24", "name": "Christmas Eve", "from": "09:00", "to": "12:00"},
                {"date": "2027-12-24"},
                {"date": "2026-04-27", "name": "King's Day"},
            ],
        }
    )

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (
                "2026-12-25 10:00",
                "holiday: Friday 10:00 in Europe/Amsterdam is on a day without opening hours (Christmas)",
            ),
            (
                "2026-12-24 10:00",
                "open: Thursday 10:00 in Europe/Amsterdam is within 09:00-12:00 (Christmas Eve)",
            ),
            (
                "2026-12-24 14:00",
                "holiday: Thursday 14:00 in Europe/Amsterdam is outside 09:00-12:00 (Christmas Eve)",
            ),
            ("2026-04-27 10:00", "holiday: "),
            ("2027-04-27 10:00", "open: "),
            ("2026-12-23 20:00", "closed: "),
        ],
    )
    def test_a_day_of_the_calendar_goes_by_that(self, at: str, expected: str) -> None:
        assert result(local(at), OFFICE, calendar=self.CALENDAR).startswith(expected)

    def test_a_date_comes_before_the_day_of_each_year(self) -> None:
        assert result(local("2027-12-24 10:00"), OFFICE, calendar=self.CALENDAR).startswith("holiday")

    def test_a_night_that_began_before_the_holiday_goes_on(self) -> None:
        night = span(["thu"], "22:00", "02:00")
        calendar = parse_calendar({"days": [{"date": "2026-12-25"}]})
        assert result(local("2026-12-25 01:00"), night, calendar=calendar).startswith("open")
        assert result(local("2026-12-25 02:00"), night, calendar=calendar).startswith("holiday")

    def test_without_a_way_for_holidays_they_are_closed(self) -> None:
        walk, _ = walk_of(
            {
                "type": "hours",
                "hours": [OFFICE],
                "calendar": "c",
                "next": {"open": "open", "closed": "closed", "else": "else"},
            },
            calendars={"c": self.CALENDAR},
            now=local("2026-12-25 10:00"),
        )
        assert [t.node for t in walk.path] == ["n", "closed"]

    def test_it_is_written_back_as_it_was(self) -> None:
        assert parse_calendar(calendar_to_json(self.CALENDAR)) == self.CALENDAR

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            (7, ""),
            ({}, "days"),
            ({"days": [], "colour": 1}, "colour"),
            ({"days": [{}]}, "days[0].date"),
            ({"days": [{"date": "2026-12-25", "annual": "12-25"}]}, "days[0].date"),
            ({"days": [{"date": "2026-02-29"}]}, "days[0].date"),
            ({"days": [{"date": "2026-W01-1"}]}, "days[0].date"),
            ({"days": [{"date": "20261225"}]}, "days[0].date"),
            ({"days": [{"annual": "13-01"}]}, "days[0].annual"),
            ({"days": [{"annual": "12-25", "from": "09:00"}]}, "days[0].to"),
            ({"days": [{"annual": "12-25"}] * 1001}, "days"),
        ],
    )
    def test_an_error_names_the_place(self, data: object, path: str) -> None:
        with pytest.raises(FlowError) as caught:
            parse_calendar(data)
        assert caught.value.path == path


ZONES = ("Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "Asia/Beirut", "UTC")
CHANGES = (66, 67, 86, 87, 88, 93, 94, 95, 275, 276, 277, 296, 297, 298, 303, 304, 305)
"""Days of 2026 about which clocks are changed somewhere in ZONES."""


class TestSummerTime:
    """2026-03-29 has no 02:00 to 03:00 in Amsterdam, 2026-10-25 has it twice."""

    @pytest.mark.parametrize(
        ("at", "open_"),
        [
            ("2026-03-29T00:30:00+00:00", True),
            ("2026-03-29T00:59:59+00:00", True),
            ("2026-03-29T01:00:00+00:00", False),
        ],
    )
    def test_an_end_in_the_hour_left_out_is_the_end_of_that_hour(self, at: str, open_: bool) -> None:
        hours = span(["sun"], "01:00", "02:30")
        assert result(datetime.fromisoformat(at), hours).startswith("open") == open_

    def test_a_beginning_in_the_hour_left_out_is_the_end_of_that_hour(self) -> None:
        hours = span(["sun"], "02:30", "04:00")
        assert result(datetime.fromisoformat("2026-03-29T00:59:59+00:00"), hours).startswith("closed")
        assert result(datetime.fromisoformat("2026-03-29T01:00:00+00:00"), hours).startswith("open")

    def test_the_morning_after_goes_by_the_new_time(self) -> None:
        for at, open_ in (("06:59:59", False), ("07:00:00", True)):
            moment = datetime.fromisoformat(f"2026-03-29T{at}+00:00")
            assert result(moment, span(["sun"], "09:00", "17:00")).startswith("open") == open_
        for at, open_ in (("07:59:59", False), ("08:00:00", True)):
            moment = datetime.fromisoformat(f"2026-10-25T{at}+00:00")
            assert result(moment, span(["sun"], "09:00", "17:00")).startswith("open") == open_

    @pytest.mark.parametrize(
        ("at", "open_"),
        [
            ("2026-10-25T00:29:59+00:00", True),  # 02:29, first time
            ("2026-10-25T00:30:00+00:00", False),  # 02:30, first time
            ("2026-10-25T01:15:00+00:00", False),  # 02:15, second time
            ("2026-10-25T02:15:00+00:00", False),  # 03:15
        ],
    )
    def test_an_end_in_the_hour_that_comes_twice_is_the_first(self, at: str, open_: bool) -> None:
        hours = span(["sun"], "01:00", "02:30")
        assert result(datetime.fromisoformat(at), hours).startswith("open") == open_

    @pytest.mark.parametrize(
        ("at", "open_"),
        [
            ("2026-10-25T00:29:59+00:00", False),
            ("2026-10-25T00:30:00+00:00", True),  # 02:30, first time
            ("2026-10-25T01:15:00+00:00", True),  # 02:15, second time: open for three quarters of an hour
            ("2026-10-25T01:59:59+00:00", True),  # 02:59, second time
            ("2026-10-25T02:00:00+00:00", False),  # 03:00
        ],
    )
    def test_hours_that_begin_in_the_hour_that_comes_twice_last_longer(self, at: str, open_: bool) -> None:
        hours = span(["sun"], "02:30", "03:00")
        assert result(datetime.fromisoformat(at), hours).startswith("open") == open_

    @settings(deadline=None)
    @given(
        st.sampled_from(ZONES),
        st.sampled_from(CHANGES) | st.integers(1, 365),
        st.integers(0, 1439),
        st.integers(1, 1439),
    )
    def test_hours_that_touch_cover_each_moment_once(
        self, name: str, day: int, minute: int, cut: int
    ) -> None:
        """A day cut in two at any minute: at each moment exactly one part is open."""
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute)
        moment = moment.astimezone(zone(name))
        parts = Hours(0, cut), Hours(cut, 1440)
        days = [moment.date() + timedelta(days=away) for away in (-1, 0, 1)]
        assert sum(part.cover(on, moment) for part in parts for on in days) == 1


def test_a_calendar_looks_at_the_date() -> None:
    calendar = parse_calendar({"days": [{"annual": "02-29", "name": "Leap day"}]})
    assert [entry.name for entry in calendar.on(date(2028, 2, 29))] == ["Leap day"]
    assert calendar.on(date(2027, 3, 1)) == ()


def test_every_day_has_a_name() -> None:
    for away in range(7):
        at = local("2026-11-23 12:00") + timedelta(days=away)
        assert result(at, span(EVERY, "00:00", "24:00")).startswith(f"open: {at:%A} 12:00")
