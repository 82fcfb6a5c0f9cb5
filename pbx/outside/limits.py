"""Limits against toll fraud: calls out at once, minutes a day, numbers that nobody may call.

A day is one of the organisation's time zone. What was talked is counted at the end of each call and written
then; calls that go on count as far as they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pbx.control.fields import Language
from pbx.directory import Tenant
from pbx.outside.plans import blocked
from pbx.ports import OutsideStore, UsageDay
from pbx.texts import (
    BLOCKED,
    CALL_REFUSED,
    CALLS_AT_ONCE,
    MINUTES_A_DAY,
    NEARLY_USED_UP,
    OF_EXTENSION,
    OF_ORGANISATION,
    USED_UP,
)

NEAR = 0.8  # of a limit: the administrators are told

Kind = Literal["calls", "calls_per_user", "minutes_per_day", "minutes_per_day_per_user", "blocked"]


@dataclass(frozen=True, slots=True)
class Talk:
    """One call out that goes on: who calls, and since when it talks (None: it rings)."""

    tenant: str
    extension: str | None
    talking_since: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that a limit does not let out: `text` for its record; `notice` tells administrators, the first
    time a day."""

    kind: Kind
    text: str
    notice: str | None


class Limits:
    """Counts for all organisations. `talks` gives the calls out that go on, `stored` the days kept before."""

    def __init__(
        self, talks: Callable[[], Iterable[Talk]], store: OutsideStore, stored: Iterable[UsageDay] = ()
    ) -> None:
        self._talks = talks
        self._store = store
        self._days = {row.tenant: row for row in stored}

    def check(self, tenant: Tenant, extension: str | None, number: str, now: float) -> Refused | None:
        """Whether `extension` (None: nobody's, a forward of the organisation) may call the E.164 number."""
        prefix = blocked(tenant.snapshot, number)
        if prefix is not None:
            return self._refuse(tenant, "blocked", extension, partial(BLOCKED.to, prefix=prefix), now)
        for kind, who, used, most in self._uses(tenant, extension, now):
            if used >= most:
                return self._refuse(tenant, kind, who, partial(_used_up, kind, most, who), now)
        return None

    def near(self, tenant: Tenant, extension: str | None, now: float) -> list[str]:
        """Sentences for administrators about limits that are nearly reached, each once a day."""
        language = tenant.snapshot.language
        return [
            NEARLY_USED_UP.to(
                language, used=used, limit=_limit(kind, most, language), whose=_whose(who, language)
            )
            for kind, who, used, most in self._uses(tenant, extension, now)
            if used >= NEAR * most and self._first(tenant, f"near {kind} {who}", now)
        ]

    def talked(self, tenant: Tenant, talk: Talk, now: float) -> None:
        """A call out has ended: count what of it was today."""
        if talk.talking_since is None:
            return
        midnight, day = self._today(tenant, now)
        seconds = max(0.0, now - max(talk.talking_since, midnight))
        users = dict(day.users)
        if talk.extension:
            users[talk.extension] = users.get(talk.extension, 0.0) + seconds
        self._keep(replace(day, seconds=day.seconds + seconds, users=users))

    def forget(self, tenant: str) -> None:
        """The organisation is gone."""
        if self._days.pop(tenant, None) is not None:
            self._store.forget_usage(tenant)

    def _uses(
        self, tenant: Tenant, extension: str | None, now: float
    ) -> list[tuple[Kind, str, float, float]]:
        """(limit, whose, used, allowed) for each limit that is set; minutes for those of a day."""
        limits = tenant.snapshot.limits
        talks = [talk for talk in self._talks() if talk.tenant == tenant.id]
        own = [talk for talk in talks if extension and talk.extension == extension]
        midnight, day = self._today(tenant, now)
        minutes = (day.seconds + _going(talks, midnight, now)) / 60
        found: list[tuple[Kind, str, float, float | None]] = [
            ("calls", "", len(talks), limits.calls),
            ("minutes_per_day", "", minutes, limits.minutes_per_day),
        ]
        if extension:
            own_minutes = (day.users.get(extension, 0.0) + _going(own, midnight, now)) / 60
            found += [
                ("calls_per_user", extension, len(own), limits.calls_per_user),
                ("minutes_per_day_per_user", extension, own_minutes, limits.minutes_per_day_per_user),
            ]
        return [(kind, who, used, most) for kind, who, used, most in found if most is not None]

    def _refuse(
        self, tenant: Tenant, kind: Kind, who: str | None, why: Callable[[Language], str], now: float
    ) -> Refused:
        first = self._first(tenant, f"refused {kind} {who or ''}", now)
        language = tenant.snapshot.language
        sentence = CALL_REFUSED.to(language, whose=_whose(who, language), why=why(language))
        return Refused(kind, why("en"), sentence if first else None)

    def _first(self, tenant: Tenant, what: str, now: float) -> bool:
        """Whether this is told for the first time today; it counts as told then."""
        day = self._today(tenant, now)[1]
        if what in day.told:
            return False
        self._keep(replace(day, told=[*day.told, what]))
        return True

    def _keep(self, day: UsageDay) -> None:
        self._days[day.tenant] = day
        self._store.save_usage(day)

    def _today(self, tenant: Tenant, now: float) -> tuple[float, UsageDay]:
        """The moment the day began, and what is counted of it."""
        try:
            zone = ZoneInfo(tenant.snapshot.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        moment = datetime.fromtimestamp(now, zone)
        name = moment.date().isoformat()
        day = self._days.get(tenant.id)
        if day is None or day.day != name:
            day = UsageDay(tenant=tenant.id, day=name)
        return moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp(), day


def _going(talks: Iterable[Talk], midnight: float, now: float) -> float:
    """Seconds that calls which go on have talked today."""
    return sum(
        max(0.0, now - max(talk.talking_since, midnight)) for talk in talks if talk.talking_since is not None
    )


def _used_up(kind: Kind, most: float, who: str, language: Language) -> str:
    return USED_UP.to(language, limit=_limit(kind, most, language), whose=_whose(who, language))


def _limit(kind: Kind, most: float, language: Language) -> str:
    return (CALLS_AT_ONCE if kind.startswith("calls") else MINUTES_A_DAY).to(language, most=most)


def _whose(who: str | None, language: Language) -> str:
    return OF_EXTENSION.to(language, extension=who) if who else OF_ORGANISATION.to(language)
