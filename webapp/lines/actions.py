"""Everything that writes lines to the outside and that has rules of its own."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbx.control.messages import TrunkState
from webapp.common.models import as_uuid
from webapp.lines.models import KnownTrunk, Trunk
from webapp.organisations.owned_actions import save_owned


def save_trunk(trunk: Trunk, **lists: Iterable[object]) -> Trunk:
    """Check and write a trunk. Raises ValidationError by field."""
    check_moved(trunk)
    return save_owned(trunk, **lists)


def check_moved(trunk: Trunk) -> None:
    """A password never goes to another host than it was given for: whoever changes that must know it. Raises
    ValidationError."""
    before = None if trunk._state.adding else Trunk.objects.filter(pk=trunk.pk).first()
    if before is None or not trunk.password or trunk.password != before.password:
        return
    if any(getattr(before, name) != getattr(trunk, name) for name in ("host", "port", "proxy", "domain")):
        raise ValidationError({"password": _("Give the password again for another host.")})


def take_in(states: Iterable[TrunkState]) -> None:
    """Keep what the core told of trunks; the latest of each counts."""
    latest = {state.trunk: state for state in states}
    keys = [key for trunk in latest if (key := as_uuid(trunk))]
    there = {str(pk) for pk in Trunk.objects.filter(pk__in=keys).values_list("pk", flat=True)}
    for key, state in latest.items():
        if key in there:
            KnownTrunk.objects.update_or_create(
                trunk_id=key,
                defaults={
                    "state": state.state,
                    "since": datetime.datetime.fromtimestamp(state.since, datetime.UTC),
                    "code": state.code,
                    "reason": state.reason.replace("\x00", "")[:200],
                },
            )
