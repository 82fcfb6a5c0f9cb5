"""Who was in the calls of recordings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp.calls.models import CallLeg, CallRecord
from webapp.contacts.entries import Entry
from webapp.contacts.naming import Names
from webapp.recordings.models import Recording


@dataclass(frozen=True, slots=True)
class Party:
    """A side of a call; `contact` is who has its number."""

    number: str
    name: str
    display: str
    contact: Entry | None


class Calls:
    """The calls of recordings that passed the gate, and the names in them, for one viewer: read together."""

    def __init__(self, viewer: Any, recordings: Iterable[Recording]) -> None:
        there = list(recordings)
        rows = CallRecord.objects.filter(
            call_id__in={each.call for each in there},
            organisation__in={each.organisation_id for each in there},
        )
        self._calls = {(row.call_id, row.organisation_id): row for row in rows.prefetch_related("legs")}
        numbers = [number for row in self._calls.values() for number in (row.caller_number, row.dialled)]
        self._names = Names(viewer, numbers)

    def of(self, recording: Recording) -> CallRecord | None:
        """The record of its call; None as long as that goes on."""
        return self._calls.get((recording.call, recording.organisation_id))

    def caller(self, recording: Recording) -> Party | None:
        """Who called."""
        call = self.of(recording)
        return self._party(call.caller_number, call.caller_name) if call is not None else None

    def called(self, recording: Recording) -> Party | None:
        """Who was called; the name is that of whoever answered."""
        call = self.of(recording)
        if call is None:
            return None
        legs = [leg for leg in call.legs.all() if leg.side == CallLeg.Side.CALLEE]
        answered = [leg for leg in legs if leg.answered_at] or legs
        return self._party(call.dialled, answered[0].name if answered else "")

    def _party(self, number: str, name: str) -> Party:
        contact = self._names.contact(number)
        return Party(number, contact.name if contact else name, self._names.display(number), contact)
