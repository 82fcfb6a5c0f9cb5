"""Signs of life of the parts that do not answer HTTP: the worker and the courier."""

import datetime

from django.utils import timezone

from webapp.link.models import Heartbeat

# Seconds after which a part that has not shown itself counts as down.
LIMITS = {"worker": 35, "courier": 20}


def beat(name: str, problem: str = "") -> None:
    """Note that the part called `name` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now(), "problem": problem[:300]})


def states() -> dict[str, str]:
    """'ok' or a sentence, for each part in LIMITS. Raises Django's database errors."""
    now = timezone.now()
    rows = {row.name: row for row in Heartbeat.objects.filter(name__in=LIMITS)}
    return {name: _state(rows.get(name), name, seconds, now) for name, seconds in LIMITS.items()}


def _state(row: Heartbeat | None, name: str, limit: int, now: datetime.datetime) -> str:
    if row is None:
        return f"The {name} has not started yet."
    age = (now - row.at).total_seconds()
    if age > limit:
        return f"The {name} has not been heard of for {int(age)} seconds."
    return row.problem or "ok"
