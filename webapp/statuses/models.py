"""Statuses that users pick, their forwards per status, plans for later, and what the core last told of
them."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webapp.extensions.models import Extension
from webapp.flows.models import Flow
from webapp.organisations.models import Organisation, validate_time_zone
from webapp.organisations.owned import Owned
from webapp.people.models import User

TARGET = RegexValidator(r"^(voicemail|[0-9*#+]{1,32})\Z", _('Give a number as you dial it, or "voicemail".'))


class Presence(models.TextChoices):
    """What a status looks like to phones (RFC 3863, RFC 4480)."""

    AVAILABLE = "available", _("available")
    BUSY = "busy", _("busy")
    AWAY = "away", _("away")
    OFFLINE = "offline", _("not present")


class Status(Owned):
    """A status: its name, its colour, and the flow that answers calls of people in it."""

    name = models.CharField(_("name"), max_length=80)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#2e9e5b",
        validators=[RegexValidator(r"^#[0-9a-f]{6}\Z", _("Give a colour like #2e9e5b."))],
    )
    presence = models.CharField(
        _("shown to phones as"), max_length=12, choices=Presence.choices, default=Presence.AVAILABLE
    )
    flow = models.ForeignKey(
        Flow,
        models.RESTRICT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("call flow"),
        help_text=_("Answers calls of people in this status. Empty: the one of the extension."),
    )
    code = models.CharField(
        _("code"),
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,4}\Z", _("Give 1 to 4 digits."))],
        help_text=_("Dialled behind the star code for statuses to pick it on a phone."),
    )
    default = models.BooleanField(
        _("default"), default=False, help_text=_("Temporary statuses return to this one.")
    )
    rings = models.BooleanField(
        _("phones ring"), default=True, help_text=_("Without it, phones stay silent (do not disturb).")
    )

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="status_name_once",
                violation_error_message=_("This name is in use in this organisation."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "code"],
                condition=~Q(code=""),
                name="status_code_once",
                violation_error_message=_("Another status has this code."),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(default=True),
                name="status_one_default",
                violation_error_message=_("Another status is the default one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Forward(Owned):
    """Where calls of an extension go while its user is in a status."""

    extension = models.ForeignKey(
        Extension, models.CASCADE, related_name="forwards", verbose_name=_("extension")
    )
    status = models.ForeignKey(Status, models.CASCADE, related_name="+", verbose_name=_("status"))
    target = models.CharField(_("forward to"), max_length=32, validators=[TARGET])

    class Meta:
        ordering = ("organisation", "extension", "status")
        verbose_name = _("forward")
        verbose_name_plural = _("forwards")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["extension", "status"],
                name="forward_once",
                violation_error_message=_("This extension has a forward for this status already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension} / {self.status}: {self.target}"


class Series(Owned):
    """A line of somebody's calendar: a status from one moment to another, once or by a rule (RFC 5545).
    `since` is when it was made or changed, `next_at` the occurrence that was not handed over yet."""

    extension = models.ForeignKey(
        Extension, models.CASCADE, related_name="series", verbose_name=_("extension")
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    status = models.ForeignKey(
        Status,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("status"),
        help_text=_("Empty: back to the default one."),
    )
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: until it is changed."))
    all_day = models.BooleanField(_("whole days"), default=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        validators=[validate_time_zone],
        help_text=_("In whose wall clock it repeats."),
    )
    rule = models.CharField(
        _("repetition"),
        max_length=300,
        blank=True,
        help_text=_("A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,TU. Empty: once."),
    )
    note = models.CharField(_("note"), max_length=140, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, editable=False)
    since = models.DateTimeField(editable=False)
    next_at = models.DateTimeField(_("next time"), null=True, editable=False, db_index=True)

    class Meta:
        ordering = ("starts", "id")
        verbose_name = _("planned status")
        verbose_name_plural = _("planned statuses")

    def __str__(self) -> str:
        return f"{self.extension} {self.title or self.status or ''}"


class SeriesException(models.Model):
    """An occurrence that is elsewhere than the rule has it; without `starts` it does not happen."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="exceptions")
    occurrence = models.DateTimeField()
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)

    class Meta:
        ordering = ("occurrence",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "occurrence"], name="exception_once")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.occurrence:%F %T}"


class Plan(Owned):
    """A change of status at a moment to come, out of a series. Done once, by the worker, as soon as the core
    takes it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        UNDER_WAY = "under_way", _("under way")
        DONE = "done", _("done")
        OVERTAKEN = "overtaken", _("overtaken by a later change")
        REFUSED = "refused", _("refused")
        MISSED = "missed", _("missed")

    series = models.ForeignKey(Series, models.SET_NULL, related_name="plans", null=True, editable=False)
    occurrence = models.DateTimeField(null=True, editable=False)
    extension = models.ForeignKey(
        Extension, models.CASCADE, related_name="plans", verbose_name=_("extension")
    )
    at = models.DateTimeField(_("at"))
    status = models.ForeignKey(
        Status,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("status"),
        help_text=_("Empty: back to the default one."),
    )
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until it is changed.")
    )
    note = models.CharField(_("note"), max_length=140, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.WAITING, editable=False
    )
    next_try = models.DateTimeField(_("next attempt"), editable=False, db_index=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    problem = models.CharField(_("problem"), max_length=200, blank=True, editable=False)
    ended_at = models.DateTimeField(_("done at"), null=True, editable=False)

    class Meta:
        ordering = ("at",)
        verbose_name = _("planned change")
        verbose_name_plural = _("planned changes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["series", "at"], name="plan_of_series_once")]

    def __str__(self) -> str:
        return f"{self.extension} {self.at:%F %T}"

    def clean(self) -> None:
        super().clean()
        if self.until is not None and self.at is not None and self.until <= self.at:
            raise ValidationError({"until": _("The end comes before the beginning.")})


class KnownState(models.Model):
    """What users set, as the core last told it: for screens while the core is away. `number` and ids are
    the core's words; rows they name may be gone."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    number = models.CharField(max_length=32)
    status = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=140, blank=True)
    until = models.DateTimeField(null=True)
    do_not_disturb = models.BooleanField(default=False)
    forward_all = models.CharField(max_length=32, blank=True)
    forward_busy = models.CharField(max_length=32, blank=True)
    forward_no_answer = models.CharField(max_length=32, blank=True)
    caller_id = models.CharField(max_length=64, blank=True)
    changed_at = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="known_state_once")
        ]

    def __str__(self) -> str:
        return self.number
