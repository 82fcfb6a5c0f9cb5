"""What would happen to a call at a moment, by the code that carries calls, with the configuration of now."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

import dialplan
from webapp.calls.models import CallRecord
from webapp.extensions.models import Extension
from webapp.flows import house
from webapp.flows.models import Flow
from webapp.lines.models import PublicNumber
from webapp.lines.numbers import normal
from webapp.organisations.models import Organisation
from webapp.statuses.models import KnownState, Status


@dataclass(frozen=True, kw_only=True)
class Question:
    """A call that might be: either `number` is dialled, or it comes to the draft of `flow`. `outcomes` are
    what actions come to, in turn; after them nobody answers."""

    number: str = ""
    flow: Flow | None = None
    caller: str = ""
    caller_name: str = ""
    internal: bool = False
    at: datetime.datetime | None = None
    outcomes: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """The path, how it ended, what is broken, and what else decides about such a call now."""

    path: list[dialplan.Trace]
    ending: str
    broken: str | None = None
    remarks: list[str] = field(default_factory=list)


def simulate(organisation: Organisation, question: Question) -> Answer:
    """Raises ValidationError for a number that nothing answers and a draft that is no flow."""
    run = _Run(organisation)
    moment = question.at or timezone.now()
    if question.flow is not None:
        if not question.flow.draft:
            raise ValidationError({"flow": _("There is nothing in this flow yet.")})
        key = str(question.flow.pk)
        run.flows[key] = dialplan.parse_flow(question.flow.draft)
        start = dialplan.Destination(key)
    else:
        found = run.lookup(question.number)
        if found is None:
            raise ValidationError({"number": _("Nothing answers this number.")})
        start = found
    context = dialplan.Context(
        caller=normal(question.caller),
        caller_name=question.caller_name,
        dialled=question.number,
        extension=start.extension,
        internal=question.internal,
        now=moment.astimezone(ZoneInfo(organisation.time_zone)),
        timezone=organisation.time_zone,
    )
    done = dialplan.simulate(
        run.flows,
        start.flow,
        context,
        assume=list(question.outcomes),
        lookup=run.lookup,
        calendars=run.house.calendars,
    )
    return Answer(done.path, done.ending, done.broken, run.remarks)


def question_of(record: CallRecord) -> Question:
    """The question that a call record answers."""
    return Question(
        number=record.dialled,
        caller=record.caller_number,
        caller_name=record.caller_name,
        internal=record.record.get("direction", "internal") == "internal",
        at=record.started_at,
    )


class _Run:
    """Finds what answers a number, and makes the flows that extensions without one have."""

    def __init__(self, organisation: Organisation) -> None:
        self.house = house.read(organisation)
        self.flows = dict(self.house.flows)
        self.remarks: list[str] = []
        self._organisation = organisation
        self._states = {s.number: s for s in KnownState.objects.filter(organisation=organisation)}
        self._statuses = {str(s.pk): s for s in Status.objects.filter(organisation=organisation)}

    def lookup(self, number: str) -> dialplan.Destination | None:
        number = normal(number)
        extension = self.house.extensions.get(number)
        if extension is not None:
            return self._extension(extension)
        public = PublicNumber.objects.filter(organisation=self._organisation, number=number).first()
        if public is not None and public.extension_id:
            return self._extension(self.house.extensions[public.extension.number])
        flow = self.house.numbers.get(number)
        return dialplan.Destination(flow) if flow in self.flows else None

    def _extension(self, extension: Extension) -> dialplan.Destination:
        state = self._states.get(extension.number)
        status = self._status(state)
        self._remark(extension, state, status)
        for flow in (status.flow_id if status else None, extension.flow_id):
            if flow is not None and str(flow) in self.flows:
                return dialplan.Destination(str(flow), extension.number)
        usual = f"extension.{extension.number}"
        mailbox = extension.number in self.house.mailboxes.values()
        self.flows[usual] = dialplan.default_flow(extension.ring_seconds, mailbox)
        return dialplan.Destination(usual, extension.number)

    def _status(self, state: KnownState | None) -> Status | None:
        known = self._statuses.get(state.status) if state is not None else None
        return known or next((each for each in self._statuses.values() if each.default), None)

    def _remark(self, extension: Extension, state: KnownState | None, status: Status | None) -> None:
        facts: dict[str, Any] = {"extension": str(extension), "status": status}
        if (state is not None and state.do_not_disturb) or (status is not None and not status.rings):
            self._say(_("The phones of %(extension)s stay silent now (do not disturb).") % facts)
        if state is not None and state.forward_all:
            facts["target"] = state.forward_all
            self._say(_("All calls of %(extension)s are forwarded to %(target)s now.") % facts)
        if status is not None and not status.default:
            self._say(_("%(extension)s is in the status %(status)s now.") % facts)

    def _say(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)
