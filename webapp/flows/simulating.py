"""What would happen to a call at a moment, by the code that carries calls, with the configuration of now."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

import dialplan
from pbx.control.configuration import EmergencyConfig
from webapp.calls.models import CallRecord
from webapp.common.phone_numbers import normalised
from webapp.contacts import compile as contacts
from webapp.extensions.models import Extension
from webapp.flows import house, readings, sentences
from webapp.flows.models import Flow, InternalNumber
from webapp.lines.models import Outside, PublicNumber
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
    """What the number is (`meaning`, "" for the draft of a flow), the path, how it ended, what is broken, and
    what else decides about such a call now."""

    path: list[dialplan.Trace]
    ending: str
    meaning: str = ""
    broken: str | None = None
    remarks: list[str] = field(default_factory=list)


def simulate(organisation: Organisation, question: Question) -> Answer:
    """Raises ValidationError for a draft that is no flow, ControlUnreachable when only the core could tell
    what a number means and is not there."""
    run = _Run(organisation)
    if question.flow is not None:
        if not question.flow.draft:
            raise ValidationError({"flow": _("There is nothing in this flow yet.")})
        key = str(question.flow.pk)
        run.flows[key] = dialplan.parse_flow(question.flow.draft)
        return _walked(run, question, dialplan.Destination(key))
    caller = normal(question.caller)
    inside = question.internal or caller in run.house.extensions
    question = replace(question, internal=inside)
    found = run.answering(question.number, inside=inside)
    if found is not None:
        meaning = run.meaning(question.number)
        if run.blocks(found.extension, caller):
            facts = {"number": found.extension, "extension": caller}
            return Answer([], str(sentences.OBJECTIONS["caller_blocked"]) % facts, meaning)
        return replace(_walked(run, question, found), meaning=meaning)
    if caller and not inside:
        return Answer([], str(sentences.NOBODY_OUTSIDE))
    return _read(run, question, caller if caller in run.house.extensions else None)


def _walked(run: "_Run", question: Question, start: dialplan.Destination) -> Answer:
    """Through the flows that answer."""
    organisation = run.house.organisation
    moment = question.at or timezone.now()
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
    return Answer(done.path, done.ending, broken=done.broken, remarks=run.remarks)


def _read(run: "_Run", question: Question, extension: str | None) -> Answer:
    """As the core reads a number that no flow answers; a code before a number goes on with that."""
    organisation = run.house.organisation
    reading = readings.ask(organisation, normal(question.number), extension)
    told = readings.tell(organisation, reading, extension)
    if told.onward is not None:
        return _onward(run, question, told, told.onward)
    *path, last = _steps(question, told.steps)
    return Answer(path, last.result, meaning=told.steps[0][0], remarks=told.remarks)


def _onward(run: "_Run", question: Question, told: readings.Told, number: str) -> Answer:
    """What comes before, and then the flows that answer the number."""
    found = run.answering(number, inside=True)
    if found is None:  # the core has another configuration than the database, for a moment
        raise ValidationError({"number": str(sentences.JUST_CHANGED)})
    meaning = run.meaning(number)
    steps = _steps(question, [*told.steps, (_("number %(number)s") % {"number": number}, meaning)])
    rest = _walked(run, replace(question, number=number), found)
    first = told.steps[0][0] if told.steps else meaning
    remarks = [*told.remarks, *rest.remarks]
    return replace(rest, path=[*steps, *rest.path], meaning=first, remarks=remarks)


def _steps(question: Question, steps: Sequence[tuple[str, str]]) -> list[dialplan.Trace]:
    at = (question.at or timezone.now()).timestamp()
    return [dialplan.Trace(None, None, what, at, sentence) for what, sentence in steps]


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
        self._internal = {n.number: n for n in InternalNumber.objects.filter(organisation=organisation)}
        self._states = {s.number: s for s in KnownState.objects.filter(organisation=organisation)}
        self._statuses = {str(s.pk): s for s in Status.objects.filter(organisation=organisation)}

    def answering(self, number: str, *, inside: bool) -> dialplan.Destination | None:
        """What answers a call: to phones of the organisation its public numbers are outside ones."""
        own = normal(number)
        public = own not in self.house.extensions and own not in self._internal
        # An emergency number comes before everything.
        return None if inside and (public or own in self._emergencies()) else self.lookup(own)

    def _emergencies(self) -> list[str]:
        outside = Outside.objects.filter(organisation=self._organisation).first()
        return outside.emergency_numbers if outside is not None else EmergencyConfig().numbers

    def blocks(self, extension: str | None, caller: str) -> bool:
        """Whether the user of an extension does not want calls of that caller."""
        if extension is None:
            return False
        blocked = contacts.blocked(self._organisation.pk).get(self.house.extensions[extension].pk, ())
        return normalised(caller, self._organisation.country) in blocked

    def meaning(self, number: str) -> str:
        """What a number that is answered is, and what answers it."""
        own = normal(number)
        extension = self.house.extensions.get(own)
        if extension is not None:
            return self._own_way(extension)
        public = self._public(own)
        facts: dict[str, Any] = {"number": public or self._internal[own]}
        if public is not None and public.extension_id:
            way = self._own_way(self.house.extensions[public.extension.number])
            return _("Public number %(number)s leads to an extension. %(way)s") % {**facts, "way": way}
        facts["flow"] = public.flow if public is not None else self._internal[own].flow
        if public is not None:
            return _("Public number %(number)s: the call flow %(flow)s answers.") % facts
        return _("Internal number %(number)s: the call flow %(flow)s answers.") % facts

    def _own_way(self, extension: Extension) -> str:
        status = self._status(self._states.get(extension.number))
        facts = {"extension": extension, "status": status, "flow": extension.flow}
        if status is not None and status.flow_id and str(status.flow_id) in self.house.flows:
            facts["flow"] = status.flow
            text = _("Extension %(extension)s: in the status %(status)s the call flow %(flow)s answers.")
        elif extension.flow_id and str(extension.flow_id) in self.house.flows:
            text = _("Extension %(extension)s: its own call flow %(flow)s answers.")
        elif extension.number in self.house.mailboxes.values():
            text = _("Extension %(extension)s: its phones ring, then its mailbox answers.")
        else:
            text = _("Extension %(extension)s: its phones ring; it has no mailbox.")
        return text % facts

    def _public(self, number: str) -> PublicNumber | None:
        return PublicNumber.objects.filter(organisation=self._organisation, number=number).first()

    def lookup(self, number: str) -> dialplan.Destination | None:
        number = normal(number)
        extension = self.house.extensions.get(number)
        if extension is not None:
            return self._extension(extension)
        public = self._public(number)
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
