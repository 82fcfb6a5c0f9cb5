"""When a plan happens: repetition by RFC 5545 (section 3.3.10), in the wall clock of a time zone.

"Every Monday at nine" stays at nine when summer time begins or ends. A time that the clock skips is read with
the offset before the change, one that comes twice is the first one (RFC 5545 section 3.3.5). An end is as far
away on the wall clock as that of the first occurrence.
"""

import datetime
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

UTC = datetime.UTC
DAY = datetime.timedelta(days=1)
MOMENT = datetime.timedelta(microseconds=1)
YEARS = range(2000, 2200)  # of moments that we take
LONGEST = datetime.timedelta(days=400)
LONGEST_REPEATED = datetime.timedelta(days=31)
MOST_COUNT = 1_000
MOST_INTERVAL = 99
# What stands in a rule beside FREQ, INTERVAL, COUNT, UNTIL and WKST.
_PARTS = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_VALUES = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9][0-9]?",
    "COUNT": r"[1-9][0-9]{0,3}",
    "UNTIL": r"[0-9]{8}(?:T[0-9]{6}Z?)?",
    "WKST": _DAY,
    "BYDAY": rf"(?:[+-]?[1-5])?{_DAY}(?:,(?:[+-]?[1-5])?{_DAY})*",
    "BYMONTHDAY": r"[+-]?[0-9]{1,2}(?:,[+-]?[0-9]{1,2})*",
    "BYMONTH": r"[0-9]{1,2}(?:,[0-9]{1,2})*",
    "BYSETPOS": r"[+-]?[1-5]",
}
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class RuleError(ValueError):
    """A rule that we do not take; the text says why."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An occurrence at another time; `starts` None: it does not happen."""

    starts: datetime.datetime | None = None
    ends: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """When a plan happens. Moments are aware; `exceptions` by the moment at which the rule has it (UTC)."""

    starts: datetime.datetime
    ends: datetime.datetime | None
    zone: str
    rule: str = ""
    exceptions: Mapping[datetime.datetime, Moved] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time, in UTC. `original` is when the rule has it."""

    original: datetime.datetime
    starts: datetime.datetime
    ends: datetime.datetime | None
    moved: bool = False


def whole_days(
    starts: datetime.datetime, ends: datetime.datetime | None, zone: str
) -> tuple[datetime.datetime, datetime.datetime]:
    """From the midnight before to the midnight after, at least one day."""
    first = _local(starts, zone).date()
    last = _local(ends - MOMENT, zone).date() if ends is not None else first
    return _midnight(first, zone), _midnight(max(first, last) + DAY, zone)


def between(pattern: Pattern, begin: datetime.datetime, end: datetime.datetime) -> list[Occurrence]:
    """Those of which a part lies from `begin` to before `end`, in order."""
    length = pattern.ends - pattern.starts + DAY if pattern.ends is not None else DAY
    found = [
        each for each in _regular(pattern, begin - length, end) if each.original not in pattern.exceptions
    ]
    found += _moved(pattern)
    shown = [
        each
        for each in found
        if each.starts < end and (each.ends > begin if each.ends is not None else each.starts >= begin)
    ]
    return sorted(shown, key=lambda each: each.starts)


def following(pattern: Pattern, after: datetime.datetime) -> Occurrence | None:
    """The first one that begins later than `after`."""
    candidates = [each for each in _moved(pattern) if each.starts > after]
    for each in _regular(pattern, after - DAY, None):
        if each.starts > after and each.original not in pattern.exceptions:
            candidates.append(each)
            break
    return min(candidates, key=lambda each: each.starts, default=None)


def is_one(pattern: Pattern, original: datetime.datetime) -> bool:
    """Whether the rule has an occurrence at that moment."""
    return original.year in YEARS and any(
        each.original == original for each in _regular(pattern, original - DAY, original + DAY)
    )


def number_before(pattern: Pattern, original: datetime.datetime) -> int:
    """How many times the rule has it before that moment, exceptions included."""
    return sum(1 for _each in _regular(pattern, pattern.starts, original))


def ended_before(rule: str, original: datetime.datetime) -> str:
    """The rule, without what it has from that moment on."""
    last = (original - datetime.timedelta(seconds=1)).astimezone(UTC)
    parts = {name: value for name, value in _parts(rule).items() if name != "COUNT"}
    return _joined(parts | {"UNTIL": f"{last:%Y%m%dT%H%M%SZ}"})


def without_first(rule: str, number: int) -> str:
    """The rule of what is left after so many; its COUNT counts those too. Raises RuleError when none is."""
    parts = _parts(rule) if rule else {}
    if not re.fullmatch(_VALUES["COUNT"], parts.get("COUNT", "")):
        return rule
    left = int(parts["COUNT"]) - number
    if left < 1:
        raise RuleError(_("There were %(number)s already; give more times.") % {"number": number})
    return _joined(parts | {"COUNT": str(left)})


def check(pattern: Pattern) -> None:
    """Raises RuleError for a rule that we do not take, or that never happens."""
    if not pattern.rule:
        return
    parts = _parts(pattern.rule)
    for name, value in parts.items():
        if name not in _ALWAYS | _PARTS[parts["FREQ"]]:
            raise RuleError(_("%(part)s does not go with %(freq)s.") % {"part": name, "freq": parts["FREQ"]})
        if not re.fullmatch(_VALUES[name], value):
            raise RuleError(_("%(part)s=%(value)s is not understood.") % {"part": name, "value": value[:40]})
    if "COUNT" in parts and ("UNTIL" in parts or int(parts["COUNT"]) > MOST_COUNT):
        raise RuleError(_("Give UNTIL, or COUNT of at most %(limit)s.") % {"limit": MOST_COUNT})
    if not _possible(parts, _local(pattern.starts, pattern.zone).date()):
        raise RuleError(_("This never happens."))
    try:
        first = next(_local_times(pattern, None), None)
    except (ValueError, OverflowError) as error:
        raise RuleError(str(error)) from None
    if first is None:
        raise RuleError(_("This never happens."))


def _parts(rule: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in rule.split(";")]
    parts = {name: value for name, _equals, value in pairs}
    if len(parts) < len(pairs) or not set(parts) <= set(_VALUES):
        raise RuleError(_("This is no rule of RFC 5545 that we take."))
    if parts.get("FREQ") not in _PARTS:
        raise RuleError(_("Give FREQ as DAILY, WEEKLY, MONTHLY or YEARLY."))
    return parts


def _joined(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _possible(parts: Mapping[str, str], first: datetime.date) -> bool:
    """Whether a rule comes to a day that exists. One that never does would be searched for to the end of all
    years."""
    freq, interval = parts["FREQ"], int(parts.get("INTERVAL", 1))
    months, days = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY")
    if any(not 1 <= each <= 12 for each in months) or any(not 1 <= abs(each) <= 31 for each in days):
        return False
    if not _goes_together(parts, bool(months), bool(days)):
        return False
    if freq == "DAILY":
        return interval == 1 or not ("BYDAY" in parts or months)
    if freq == "MONTHLY":
        months = [(first.month - 1 + turn * interval) % 12 + 1 for turn in range(12)]
    reached = {
        month
        for month in months or range(1, 13)
        if not days or any(abs(day) <= _DAYS_OF_MONTH[month - 1] for day in days)
    }
    if freq == "YEARLY" and reached == {2} and days and all(abs(day) == 29 for day in days):
        return any((first.year + turn * interval) % 4 == 0 for turn in range(4))
    return bool(reached)


def _goes_together(parts: Mapping[str, str], months: bool, days: bool) -> bool:
    """The numbered weekdays ("2MO") and BYSETPOS, where they have a meaning that we take."""
    numbered = any(each.isdigit() for each in parts.get("BYDAY", ""))
    if numbered and (parts["FREQ"] in ("DAILY", "WEEKLY") or (parts["FREQ"] == "YEARLY" and not months)):
        return False
    return "BYSETPOS" not in parts or ("BYDAY" in parts and not numbered and not days)


def _numbers(parts: Mapping[str, str], name: str) -> list[int]:
    return [int(each) for each in parts.get(name, "").split(",") if each]


def _regular(
    pattern: Pattern, begin: datetime.datetime, end: datetime.datetime | None
) -> Iterator[Occurrence]:
    """Those of the rule that begin from `begin` to before `end`."""
    for local in _local_times(pattern, _local(begin, pattern.zone) - DAY):
        each = _occurrence(pattern, local)
        if end is not None and each.starts >= end:
            return
        if each.starts >= begin:
            yield each


def _local_times(pattern: Pattern, after: datetime.datetime | None) -> Iterator[datetime.datetime]:
    first = _local(pattern.starts, pattern.zone)
    if not pattern.rule:
        yield first
        return
    rule = rrulestr(_with_local_end(pattern), dtstart=first)
    assert isinstance(rule, rrule)
    yield from iter(rule) if after is None else rule.xafter(after)


def _with_local_end(pattern: Pattern) -> str:
    """UNTIL is in UTC (section 3.3.10); the rule is worked out in the wall clock."""

    def local(match: re.Match[str]) -> str:
        text = match[1]
        if len(text) == 8:
            return f"UNTIL={text}T235959"
        until = datetime.datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
        if text.endswith("Z"):
            until = _local(until.replace(tzinfo=UTC), pattern.zone)
        return f"UNTIL={until:%Y%m%dT%H%M%S}"

    return re.sub(r"UNTIL=([0-9TZ]+)", local, pattern.rule)


def _occurrence(pattern: Pattern, local: datetime.datetime) -> Occurrence:
    starts = _aware(local, pattern.zone)
    ends = None
    if pattern.ends is not None:
        length = _local(pattern.ends, pattern.zone) - _local(pattern.starts, pattern.zone)
        ends = _aware(local + length, pattern.zone)
        if ends <= starts:  # the clock skipped a part of it
            ends = starts + (pattern.ends - pattern.starts)
    return Occurrence(original=starts, starts=starts, ends=ends)


def _moved(pattern: Pattern) -> list[Occurrence]:
    return [
        Occurrence(original=original, starts=moved.starts, ends=moved.ends, moved=True)
        for original, moved in pattern.exceptions.items()
        if moved.starts is not None
    ]


def _local(moment: datetime.datetime, zone: str) -> datetime.datetime:
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def _aware(local: datetime.datetime, zone: str) -> datetime.datetime:
    return local.replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def _midnight(day: datetime.date, zone: str) -> datetime.datetime:
    return _aware(datetime.datetime.combine(day, datetime.time()), zone)
