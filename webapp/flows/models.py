"""Call flows with their history, calendars of holidays, groups that ring together, numbers that lead to a
flow."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webapp.extensions.models import Extension
from webapp.extensions.numbering import check_free
from webapp.flows.forms import check_calendar_days, check_definition
from webapp.organisations.owned import Owned, Part
from webapp.people.models import User

NAME_TAKEN = _("This name is in use in this organisation.")


class Flow(Owned):
    """A call flow as it is being drawn. What callers meet is its live FlowVersion."""

    name = models.CharField(_("name"), max_length=80)
    draft = models.JSONField(
        _("draft"),
        default=dict,
        blank=True,
        validators=[check_definition],
        help_text=_("The flow as it is being worked on; callers meet it when it is published."),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("call flow")
        verbose_name_plural = _("call flows")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="flow_name_once",
                violation_error_message=NAME_TAKEN,
            )
        ]

    def __str__(self) -> str:
        return self.name


class FlowVersion(Owned):
    """A flow as it was published. One of a flow is live; the others are its history, and never change."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="versions", verbose_name=_("call flow"))
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    live = models.BooleanField(_("live"), default=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, verbose_name=_("published by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ("flow", "-number")
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once"),
            models.UniqueConstraint(fields=["flow"], condition=Q(live=True), name="flow_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.number}"


class Calendar(Owned):
    """Holidays, and days with opening hours of their own."""

    name = models.CharField(_("name"), max_length=80)
    days = models.JSONField(
        _("days"),
        default=list,
        blank=True,
        validators=[check_calendar_days],
        help_text=_(
            'For example [{"annual": "12-25", "name": "Christmas"}, '
            '{"date": "2027-04-27", "from": "10:00", "to": "14:00"}].'
        ),
    )

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="calendar_name_once",
                violation_error_message=NAME_TAKEN,
            )
        ]

    def __str__(self) -> str:
        return self.name


class Group(Owned):
    """Extensions that flows ring together or one after the other, in their order."""

    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("ring group")
        verbose_name_plural = _("ring groups")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="group_name_once",
                violation_error_message=NAME_TAKEN,
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(Part):
    """A place in a group."""

    OWNER, ITEM = "group", "extension"

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+", verbose_name=_("extension"))

    class Meta(Part.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "extension"], name="group_member_once")
        ]

    def __str__(self) -> str:
        return str(self.extension)


Group.LISTS = {"extensions": GroupMember}


class InternalNumber(Owned):
    """A number that people inside dial to reach a flow."""

    number = models.CharField(
        _("number"),
        max_length=15,
        validators=[RegexValidator(r"^[0-9]{2,15}\Z", _("Give a number of 2 to 15 digits."))],
    )
    name = models.CharField(_("name"), max_length=80)
    flow = models.ForeignKey(Flow, models.RESTRICT, related_name="+", verbose_name=_("call flow"))

    class Meta:
        ordering = ("organisation", "number")
        verbose_name = _("internal number")
        verbose_name_plural = _("internal numbers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                name="internal_number_once",
                violation_error_message=_("This number is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        super().clean()
        check_free(self)
