"""Rules of what is recorded, the recordings, how long they are kept, and who did what with them."""

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.extensions.models import Extension
from webapp.lines.models import PublicNumber
from webapp.organisations.models import Organisation
from webapp.organisations.owned import Owned, Part
from webapp.people.models import User

DEFAULT_DAYS = 90


class Rule(Owned):
    """Calls that are recorded by themselves: those of these extensions and numbers, in these directions; an
    empty list means all."""

    LISTS: ClassVar[dict[str, type[Part]]] = {}  # filled below: Parts point back here

    class Keep(models.TextChoices):
        ALWAYS = "always", _("always")
        ASK = "ask", _("only when someone says so during the call")

    name = models.CharField(_("name"), max_length=80)
    enabled = models.BooleanField(_("enabled"), default=True)
    internal = models.BooleanField(_("internal calls"), default=False)
    inbound = models.BooleanField(_("calls from outside"), default=True)
    outbound = models.BooleanField(_("calls to outside"), default=True)
    stereo = models.BooleanField(
        _("two channels"), default=True, help_text=_("Each side on its own; else mixed.")
    )
    announce = models.BooleanField(
        _("announce"), default=False, help_text=_("Both sides hear that the call is recorded.")
    )
    keep = models.CharField(_("keep"), max_length=8, choices=Keep.choices, default=Keep.ALWAYS)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("recording rule")
        verbose_name_plural = _("recording rules")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not (self.internal or self.inbound or self.outbound):
            raise ValidationError(_("Choose at least one direction."))


class RuleExtension(Part):
    """An extension whose calls a rule is for."""

    OWNER, ITEM = "rule", "extension"

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="of_extensions")
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+", verbose_name=_("extension"))

    class Meta(Part.Meta):
        verbose_name = _("recorded extension")
        verbose_name_plural = _("recorded extensions")

    def __str__(self) -> str:
        return str(self.extension)


class RuleNumber(Part):
    """A public number whose calls a rule is for."""

    OWNER, ITEM = "rule", "number"

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="of_numbers")
    number = models.ForeignKey(
        PublicNumber, models.CASCADE, related_name="+", verbose_name=_("public number")
    )

    class Meta(Part.Meta):
        verbose_name = _("recorded number")
        verbose_name_plural = _("recorded numbers")

    def __str__(self) -> str:
        return str(self.number)


Rule.LISTS = {"extensions": RuleExtension, "numbers": RuleNumber}


class Retention(models.Model):
    """How long an organisation keeps its recordings. One without a row keeps them DEFAULT_DAYS."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("organisation")
    )
    days = models.PositiveSmallIntegerField(
        _("days to keep recordings by rule"),
        default=DEFAULT_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )
    personal_days = models.PositiveSmallIntegerField(
        _("days to keep personal recordings"),
        default=DEFAULT_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )

    class Meta:
        verbose_name = _("retention of recordings")
        verbose_name_plural = _("retention of recordings")

    def __str__(self) -> str:
        return str(self.organisation)


class Recording(Owned):
    """A recording. Its audio is with the core until it is compressed and safe here."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being processed")
        STORED = "stored", _("stored")
        DONE = "done", _("available")
        LOST = "lost", _("lost")

    recording_id = models.CharField(max_length=64, editable=False)
    call = models.CharField(_("call"), max_length=64, db_index=True)
    personal = models.BooleanField(_("personal"))
    rule = models.ForeignKey(
        Rule, models.SET_NULL, null=True, related_name="recordings", verbose_name=_("rule")
    )
    extension = models.ForeignKey(
        Extension, models.SET_NULL, null=True, related_name="recordings", verbose_name=_("extension")
    )
    started_at = models.DateTimeField(_("start"))
    seconds = models.FloatField(_("length, in seconds"))
    channels = models.PositiveSmallIntegerField(_("channels"), default=1)
    reason = models.CharField(_("why it ended"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    form = models.CharField(max_length=4, default="mp3", editable=False)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    peaks = models.JSONField(null=True, editable=False)  # of its wave form, once somebody looked at it
    due = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-started_at", "-id")
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="recordings_by_time"),
            models.Index(fields=["state", "due"], name="recordings_to_do"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "recording_id"], name="recording_once")
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%F %T}"

    @property
    def path(self) -> Path:
        """Where the file lies once it is stored; for this service only."""
        folder = Path(settings.HOME) / "recordings" / str(self.organisation_id)
        return folder / f"{self.pk}.{self.form}"


class Access(Owned):
    """Who listened to a recording, downloaded or deleted it. Stays when recording and person are gone."""

    class Deed(models.TextChoices):
        LISTENED = "listened", _("listened")
        DOWNLOADED = "downloaded", _("downloaded")
        DELETED = "deleted", _("deleted")
        EXPIRED = "expired", _("deleted when its time was over")

    recording = models.ForeignKey(
        Recording, models.SET_NULL, null=True, related_name="accesses", verbose_name=_("recording")
    )
    call = models.CharField(_("call"), max_length=64)
    started_at = models.DateTimeField(_("start of the recording"))
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    person_name = models.CharField(_("name"), max_length=254, blank=True)
    deed = models.CharField(_("what"), max_length=12, choices=Deed.choices)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    address = models.CharField(_("address"), max_length=45, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("access to a recording")
        verbose_name_plural = _("accesses to recordings")
        indexes: ClassVar = [models.Index(fields=["organisation", "-at", "-id"], name="accesses_by_time")]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.get_deed_display()}"
