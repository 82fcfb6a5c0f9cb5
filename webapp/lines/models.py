"""Lines to the outside: trunks and the routes over them, numbers of ours, which numbers are shown, emergency
calls, limits against fraud."""

import re
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.common.sealed import SealedField
from webapp.extensions.models import Device, Extension, Srtp
from webapp.flows.models import Flow
from webapp.lines import numbers
from webapp.lines.numbers import E164Field
from webapp.organisations.owned import Owned, Part

FAILOVER = (403, 404, 408, 480, 500, 502, 503, 504)
_HOST = RegexValidator(r"^[A-Za-z0-9.:\[\]-]{1,253}\Z", _("Give a host name or an address."))


def failover_codes() -> list[int]:
    """After which answers the next trunk is tried, unless set otherwise."""
    return list(FAILOVER)


def usual_emergency() -> list[str]:
    return ["112"]


def every_number() -> list[str]:
    return ["+"]


class CallerId(Owned):
    """A number that may be shown outside, to whom it is given; "anonymous" shows none."""

    class Kind(models.TextChoices):
        ANONYMOUS = "anonymous", _("anonymous")
        MOBILE = "mobile", _("mobile")
        FIXED = "fixed", _("fixed")
        COMPANY = "company", _("company")
        QUEUE = "queue", _("queue")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    shown = E164Field(_("number"), blank=True)
    everyone = models.BooleanField(
        _("for everyone"), default=False, help_text=_("Else for the extensions that are named.")
    )

    class Meta:
        ordering = ("organisation", "kind", "name")
        verbose_name = _("caller ID")
        verbose_name_plural = _("caller IDs")

    def __str__(self) -> str:
        return f"{self.name or self.get_kind_display()} {self.shown}".strip()

    def clean(self) -> None:
        super().clean()
        if bool(self.shown) == (self.kind == self.Kind.ANONYMOUS):
            raise ValidationError({"shown": _("Give a number, except for anonymous.")})


class CallerIdUse(Part):
    """An extension that may show a number."""

    OWNER, ITEM = "caller_id", "extension"

    caller_id = models.ForeignKey(CallerId, models.CASCADE, related_name="uses")
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+", verbose_name=_("extension"))

    class Meta(Part.Meta):
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caller_id", "extension"], name="caller_id_use_once")
        ]

    def __str__(self) -> str:
        return str(self.extension)


CallerId.LISTS = {"extensions": CallerIdUse}


class Trunk(Owned):
    """A line to a provider or another exchange."""

    class Transport(models.TextChoices):
        UDP = "udp", "UDP"
        TCP = "tcp", "TCP"
        TLS = "tls", "TLS"

    class Dial(models.TextChoices):
        PLUS = "plus", "+31201234567"
        E164 = "e164", "31201234567"
        NATIONAL = "national", "0201234567"
        INTERNATIONAL = "international", "0031201234567"

    class NumberIn(models.TextChoices):
        URI = "uri", _("address of the request")
        TO = "to", "To"
        CALLED = "p-called-party-id", "P-Called-Party-ID"

    name = models.CharField(_("name"), max_length=80)
    host = models.CharField(_("host"), max_length=253, validators=[_HOST])
    port = models.PositiveIntegerField(
        _("port"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("Empty: the usual one."),
    )
    transport = models.CharField(
        _("transport"), max_length=3, choices=Transport.choices, default=Transport.UDP
    )
    register = models.BooleanField(
        _("register there"),
        default=False,
        help_text=_("Without it, calls come from the addresses below only."),
    )
    username = models.CharField(_("user name"), max_length=100, blank=True)
    password = SealedField(_("password"), blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True, help_text=_("Empty: the host."))
    proxy = models.CharField(_("outbound proxy"), max_length=253, blank=True)
    sources = models.JSONField(
        _("calls come from"),
        default=list,
        blank=True,
        validators=[numbers.check_sources],
        help_text=_('Addresses or networks, for example ["192.0.2.7"].'),
    )
    srtp = models.CharField(_("encrypted audio"), max_length=8, choices=Srtp.choices, default=Srtp.OFF)
    max_calls = models.PositiveSmallIntegerField(
        _("calls at once"), default=30, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    probe_seconds = models.PositiveSmallIntegerField(
        _("watched every, in seconds"),
        default=30,
        validators=[MaxValueValidator(3600)],
        help_text=_("0: not watched."),
    )
    dial = models.CharField(_("wants numbers like"), max_length=13, choices=Dial.choices, default=Dial.PLUS)
    number_in = models.CharField(
        _("called number stands in"), max_length=20, choices=NumberIn.choices, default=NumberIn.URI
    )
    caller_id = E164Field(
        _("number shown"), blank=True, help_text=_("When the caller has none that may be shown.")
    )
    dtmf = models.CharField(
        _("keypad tones"), max_length=4, choices=Device.Dtmf.choices, default=Device.Dtmf.AUTO
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("trunk")
        verbose_name_plural = _("trunks")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="trunk_name_once",
                violation_error_message=_("This name is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.register and not (self.username and self.password):
            raise ValidationError({"username": _("To register, it needs a user name and a password.")})
        for name in ("username", "domain", "proxy"):
            if re.search(r"[\s\"<>\x00-\x1f;,]", getattr(self, name)):
                raise ValidationError({name: _("This contains a character that it may not contain.")})
        if re.search(r"[\x00-\x1f]", self.password) or len(self.password) > 200:
            raise ValidationError({"password": _("Give at most 200 characters, without line breaks.")})


class KnownTrunk(models.Model):
    """What the core last told of a trunk: for screens, also while the core is away."""

    trunk = models.OneToOneField(Trunk, models.CASCADE, related_name="known")
    state = models.CharField(max_length=8)
    since = models.DateTimeField()
    code = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.trunk}: {self.state}"


class Route(Owned):
    """Which trunks carry calls to which numbers, in their order."""

    name = models.CharField(_("name"), max_length=80)
    prefixes = models.JSONField(
        _("numbers that begin with"),
        default=every_number,
        validators=[numbers.check_prefixes],
        help_text=_('For example ["+31", "+32"]; ["+"] is every number.'),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=100,
        validators=[MaxValueValidator(1000)],
        help_text=_("Lower ones first, then the longest beginning."),
    )
    seconds = models.PositiveSmallIntegerField(
        _("next trunk when nothing came for, in seconds"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    failover = models.JSONField(
        _("next trunk after"), default=failover_codes, blank=True, validators=[numbers.check_codes]
    )

    class Meta:
        ordering = ("organisation", "priority", "name")
        verbose_name = _("outbound route")
        verbose_name_plural = _("outbound routes")

    def __str__(self) -> str:
        return self.name


class RouteTrunk(Part):
    """A trunk's place in a route."""

    OWNER, ITEM = "route", "trunk"

    route = models.ForeignKey(Route, models.CASCADE, related_name="places")
    trunk = models.ForeignKey(Trunk, models.CASCADE, related_name="+", verbose_name=_("trunk"))

    class Meta(Part.Meta):
        verbose_name = _("trunk")
        verbose_name_plural = _("trunks")
        constraints: ClassVar = [models.UniqueConstraint(fields=["route", "trunk"], name="route_trunk_once")]

    def __str__(self) -> str:
        return str(self.trunk)


Route.LISTS = {"trunks": RouteTrunk}


class PublicNumber(Owned):
    """A number of ours on the public network (DID), and what answers it."""

    number = E164Field(_("number"), unique=True, error_messages={"unique": _("This number is taken.")})
    name = models.CharField(_("name"), max_length=80, blank=True)
    flow = models.ForeignKey(
        Flow, models.RESTRICT, related_name="+", null=True, blank=True, verbose_name=_("call flow")
    )
    extension = models.ForeignKey(
        Extension, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("extension")
    )

    class Meta:
        ordering = ("organisation", "number")
        verbose_name = _("public number")
        verbose_name_plural = _("public numbers")

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    def clean(self) -> None:
        super().clean()
        if self.flow is not None and self.extension is not None:
            raise ValidationError({"extension": _("Choose a call flow or an extension, not both.")})


class Outside(Owned):
    """What holds for all calls to the outside: emergency numbers and limits. One per organisation."""

    emergency_numbers = models.JSONField(
        _("emergency numbers"), default=usual_emergency, validators=[numbers.check_short_numbers]
    )
    emergency_caller_id = E164Field(
        _("number shown to emergency services"),
        blank=True,
        help_text=_("Stands for the place where help must come."),
    )
    calls = models.PositiveIntegerField(_("calls out at once"), null=True, blank=True)
    calls_per_user = models.PositiveIntegerField(_("calls out at once per user"), null=True, blank=True)
    minutes_per_day = models.PositiveIntegerField(_("minutes out per day"), null=True, blank=True)
    minutes_per_day_per_user = models.PositiveIntegerField(
        _("minutes out per day per user"), null=True, blank=True
    )
    blocked = models.JSONField(
        _("nobody may call"),
        default=list,
        blank=True,
        validators=[numbers.check_blocked],
        help_text=_('Beginnings of numbers, for example ["+882", "+31906"].'),
    )

    class Meta:
        ordering = ("organisation",)
        verbose_name = _("emergency calls and limits")
        verbose_name_plural = _("emergency calls and limits")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"],
                name="outside_once",
                violation_error_message=_("This organisation has these settings already."),
            )
        ]

    def __str__(self) -> str:
        return str(_("emergency calls and limits"))


class EmergencyTrunk(Part):
    """A trunk's place for emergency calls; behind them all others are tried."""

    OWNER, ITEM = "outside", "trunk"

    outside = models.ForeignKey(Outside, models.CASCADE, related_name="places")
    trunk = models.ForeignKey(Trunk, models.CASCADE, related_name="+", verbose_name=_("trunk"))

    class Meta(Part.Meta):
        verbose_name = _("trunk for emergency calls")
        verbose_name_plural = _("trunks for emergency calls")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outside", "trunk"], name="emergency_trunk_once")
        ]

    def __str__(self) -> str:
        return str(self.trunk)


Outside.LISTS = {"emergency_trunks": EmergencyTrunk}


class EmergencyPlace(Owned):
    """An extension that is elsewhere than the rest: the number that emergency services see."""

    extension = models.OneToOneField(
        Extension, models.CASCADE, related_name="emergency_place", verbose_name=_("extension")
    )
    shown = E164Field(_("number shown to emergency services"))

    class Meta:
        ordering = ("organisation", "extension")
        verbose_name = _("place for emergency services")
        verbose_name_plural = _("places for emergency services")

    def __str__(self) -> str:
        return f"{self.extension}: {self.shown}"
