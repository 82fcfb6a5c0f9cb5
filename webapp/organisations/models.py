"""Organisation: a tenant, with its SIP domain, defaults and limits."""

import re
import zoneinfo
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pbx.control.configuration import STAR_CODES
from webapp.common.models import Row

MAX_PLACES = 100  # for parked calls
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


_PREFIXES = re.compile(r"[0-9*#]{0,8}")


def validate_star_codes(value: object) -> None:
    """{"pickup": "**", …}: names out of STAR_CODES, codes of up to eight keys, each once; "" switches off."""
    if not isinstance(value, dict):
        raise ValidationError(_("Give an object: the name of a star code and its keys."), code="star_codes")
    for name, code in value.items():
        if name not in STAR_CODES:
            raise ValidationError(_("There is no star code %(name)s.") % {"name": str(name)[:40]})
        if not isinstance(code, str) or not _PREFIXES.fullmatch(code):
            raise ValidationError(
                _("The code of %(name)s takes up to eight of 0 to 9, * and #.") % {"name": name}
            )
    used = [code for code in {**STAR_CODES, **value}.values() if code]
    twice = sorted({code for code in used if used.count(code) > 1})
    if twice:
        raise ValidationError(_("%(code)s stands for two star codes.") % {"code": twice[0]})


def validate_domain(value: str) -> None:
    """A host name (RFC 1123) or IPv4 address, as the host part of a SIP URI and as digest realm."""
    labels = value.strip().lower().split(".")
    if len(value) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValidationError(
            _("Give a domain of letters, digits, hyphens and dots, for example pbx.example.com."),
            code="domain",
        )


@cache
def zone_names() -> frozenset[str]:
    """All time zones that this machine knows."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(value: str) -> None:
    """A name of the IANA time zone database."""
    if value not in zone_names():
        raise ValidationError(
            _("This time zone is not known; give one like Europe/Amsterdam."), code="time_zone"
        )


class LowerField(models.CharField):
    """Text that is kept in lower case whatever way it comes in, so that unique means unique."""

    def to_python(self, value: object) -> str | None:
        value = super().to_python(value)
        return value.strip().lower() if isinstance(value, str) else value

    def get_prep_value(self, value: object) -> str | None:
        return self.to_python(super().get_prep_value(value))


class PhoneDigest(models.TextChoices):
    """What phones are challenged with (RFC 7616, RFC 8760)."""

    MD5 = "md5", _("MD5: every phone can")
    BOTH = "both", _("SHA-256 or MD5, as the phone can")
    SHA256 = "sha256", _("SHA-256 only")


class Organisation(Row):
    """A tenant. `config_version` is raised by the database itself with every change (see versions.py)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    domain = LowerField(
        _("SIP domain"),
        max_length=253,
        unique=True,
        validators=[validate_domain],
        help_text=_("What phones register with. It is part of every phone's secret."),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="nl")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Amsterdam", validators=[validate_time_zone]
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="NL",
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Give two capital letters, for example NL."))],
        help_text=_("How numbers without a country code are read (ISO 3166)."),
    )
    park_first = models.PositiveIntegerField(
        _("first parking place"), default=701, validators=[MinValueValidator(1), MaxValueValidator(999999)]
    )
    park_last = models.PositiveIntegerField(
        _("last parking place"), default=720, validators=[MinValueValidator(1), MaxValueValidator(999999)]
    )
    park_seconds = models.PositiveIntegerField(
        _("a parked call comes back after, in seconds"),
        default=120,
        validators=[MinValueValidator(10), MaxValueValidator(86400)],
    )
    return_seconds = models.PositiveSmallIntegerField(
        _("a transferred call that nobody answers comes back after, in seconds"),
        default=25,
        validators=[MinValueValidator(5), MaxValueValidator(300)],
    )
    star_codes = models.JSONField(
        _("star codes"),
        default=dict,
        blank=True,
        validators=[validate_star_codes],
        help_text=_("Only those that differ from the standard ones; an empty text switches one off."),
    )
    max_extensions = models.PositiveIntegerField(
        _("maximum number of extensions"),
        default=500,
        validators=[MinValueValidator(1), MaxValueValidator(10000)],
    )
    max_call_seconds = models.PositiveIntegerField(
        _("longest call, in seconds"),
        default=4 * 3600,
        validators=[MinValueValidator(10), MaxValueValidator(86400)],
    )
    rtp_timeout_seconds = models.PositiveIntegerField(
        _("end a call without audio after, in seconds"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(3600)],
    )
    phone_digest = models.CharField(
        _("how phones prove their password"),
        max_length=8,
        choices=PhoneDigest.choices,
        default=PhoneDigest.MD5,
        help_text=_("Some older phones cannot register when SHA-256 is offered at all, even beside MD5."),
    )
    config_version = models.BigIntegerField(_("version of the configuration"), default=1, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Numbers stand for one thing. The domain is part of every digest (realm), so it cannot change under
        phones that have a secret."""
        if not 0 <= self.park_last - self.park_first < MAX_PLACES:
            raise ValidationError(
                {"park_last": _("There are 1 to %(limit)s parking places.") % {"limit": MAX_PLACES}}
            )
        if self._state.adding:
            return
        from webapp.extensions.numbering import (  # noqa: PLC0415  (extensions stand above organisations)
            check_codes_and_places,
        )

        check_codes_and_places(self)
        old = Organisation.objects.filter(pk=self.pk).values_list("domain", flat=True).first()
        if old is not None and old != self.domain and self.devices.exists():
            raise ValidationError(
                {
                    "domain": _(
                        "Phones of this organisation have secrets made for %(domain)s. Change the domain "
                        "with new secrets for all phones (API: change-domain), or remove the phones first."
                    )
                    % {"domain": old}
                },
                code="domain_in_use",
            )
