"""Which numbers of an organisation are taken, whatever they stand for: each may stand for one thing only."""

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import shortnumberinfo

from pbx.control.configuration import STAR_CODES
from webapp.organisations.models import Organisation

# Models whose rows have an `organisation` and a `number` that people inside dial.
NUMBERED = ("extensions.Extension", "flows.InternalNumber", "rooms.Room", "voicemail.Mailbox")


def check_free(row: Any) -> None:
    """Raises ValidationError when the number of `row` (one of NUMBERED) stands for something else."""
    if row.organisation_id is None or not row.number:
        return
    for label in NUMBERED:
        taken = apps.get_model(label)._default_manager.filter(
            organisation=row.organisation_id, number=row.number
        )
        if taken.exclude(pk=row.pk).exists():
            raise ValidationError({"number": _("This number is in use in this organisation.")})
    organisation = row.organisation
    if _is_parking_place(organisation, row.number):
        raise ValidationError({"number": _("This number is a parking place of the organisation.")})
    codes = {**STAR_CODES, **organisation.star_codes}
    if row.number in codes.values():
        raise ValidationError({"number": _("This number is a star code of the organisation.")})
    # Those in the organisation's own list come before everything anyway.
    if row.number.isdecimal() and shortnumberinfo.is_emergency_number(row.number, organisation.country):
        raise ValidationError({"number": _("This is an emergency number: calls to it must go outside.")})


def check_codes_and_places(organisation: Organisation) -> None:
    """Raises ValidationError when a star code of its own or a parking place stands for something else. Codes
    that are none are somebody else's to refuse."""
    own = organisation.star_codes
    codes = [code for code in own.values() if isinstance(code, str)] if isinstance(own, dict) else []
    places = [str(number) for number in range(organisation.park_first, organisation.park_last + 1)]
    for field, wanted in (("star_codes", codes), ("park_first", places)):
        for label in NUMBERED:
            rows = apps.get_model(label)._default_manager.filter(
                organisation=organisation.pk, number__in=wanted
            )
            taken = rows.exclude(number="").values_list("number", flat=True).first()
            if taken is not None:
                sentence = _("This number is in use in this organisation.")
                raise ValidationError({field: f"{taken}: {sentence}"})


def _is_parking_place(organisation: Organisation, number: str) -> bool:
    plain = number.isdecimal() and not number.startswith("0")
    return plain and organisation.park_first <= int(number) <= organisation.park_last
