"""Numbers of the public network as people type them, to E.164."""

import ipaddress
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

_FILLING = re.compile(r"[\s().\-/]+")

check_e164 = RegexValidator(
    r"^\+[1-9][0-9]{2,14}\Z", _("Give the number with its country code, for example +31201234567.")
)


class E164Field(models.CharField):
    """A number in E.164. Spaces, dots, hyphens and brackets are taken out, a leading 00 is read as +."""

    default_validators = [check_e164]  # noqa: RUF012  (Django's own way)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 16)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return normal(text) if isinstance(text, str) else text


def normal(text: str) -> str:
    """Without what people put between digits, with + instead of a leading 00."""
    plain = _FILLING.sub("", text)
    return f"+{plain[2:]}" if plain.startswith("00") else plain


def check_prefixes(value: Any) -> None:
    """A list of beginnings of E.164 numbers, such as ["+31", "+49"]; "+" is every number."""
    _check_list(value, r"\+[0-9]{0,15}", _("Give beginnings of numbers like +31; + alone is every number."))


def check_blocked(value: Any) -> None:
    """As check_prefixes, without "+" alone."""
    _check_list(value, r"\+[0-9]{1,15}", _("Give beginnings of numbers like +882."))


def check_short_numbers(value: Any) -> None:
    """A list of short numbers as dialled, such as ["112"]."""
    _check_list(value, r"[0-9*#]{1,20}", _("Give numbers as they are dialled, like 112."))


def check_codes(value: Any) -> None:
    """A list of SIP status codes of failure."""
    good = isinstance(value, list) and len(value) <= 50
    if not good or any(type(code) is not int or not 400 <= code <= 699 for code in value):
        raise ValidationError(_("Give SIP codes from 400 to 699."))


def check_sources(value: Any) -> None:
    """A list of addresses or networks."""
    wrong = ValidationError(_("Give addresses like 192.0.2.7 or networks like 192.0.2.0/28."))
    if not isinstance(value, list) or len(value) > 100:
        raise wrong
    for each in value:
        try:
            network = ipaddress.ip_network(each if isinstance(each, str) else "", strict=False)
        except ValueError:
            raise wrong from None
        if network.prefixlen < (8 if network.version == 4 else 32):
            raise ValidationError(_("%(network)s is too large a network.") % {"network": each})


def _check_list(value: Any, pattern: str, sentence: Any) -> None:
    good = isinstance(value, list) and len(value) <= 500
    if not good or not all(isinstance(each, str) and re.fullmatch(pattern, each) for each in value):
        raise ValidationError(sentence)
