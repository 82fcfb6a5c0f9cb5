"""What of the snapshot is made here: which calls are recorded by themselves."""

import uuid
from collections.abc import Mapping
from typing import Any

from pbx.control.configuration import Direction, RecordingRule
from webapp.recordings.models import Rule, RuleExtension, RuleNumber


def part(tenant: uuid.UUID, numbers: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    """Fields of the Snapshot, in a fixed order; `numbers` of extensions by id."""
    inside = _lists(RuleExtension.objects.filter(organisation=tenant).values_list("rule", "extension"))
    outside = _lists(RuleNumber.objects.filter(organisation=tenant).values_list("rule", "number__number"))
    return {
        "recording_rules": [
            RecordingRule(
                id=str(rule.pk),
                extensions=sorted(numbers[key] for key in inside.get(rule.pk, []) if key in numbers),
                numbers=sorted(outside.get(rule.pk, [])),
                directions=_directions(rule),
                stereo=rule.stereo,
                announce=rule.announce,
                keep=rule.keep,
            )
            for rule in Rule.objects.filter(organisation=tenant, enabled=True).order_by("name", "pk")
        ]
    }


def _lists(pairs: Any) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for rule, item in pairs:
        found.setdefault(rule, []).append(item)
    return found


def _directions(rule: Rule) -> list[Direction]:
    names: tuple[Direction, ...] = ("internal", "inbound", "outbound")
    return [name for name in names if getattr(rule, name)]
