"""A call as one line of someone's history: with whom, which way, what came of it."""

import datetime
from dataclasses import dataclass
from typing import Any

from webapp.calls.models import CallLeg, CallRecord


@dataclass(frozen=True, slots=True)
class Line:
    """What the start page shows of a call, seen from one person."""

    incoming: bool
    missed: bool
    number: str
    name: str
    started_at: datetime.datetime
    seconds: int
    outcome: str
    own: str

    @property
    def duration(self) -> str:
        """Talk time as m:ss or h:mm:ss, empty when nobody talked."""
        if not self.seconds:
            return ""
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def line(call: CallRecord, viewer: Any) -> Line:
    """The line of `call` for `viewer`, whose extension has a leg in it. Uses prefetched legs."""
    legs = list(call.legs.all())
    mine = [leg for leg in legs if leg.extension is not None and leg.extension.user_id == viewer.pk]
    incoming = not any(leg.side == CallLeg.Side.CALLER for leg in mine)
    took_it = any(leg.answered_at for leg in mine)
    name = call.caller_name if incoming else _called_name(call, legs)
    return Line(
        incoming=incoming,
        missed=incoming and not took_it,
        number=call.caller_number if incoming else call.dialled,
        name=name if name != (call.caller_number if incoming else call.dialled) else "",
        started_at=call.started_at,
        seconds=round(call.talk_seconds) if took_it or not incoming else 0,
        outcome=call.get_outcome_display(),
        own=mine[0].extension_number if mine else "",
    )


def _called_name(call: CallRecord, legs: list[CallLeg]) -> str:
    called = [leg for leg in legs if leg.side == CallLeg.Side.CALLEE]
    answered = [leg for leg in called if leg.answered_at]
    return (answered or called)[0].name if called else ""
