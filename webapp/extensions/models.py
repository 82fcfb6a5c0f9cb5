"""Extension: what callers dial. Device: a phone that rings for it. PickupGroup: who takes whose calls."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.extensions.numbering import check_free
from webapp.organisations.models import Organisation
from webapp.organisations.owned import Owned, Part
from webapp.people.models import User


class Srtp(models.TextChoices):
    """Whether audio is encrypted on the way (RFC 3711, keys by RFC 4568)."""

    OFF = "off", _("never")
    OPTIONAL = "optional", _("when the other side can")
    REQUIRED = "required", _("always")


class PickupGroup(Owned):
    """Extensions that may take each other's ringing calls."""

    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("pickup group")
        verbose_name_plural = _("pickup groups")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="pickup_group_name_once",
                violation_error_message=_("This name is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Extension(Owned):
    """A number inside an organisation, with a name and the phones that ring for it."""

    LISTS: ClassVar[dict[str, type[Part]]] = {}  # filled below: a Part points back here

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="extensions", verbose_name=_("organisation")
    )
    number = models.CharField(
        _("number"),
        max_length=15,
        validators=[RegexValidator(r"^[0-9]{2,15}\Z", _("Give a number of 2 to 15 digits."))],
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("What the called side sees."))
    language = models.CharField(
        _("language of prompts"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: the organisation's."),
    )
    ring_seconds = models.PositiveSmallIntegerField(
        _("ring for, in seconds"), default=25, validators=[MinValueValidator(5), MaxValueValidator(300)]
    )
    user = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="extensions",
        null=True,
        blank=True,
        verbose_name=_("person"),
        help_text=_("Sees the calls of this extension."),
    )
    flow = models.ForeignKey(
        "flows.Flow",
        models.RESTRICT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("call flow"),
        help_text=_("Answers calls when the status has none. Empty: the phones ring, then voicemail."),
    )
    pickup_group = models.ForeignKey(
        PickupGroup,
        models.SET_NULL,
        related_name="extensions",
        null=True,
        blank=True,
        verbose_name=_("pickup group"),
    )
    caller_id = models.ForeignKey(
        "lines.CallerId",
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("number shown outside"),
        help_text=_("Unless the user chose another one. Empty: the one of the trunk."),
    )
    may_call_out = models.BooleanField(
        _("may call outside"), default=True, help_text=_("Emergency numbers always may be called.")
    )
    may_record = models.BooleanField(_("may record"), default=True)

    class Meta:
        ordering = ("organisation", "number")
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                name="extension_number_once",
                violation_error_message=_("This number is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        if self.organisation_id is None:
            return
        if self.user is not None and self.user.organisation_id != self.organisation_id:
            raise ValidationError({"user": _("Choose someone of this organisation.")})
        super().clean()
        check_free(self)
        if self._state.adding:
            count = Extension.objects.filter(organisation=self.organisation_id).count()
            if count >= self.organisation.max_extensions:
                raise ValidationError(
                    _("This organisation has reached its limit of %(limit)s extensions.")
                    % {"limit": self.organisation.max_extensions}
                )


class Supervision(Part):
    """`extension` may hear and act for `supervised`."""

    OWNER, ITEM = "extension", "supervised"

    extension = models.ForeignKey(Extension, models.CASCADE, related_name="supervision")
    supervised = models.ForeignKey(
        Extension, models.CASCADE, related_name="supervised_by", verbose_name=_("extension")
    )

    class Meta(Part.Meta):
        verbose_name = _("supervised extension")
        verbose_name_plural = _("supervised extensions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["extension", "supervised"], name="supervised_once")
        ]

    def __str__(self) -> str:
        return str(self.supervised)


Extension.LISTS = {"supervises": Supervision}


class Device(Row):
    """A phone. Its secret is shown once when it is made; only digests of it are kept. A browser has none: it
    comes in by its person's session."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        BROWSER = "browser", _("browser")

    class Dtmf(models.TextChoices):
        AUTO = "auto", _("automatic")
        RTP = "rtp", _("in the audio stream (RFC 4733)")
        INFO = "info", _("SIP INFO")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="devices", editable=False, verbose_name=_("organisation")
    )
    extension = models.ForeignKey(
        Extension, models.CASCADE, related_name="devices", verbose_name=_("extension")
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("For example: desk phone, mobile."))
    username = models.CharField(_("SIP user name"), max_length=32, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PHONE, editable=False)
    ha1_md5 = models.CharField(max_length=32, blank=True, editable=False)
    ha1_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    secret_set_at = models.DateTimeField(_("secret made"), null=True, editable=False)
    dtmf = models.CharField(_("keypad tones"), max_length=4, choices=Dtmf.choices, default=Dtmf.AUTO)
    max_bindings = models.PositiveSmallIntegerField(
        _("registrations at once"), default=5, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    max_calls = models.PositiveSmallIntegerField(
        _("calls at once"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Further callers find it busy."),
    )
    srtp = models.CharField(_("encrypted audio"), max_length=8, choices=Srtp.choices, default=Srtp.OFF)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        ordering = ("organisation", "username")
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "username"], name="device_username_once"),
            models.UniqueConstraint(
                fields=["extension"], condition=models.Q(kind="browser"), name="one_browser_per_extension"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"
