"""Everything that writes statuses and plans."""

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp.organisations.owned_actions import save_owned
from webapp.statuses import planning
from webapp.statuses.models import Plan, Status

log = structlog.get_logger(__name__)


@transaction.atomic
def save_status(status: Status) -> Status:
    """Check and write a status. The one that becomes the default takes that from the one that was. Raises
    ValidationError by field."""
    if status.default:
        others = Status.objects.filter(organisation=status.organisation_id, default=True)
        others.exclude(pk=status.pk).update(default=False)
    return save_owned(status)


@transaction.atomic
def save_plan(plan: Plan) -> Plan:
    """Check and write a plan that still waits, and have it done on time. Raises ValidationError."""
    if not plan._state.adding:
        # Locked, so that the worker cannot begin it while it is being changed.
        now = Plan.objects.select_for_update().get(pk=plan.pk)
        if now.state != Plan.State.WAITING:
            raise ValidationError(_("This was done already; make a new one."))
    if plan.at is not None and plan.at <= timezone.now():
        raise ValidationError({"at": _("Give a moment in the future.")})
    plan.next_try = plan.at
    plan.attempts = 0
    save_owned(plan)
    transaction.on_commit(lambda: planning.announce(plan))
    return plan
