"""Everything that writes flows, and all that is asked of them: check, publish, roll back."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import dialplan
from webapp.flows import house
from webapp.flows.forms import check_definition
from webapp.flows.models import Calendar, Flow, FlowVersion, Group
from webapp.flows.titles import title
from webapp.organisations.owned_actions import delete_owned

log = structlog.get_logger(__name__)


class Unpublishable(ValidationError):
    """A flow with errors; `findings` holds all that was found."""

    def __init__(self, findings: list[dialplan.Finding]) -> None:
        self.findings = findings
        texts = [f"{finding.node or ''}: {title(finding.code)}" for finding in findings]
        super().__init__({"draft": texts})


def check(flow: Flow, definition: Any = None) -> list[dialplan.Finding]:
    """What is wrong with the draft of a flow, or with another definition of it. Raises ValidationError when
    it has not even the form of a flow."""
    definition = flow.draft if definition is None else definition
    if not definition:
        raise ValidationError({"draft": _("There is nothing in this flow yet.")})
    try:
        check_definition(definition)
    except ValidationError as error:
        raise ValidationError({"draft": error.messages}) from error
    return house.read(flow.organisation).check({str(flow.pk): dialplan.parse_flow(definition)})


@transaction.atomic
def publish(actor: Any, flow: Flow, note: str = "", definition: Any = None) -> FlowVersion:
    """Let callers meet the draft (or an older definition, which becomes the draft too) from now on. Raises
    Unpublishable when it has errors."""
    flow = Flow.objects.select_for_update().select_related("organisation").get(pk=flow.pk)
    if definition is not None:
        flow.draft = definition
    errors = [finding for finding in check(flow) if finding.level == "error"]
    if errors:
        raise Unpublishable(errors)
    flow.draft = {**flow.draft, "name": flow.name}
    flow.save()
    last = flow.versions.order_by("-number").values_list("number", flat=True).first() or 0
    flow.versions.filter(live=True).update(live=False)
    version = FlowVersion(
        organisation=flow.organisation,
        flow=flow,
        number=last + 1,
        definition=flow.draft,
        live=True,
        published_by=actor,
        note=note,
    )
    version.full_clean()
    version.save()
    log.info("flow.published", tenant=str(flow.organisation_id), flow=str(flow.pk), version=version.number)
    return version


def roll_back(actor: Any, flow: Flow, number: int) -> FlowVersion:
    """Publish an earlier version again, as a new one: the history only grows."""
    earlier = flow.versions.filter(number=number).first()
    if earlier is None:
        raise ValidationError({"version": _("This flow has no such version.")})
    note = _("Version %(number)s again") % {"number": number}
    return publish(actor, flow, note, earlier.definition)


def delete_flow(flow: Flow) -> None:
    """Remove a flow with its history. Raises ValidationError while other flows lead to it, RestrictedError
    while numbers, statuses or extensions do."""
    _refuse_used("flow", flow)
    delete_owned(flow)


def delete_group(group: Group) -> None:
    """Remove a group. Raises ValidationError while flows ring it."""
    _refuse_used("group", group)
    delete_owned(group)


def delete_calendar(calendar: Calendar) -> None:
    """Remove a calendar. Raises ValidationError while flows ask it."""
    _refuse_used("calendar", calendar)
    delete_owned(calendar)


def _refuse_used(kind: str, row: Any) -> None:
    users = [key for key in flows_with(row.organisation_id, kind, str(row.pk)) if key != str(row.pk)]
    if users:
        names = Flow.objects.filter(pk__in=users).values_list("name", flat=True)
        raise ValidationError(_("Call flows still use this: %(names)s.") % {"names": ", ".join(names)})


def flows_with(tenant: Any, kind: str, key: str) -> Iterable[str]:
    """Ids of the published flows with a node that refers to something, by kind and id."""
    for flow_id, flow in house.published(tenant).items():
        references = (each for node in flow.nodes.values() for each in node.references())
        if any((each.kind, each.id) == (kind, key) for each in references):
            yield flow_id
