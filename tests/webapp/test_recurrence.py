"""When plans happen: RFC 5545 in the wall clock, over the changes of summer time, with exceptions."""

import datetime

import pytest

from webapp.statuses.recurrence import (
    Moved,
    Pattern,
    RuleError,
    between,
    check,
    following,
    is_one,
    whole_days,
)

UTC = datetime.UTC
HOUR = datetime.timedelta(hours=1)
ZONE = "Europe/Amsterdam"


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def pattern(starts: str, ends: str | None = None, rule: str = "", **more: object) -> Pattern:
    until = utc(ends) if ends is not None else None
    return Pattern(starts=utc(starts), ends=until, zone=ZONE, rule=rule, **more)  # type: ignore[arg-type]


def test_nine_o_clock_stays_nine_o_clock() -> None:
    mondays = pattern("2026-03-16T08:00", "2026-03-16T16:00", "FREQ=WEEKLY;BYDAY=MO")
    found = between(mondays, utc("2026-03-16T00:00"), utc("2026-04-07T00:00"))
    assert [(each.starts.hour, each.ends and each.ends.hour) for each in found] == [
        (8, 16),
        (8, 16),
        (7, 15),
        (7, 15),
    ]
    back = pattern("2026-10-19T07:00", "2026-10-19T08:00", "FREQ=DAILY")
    hours = [each.starts.hour for each in between(back, utc("2026-10-24T00:00"), utc("2026-10-27T00:00"))]
    assert hours == [7, 8, 8]


def test_a_time_that_the_clock_skips_or_has_twice() -> None:
    nightly = pattern("2026-03-28T01:30", "2026-03-28T02:00", "FREQ=DAILY")  # 02:30 to 03:00
    skipped = between(nightly, utc("2026-03-29T00:00"), utc("2026-03-29T12:00"))[0]
    assert (skipped.starts, skipped.ends) == (utc("2026-03-29T01:30"), utc("2026-03-29T02:00"))
    twice = between(nightly, utc("2026-10-24T22:00"), utc("2026-10-25T12:00"))
    assert [each.starts for each in twice] == [utc("2026-10-25T00:30")]


def test_a_night_over_the_change_ends_on_the_wall_clock() -> None:
    night = pattern("2026-03-27T21:00", "2026-03-28T05:00", "FREQ=DAILY")  # 22:00 to 06:00
    (changed,) = between(night, utc("2026-03-28T22:00"), utc("2026-03-28T23:00"))
    assert changed.ends == utc("2026-03-29T04:00")


def test_until_and_count() -> None:
    rule = "FREQ=DAILY;UNTIL=20261103T080000Z"
    until = pattern("2026-11-01T08:00", "2026-11-01T09:00", rule)
    year = (utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert [each.starts.day for each in between(until, *year)] == [1, 2, 3]
    days = pattern("2026-11-01T08:00", None, "FREQ=DAILY;UNTIL=20261102")
    assert [each.starts.day for each in between(days, *year)] == [1, 2]
    count = pattern("2026-11-01T08:00", None, "FREQ=MONTHLY;BYDAY=-1FR;COUNT=2")
    assert [each.starts.date().isoformat() for each in between(count, *year)] == ["2026-11-27", "2026-12-25"]
    assert following(count, utc("2026-12-25T08:00")) is None


def test_exceptions() -> None:
    moved, dropped = utc("2026-11-09T08:00"), utc("2026-11-16T08:00")
    weekly = pattern(
        "2026-11-02T08:00",
        "2026-11-02T09:00",
        "FREQ=WEEKLY",
        exceptions={moved: Moved(utc("2026-11-11T10:00"), utc("2026-11-11T12:00")), dropped: Moved()},
    )
    found = between(weekly, utc("2026-11-02T00:00"), utc("2026-11-24T00:00"))
    assert [(each.starts.day, each.moved) for each in found] == [(2, False), (11, True), (23, False)]
    assert found[1].original == moved
    after = following(weekly, utc("2026-11-02T08:00"))
    assert after is not None and after.starts.day == 11
    later = following(weekly, utc("2026-11-11T10:00"))
    assert later is not None and later.starts.day == 23
    assert is_one(weekly, moved) and not is_one(weekly, moved + HOUR)


def test_what_lies_partly_in_a_span_is_in_it() -> None:
    once = pattern("2026-11-02T08:00", "2026-11-12T09:00")
    assert len(between(once, utc("2026-11-05T00:00"), utc("2026-11-06T00:00"))) == 1
    assert between(once, utc("2026-11-12T09:00"), utc("2026-11-13T00:00")) == []
    assert between(once, utc("2026-11-01T00:00"), utc("2026-11-02T08:00")) == []


def test_whole_days() -> None:
    begin, end = whole_days(utc("2026-03-29T09:00"), utc("2026-03-29T17:00"), ZONE)
    assert (begin, end) == (utc("2026-03-28T23:00"), utc("2026-03-29T22:00"))  # a day of 23 hours
    assert whole_days(begin, end, ZONE) == (begin, end)
    days = Pattern(starts=begin, ends=end, zone=ZONE, rule="FREQ=DAILY")
    found = between(days, utc("2026-03-30T12:00"), utc("2026-03-31T12:00"))
    assert [(each.starts, each.ends) for each in found] == [
        (utc("2026-03-29T22:00"), utc("2026-03-30T22:00")),
        (utc("2026-03-30T22:00"), utc("2026-03-31T22:00")),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY;FREQ=DAILY",
        "EVERY DAY",
        "FREQ=DAILY;COUNT=5;UNTIL=20261231",
        "FREQ=DAILY;COUNT=99999",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYSETPOS=5",
        "FREQ=DAILY;UNTIL=20260101T000000Z",
        "FREQ=DAILY;UNTIL=20269999",
        "FREQ=WEEKLY;" + "BYDAY=MO," * 40,
    ],
)
def test_rules_that_are_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        check(pattern("2026-11-01T08:00", None, rule))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    ],
)
def test_rules_that_are_taken(rule: str) -> None:
    check(pattern("2026-11-01T08:00", None, rule))
