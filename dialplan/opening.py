"""Opening hours by the clock on the wall, exact when the clock is set forward or back.

An hour of opening or closing means the first moment on which the clock shows that time or a later one. So
02:30 in the hour that is left out is the end of that hour, and 02:30 in the hour that comes twice is the
first of the two; hours that touch each other never overlap and never leave a gap.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialplan.errors import FlowError
from dialplan.reading import Fields

DAY = 24 * 60

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from minute `opens` of a day (0 to 1439) to minute `closes`, which lies beyond 1440 when that is
    on the next day."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock(self.opens)}-{clock(self.closes % DAY or DAY)}"

    def to_json(self) -> dict[str, str]:
        """What `read_hours` reads."""
        return {"from": clock(self.opens), "to": clock(self.closes % DAY or DAY)}

    def cover(self, day: date, local: datetime) -> bool:
        """Whether `local` (aware, in the time zone of the hours) lies in the hours that begin on `day`."""
        midnight = datetime.combine(day, time())
        opened = passed(midnight + timedelta(minutes=self.opens), local)
        return opened and not passed(midnight + timedelta(minutes=self.closes), local)


def passed(mark: datetime, local: datetime) -> bool:
    """Whether a clock in the time zone of `local` has shown `mark` (naive) or later by the moment `local`."""
    if mark <= local.replace(tzinfo=None):
        return True
    # The second run of an hour that comes twice: the first run showed later times before.
    return local.fold == 1 and mark.replace(tzinfo=local.tzinfo).astimezone(UTC) <= local.astimezone(UTC)


def read_hours(fields: Fields) -> Hours:
    """The members 'from' and 'to', as 09:00; 'to' may be 24:00, or earlier than 'from': then it is the next
    day's. Raises FlowError."""
    opens, closes = _minutes(fields, "from"), _minutes(fields, "to")
    if opens == DAY:
        raise fields.error("from", "A time from 00:00 to 23:59 is expected.")
    if opens == closes:
        raise fields.error("to", "From and to are the same; the whole day is 00:00 to 24:00.")
    return Hours(opens, closes if closes > opens else closes + DAY)


def read_zone(fields: Fields, name: str) -> str | None:
    """A time zone by its IANA name, or None when the member is absent. Raises FlowError."""
    if not fields.has(name):
        fields.raw(name, None)
        return None
    text = fields.text(name, 64)
    try:
        zone(text)
    except FlowError as error:
        raise fields.error(name, error.problem) from None
    return text


def zone(name: str) -> ZoneInfo:
    """The time zone with this IANA name. Raises FlowError when there is none."""
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        pass
    raise FlowError("timezone", "There is no such time zone; Europe/Amsterdam is one.")


def clock(minute: int) -> str:
    """A minute of the day as 09:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minutes(fields: Fields, name: str) -> int:
    text = fields.text(name, 5)
    if not _CLOCK.fullmatch(text):
        raise fields.error(name, "A time of day such as 09:00 is expected.")
    return int(text[:2]) * 60 + int(text[3:])
