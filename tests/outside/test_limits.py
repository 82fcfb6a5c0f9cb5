"""Against toll fraud: calls at once, minutes a day, blocked numbers, over midnight and over a restart."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pbx.control.configuration import EmergencyConfig, LimitsConfig
from pbx.directory import Tenant
from pbx.outside import Outside, Plan, Refusal
from pbx.ports import Emit

from .offices import Rows, built

NUMBER = "0201234567"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()


NOON = at("2026-11-20T12:00:00")


class Office:
    """An organisation whose calls go out."""

    def __init__(self, limits: LimitsConfig, rows: Rows | None = None, **changes: Any) -> None:
        self.rows = rows or Rows()
        self.outside = self.rows.outside()
        self.tenant: Tenant = built(limits=limits, **changes)
        self.outside.configured(self.tenant.snapshot, NOON)
        self._ids = iter(range(1000))

    def plan(self, now: float = NOON, extension: str | None = "101", dialled: str = NUMBER) -> Plan | Refusal:
        return self.outside.plan(self.tenant, extension, dialled, now)

    def call(self, now: float = NOON, extension: str = "101", dialled: str = NUMBER) -> str:
        plan = self.plan(now, extension, dialled)
        assert isinstance(plan, Plan)
        call = str(next(self._ids))
        self.emitted = self.outside.begun(
            call, self.tenant, plan.lines[0].trunk, now, extension=extension, plan=plan
        )
        self.outside.answered(call, now)
        return call

    def talk(self, seconds: float, now: float = NOON, extension: str = "101") -> tuple[Emit, ...]:
        return self.outside.ended(self.call(now, extension), self.tenant, now + seconds)

    def refused(self, now: float = NOON, extension: str | None = "101", dialled: str = NUMBER) -> Refusal:
        plan = self.plan(now, extension, dialled)
        assert isinstance(plan, Refusal), plan
        return plan


def notices(emitted: tuple[Emit, ...]) -> list[str]:
    return [each.event.notice.text for each in emitted if each.event.notice is not None]


def test_calls_at_once() -> None:
    office = Office(LimitsConfig(calls=2, calls_per_user=1))
    first = office.call()
    assert "1 calls at once of extension 101" in office.refused().text
    office.call(extension="102")
    assert "2 calls at once of the organisation" in office.refused(extension="103").text
    office.outside.ended(first, office.tenant, NOON)
    assert isinstance(office.plan(), Plan)


def test_minutes_a_day_begin_anew_at_midnight_of_the_organisation() -> None:
    office = Office(LimitsConfig(minutes_per_day_per_user=10))
    office.talk(601)
    refusal = office.refused()
    assert refusal.prompt == "call_limit"
    assert refusal.code == 403
    assert isinstance(office.plan(extension="102"), Plan)
    assert isinstance(office.plan(extension=None), Plan)
    assert isinstance(office.refused(at("2026-11-20T23:59:59")), Refusal)
    assert isinstance(office.plan(at("2026-11-21T00:00:00")), Plan)


def test_of_a_call_over_midnight_only_the_part_of_today_counts() -> None:
    office = Office(LimitsConfig(minutes_per_day=10))
    office.talk(20 * 60, now=at("2026-11-20T23:50:00"))
    assert isinstance(office.refused(at("2026-11-21T00:11:00")), Refusal)
    office = Office(LimitsConfig(minutes_per_day=11))
    office.talk(20 * 60, now=at("2026-11-20T23:50:00"))
    assert isinstance(office.plan(at("2026-11-21T00:11:00")), Plan)


def test_a_call_that_goes_on_counts_already() -> None:
    office = Office(LimitsConfig(minutes_per_day=10))
    office.call()
    assert isinstance(office.plan(NOON + 599), Plan)
    office.refused(NOON + 600)


def test_what_only_rang_does_not_count() -> None:
    office = Office(LimitsConfig(minutes_per_day=1))
    plan = office.plan()
    assert isinstance(plan, Plan)
    office.outside.begun("c", office.tenant, "one", NOON, extension="101", plan=plan)
    office.outside.ended("c", office.tenant, NOON + 3600)
    assert isinstance(office.plan(NOON + 3600), Plan)


def test_a_restart_forgets_nothing_of_today() -> None:
    rows = Rows()
    Office(LimitsConfig(minutes_per_day=10), rows).talk(601)
    again = Office(LimitsConfig(minutes_per_day=10), rows)
    assert again.refused().notice is not None  # the first refusal
    assert Office(LimitsConfig(minutes_per_day=10), rows).refused().notice is None


@pytest.mark.parametrize(
    ("language", "near", "refused"),
    [
        (
            "en",
            "8 of the 10 minutes a day of the organisation are used.",
            "A call out of the organisation was refused:"
            " the 10 minutes a day of the organisation are used up.",
        ),
        (
            "nl",
            "Van de 10 minuten per dag van de organisatie zijn er 8 gebruikt.",
            "Een gesprek naar buiten van de organisatie is geweigerd:"
            " de 10 minuten per dag van de organisatie zijn op.",
        ),
    ],
)
def test_administrators_are_told_at_80_percent_and_at_the_first_refusal_once_a_day(
    language: str, near: str, refused: str
) -> None:
    office = Office(LimitsConfig(minutes_per_day=10), language=language)
    assert notices(office.talk(7 * 60)) == []
    assert notices(office.talk(60)) == [near]
    assert notices(office.talk(60)) == []
    office.talk(120)
    refusal = office.refused()
    assert refusal.notice == refused
    assert "the 10 minutes a day of the organisation are used up" in refusal.text
    assert office.refused().notice is None
    assert office.rows.usage["t1"].seconds == 660


def test_blocked_numbers() -> None:
    office = Office(LimitsConfig(blocked=["+31900", "+882"]))
    refusal = office.refused(dialled="09001234")
    assert refusal.prompt == "no_permission"
    assert "+31900" in refusal.text
    assert refusal.notice is not None
    assert isinstance(office.plan(), Plan)


def test_an_emergency_is_never_refused() -> None:
    office = Office(
        LimitsConfig(calls=0, minutes_per_day=0, blocked=["+3"]),
        emergency=EmergencyConfig(numbers=["112"]),
    )
    office.refused()
    plan = office.plan(dialled="112")
    assert isinstance(plan, Plan)
    assert plan.emergency
    emitted = office.outside.begun("e", office.tenant, "one", NOON, extension="101", plan=plan)
    kinds = [each.event.notice.kind for each in emitted if each.event.notice]
    assert kinds == ["emergency.call"]
    assert notices(emitted) == ["Toestel 101 belde het alarmnummer 112."]
    again = office.outside.begun("e", office.tenant, "two", NOON, extension="101", plan=plan)
    assert notices(again) == []


def test_each_organisation_has_its_own_counts() -> None:
    rows = Rows()
    one = Office(LimitsConfig(calls=1, minutes_per_day=1), rows)
    one.talk(120)
    one.refused()
    other = built("t2", limits=LimitsConfig(calls=1, minutes_per_day=1))
    one.outside.configured(other.snapshot, NOON)
    assert isinstance(one.outside.plan(other, "101", NUMBER, NOON), Plan)


@pytest.mark.parametrize("zone", ["Nowhere/At_All", "", "UTC"])
def test_a_zone_that_nobody_knows_is_utc(zone: str) -> None:
    office = Office(LimitsConfig(minutes_per_day=1), timezone=zone)
    office.talk(61)
    office.refused()


def test_what_is_not_known_ends_quietly() -> None:
    outside: Outside = Rows().outside()
    assert outside.ended("nobody", built(), NOON) == ()
