"""Does planned changes of status: on time, once, whatever part was away.

The tables are the truth. A sweep every few seconds makes a plan of each occurrence of a series that is soon
due, and hands plans to the worker with the exact moment. A plan is claimed in the database before the core is
asked, so of several tasks for it one does it. Whoever dies between asking and noting it leaves a claim that
runs out; the core then says that it has that change already (or a later one of the user), because it refuses
what was changed at or after the planned moment."""

import datetime
import time
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.commands import SetState
from webapp.link import core
from webapp.statuses import recurrence, states
from webapp.statuses.models import Plan, Series

log = structlog.get_logger(__name__)

TASK = "statuses.carry_out"
AHEAD = datetime.timedelta(seconds=15)  # what is due sooner is with the worker already
CLAIM = datetime.timedelta(seconds=60)  # longer than asking the core can take
GIVE_UP = datetime.timedelta(hours=24)
LAST_PAUSE = 30  # seconds between attempts while the core is away
OVERTAKEN = 412

OPEN = Q(state=Plan.State.WAITING) | Q(state=Plan.State.UNDER_WAY)


def sweep() -> None:
    """Hand over what is due soon, or is due and was left by somebody who died."""
    soon = timezone.now() + AHEAD
    for key in (
        Series.objects.filter(next_at__lte=soon).order_by("next_at").values_list("pk", flat=True)[:1000]
    ):
        hand_over(key)
    for plan in Plan.objects.filter(OPEN, next_try__lte=soon).order_by("next_try")[:1000]:
        announce(plan)


@transaction.atomic
def hand_over(key: Any) -> None:
    """Make a plan of each occurrence of a series that is due soon. What is long over is let go."""
    series = Series.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if series is None:
        return
    now, pattern = timezone.now(), pattern_of(series)
    while series.next_at is not None and series.next_at <= now + AHEAD:
        due = recurrence.following(pattern, series.next_at - recurrence.MOMENT)
        if due is not None and due.starts == series.next_at and max(due.starts, series.since) > now - GIVE_UP:
            _plan(series, due)
        series.next_at = moment_of(recurrence.following(pattern, series.next_at))
    series.save(update_fields=["next_at"])


def _plan(series: Series, due: recurrence.Occurrence) -> None:
    at = max(due.starts, series.since)
    same = {"status": series.status_id, "until": due.ends, "note": series.note}
    if series.plans.filter(occurrence=due.original, **same).exclude(state=Plan.State.WAITING).exists():
        return  # done before the series was changed in another way
    plan, fresh = Plan.objects.get_or_create(
        series=series,
        at=at,
        defaults={
            "organisation_id": series.organisation_id,
            "occurrence": due.original,
            "extension_id": series.extension_id,
            "status_id": series.status_id,
            "until": due.ends,
            "note": series.note,
            "made_by_id": series.made_by_id,
            "next_try": at,
        },
    )
    if fresh:
        transaction.on_commit(lambda: announce(plan))


def moment_of(occurrence: recurrence.Occurrence | None) -> datetime.datetime | None:
    """When it begins."""
    return occurrence.starts if occurrence is not None else None


def pattern_of(series: Series) -> recurrence.Pattern:
    """When a series happens."""
    moved = {row.occurrence: recurrence.Moved(row.starts, row.ends) for row in series.exceptions.all()}
    return recurrence.Pattern(
        starts=series.starts,
        ends=series.ends,
        zone=series.time_zone,
        rule=series.rule,
        exceptions=moved,
    )


def announce(plan: Plan) -> None:
    """Give a plan that is due soon to the worker, for its very moment. A broker that is away is no harm: the
    next sweep does it again."""
    if plan.next_try > timezone.now() + AHEAD:
        return
    try:
        current_app.send_task(TASK, args=[str(plan.pk)], eta=plan.next_try, expires=plan.next_try + CLAIM)
    except (OperationalError, OSError) as error:
        log.warning("plan.not_announced", plan=str(plan.pk), error=str(error))


def carry_out(key: str) -> None:
    """Do one plan, if it is due and nobody else does."""
    _until_due(key)
    plan = _claim(key)
    if plan is None:
        return
    now = timezone.now()
    if plan.until is not None and plan.until <= now:
        _end(plan, Plan.State.MISSED)
        return
    try:
        _ask(plan)
    except ControlError as error:
        _refused(plan, error)
    except ControlUnreachable as error:
        _later(plan, str(error))
    else:
        _end(plan, Plan.State.DONE)


def _until_due(key: str) -> None:
    """The worker's clock may be a little early; a change before its moment would count as an earlier one."""
    due = Plan.objects.filter(OPEN, pk=key).values_list("next_try", flat=True).first()
    early = (due - timezone.now()).total_seconds() if due is not None else 0.0
    if 0 < early < 1:
        time.sleep(early)


@transaction.atomic
def _claim(key: str) -> Plan | None:
    now = timezone.now()
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("extension", "status")
        .filter(OPEN, pk=key, next_try__lte=now)
        .first()
    )
    if plan is None:
        return None
    plan.state, plan.attempts, plan.next_try = Plan.State.UNDER_WAY, plan.attempts + 1, now + CLAIM
    plan.save()
    return plan


def _ask(plan: Plan) -> None:
    tenant, number = str(plan.organisation_id), plan.extension.number
    command = SetState(
        status=str(plan.status_id) if plan.status_id else None,
        note=plan.note,
        until=plan.until.timestamp() if plan.until is not None else None,
    )
    core.ask(
        lambda client: client.set_state(tenant, number, command, unless_changed_since=plan.at.timestamp())
    )


def _refused(plan: Plan, error: ControlError) -> None:
    if error.status == OVERTAKEN:
        _end(plan, Plan.State.DONE if _is_so(plan) else Plan.State.OVERTAKEN)
    elif error.status >= 500:
        _later(plan, error.problem.error)
    else:
        _end(plan, Plan.State.REFUSED, error.problem.error)


def _is_so(plan: Plan) -> bool:
    """Whether the change that was made since is the planned one: an attempt whose answer was lost."""
    state = states.of_extension(plan.extension)
    return (state.status or "", state.note) == (str(plan.status_id or ""), plan.note)


def _later(plan: Plan, problem: str) -> None:
    now = timezone.now()
    if now - plan.at > GIVE_UP:
        _end(plan, Plan.State.MISSED, problem)
        return
    plan.state, plan.problem = Plan.State.WAITING, problem[:200]
    plan.next_try = now + datetime.timedelta(seconds=min(2**plan.attempts, LAST_PAUSE))
    plan.save()
    announce(plan)


def _end(plan: Plan, state: Any, problem: str = "") -> None:
    plan.state, plan.problem, plan.ended_at = state, problem[:200], timezone.now()
    plan.save()
    log.info("plan.ended", tenant=str(plan.organisation_id), plan=str(plan.pk), state=str(plan.state))
