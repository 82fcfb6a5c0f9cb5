"""A finished call as lines of a history: one for each extension that took part, seen from there."""

from collections.abc import Iterable
from typing import Any

from webapp.common import phone_numbers

_DECLINED = (480, 486, 600, 603)  # what phones answer when somebody refuses
# Outcomes of the record that say more than the caller can do with.
_AS_FAILED = {"unknown_number", "not_registered", "interrupted"}


def of_call(call: Any, legs: Iterable[Any], country: str) -> list[dict[str, Any]]:
    """Columns of each HistoryLine of a record with these legs; numbers are read as in `country`. Those who
    answered come first."""
    there = list(legs)
    by_extension: dict[Any, list[Any]] = {}
    for leg in there:
        if leg.extension_id is not None:
            by_extension.setdefault(leg.extension_id, []).append(leg)
    found = [_line(call, key, own, there, country) for key, own in by_extension.items()]
    return sorted(found, key=lambda line: line["result"] != "answered")


def _line(call: Any, extension: Any, own: list[Any], legs: list[Any], country: str) -> dict[str, Any]:
    incoming = all(leg.side != "caller" for leg in own)
    line = {"extension_id": extension, "at": call.started_at, "incoming": incoming}
    if incoming:
        number, name = call.caller_number, call.caller_name
        line |= _came_in(call, own, legs)
    else:
        number, name = call.dialled, _called_name(legs)
        result = "failed" if call.outcome in _AS_FAILED else call.outcome
        line |= {"result": result, "seconds": round(call.talk_seconds)}
    if call.direction != "internal":
        number = phone_numbers.normalised(number, country)
    return {**line, "number": number[:40], "name": "" if name == number else name}


def _came_in(call: Any, own: list[Any], legs: list[Any]) -> dict[str, Any]:
    taken = [leg for leg in own if leg.answered_at]
    if taken:
        ends = [leg.ended_at or call.ended_at for leg in taken]
        seconds = sum((end - leg.answered_at).total_seconds() for leg, end in zip(taken, ends, strict=True))
        return {"result": "answered", "seconds": round(max(0.0, seconds))}
    others = [leg for leg in legs if leg.side == "callee" and leg.answered_at]
    if others:
        return {"result": "elsewhere", "answered_by": others[0].name or others[0].number}
    if call.outcome == "voicemail":
        return {"result": "voicemail", "missed": True}
    if any(leg.code in _DECLINED and leg.ended_by == "callee" for leg in own):
        return {"result": "declined"}
    return {"result": "missed", "missed": True}


def _called_name(legs: list[Any]) -> str:
    called = [leg for leg in legs if leg.side == "callee"]
    answered = [leg for leg in called if leg.answered_at]
    return (answered or called)[0].name if called else ""
