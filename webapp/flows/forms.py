"""Whether JSON has the form of a flow or a calendar, with words about what is wrong."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import dialplan

MAX_BYTES = 256 * 2**10


def check_definition(value: Any) -> None:
    """Raises ValidationError for what is not a flow; {} is one not begun yet."""
    if value == {}:
        return
    _check_size(value)
    try:
        dialplan.parse_flow(value)
    except dialplan.FlowError as error:
        raise ValidationError(_("This is not a call flow: %(problem)s") % {"problem": error}) from error


def check_calendar_days(value: Any) -> None:
    """Raises ValidationError for what is not the days of a calendar."""
    _check_size(value)
    try:
        dialplan.parse_calendar({"name": "", "days": value})
    except dialplan.FlowError as error:
        raise ValidationError(_("These are not days: %(problem)s") % {"problem": error}) from error


def _check_size(value: Any) -> None:
    if len(json.dumps(value)) > MAX_BYTES:
        raise ValidationError(_("This is too large."))
