"""The history: one record per call with its legs, as the core wrote it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.extensions.models import Extension
from webapp.organisations.models import Organisation
from webapp.organisations.owned import Owned
from webapp.people.models import User


class Outcome(models.TextChoices):
    """How a call ended; the same words as in pbx.control.messages."""

    ANSWERED = "answered", _("answered")
    VOICEMAIL = "voicemail", _("voicemail")
    BUSY = "busy", _("busy")
    DECLINED = "declined", _("declined")
    NO_ANSWER = "no_answer", _("no answer")
    NOT_REGISTERED = "not_registered", _("phone not connected")
    UNKNOWN_NUMBER = "unknown_number", _("unknown number")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")
    INTERRUPTED = "interrupted", _("interrupted")


class Direction(models.TextChoices):
    """Between whom a call was; the same words as in pbx.control.configuration."""

    INTERNAL = "internal", _("internal")
    INBOUND = "inbound", _("inbound")
    OUTBOUND = "outbound", _("outbound")


class Party(models.TextChoices):
    """Who ended a call or leg."""

    CALLER = "caller", _("caller")
    CALLEE = "callee", _("called side")
    CORE = "core", _("system")
    OPERATOR = "operator", _("operator")


class CallRecord(models.Model):
    """A finished call. `record` keeps what the core wrote, whole; the columns are for searching and
    showing."""

    call_id = models.CharField(_("call"), max_length=64, unique=True)
    tenant = models.CharField(max_length=64, db_index=True)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        related_name="call_records",
        verbose_name=_("organisation"),
        help_text=_("Empty when the organisation was gone before the record came."),
    )
    caller_number = models.CharField(_("caller"), max_length=200, db_index=True)
    caller_name = models.CharField(_("caller's name"), max_length=200, blank=True)
    dialled = models.CharField(_("dialled"), max_length=200, db_index=True)
    started_at = models.DateTimeField(_("start"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    ended_at = models.DateTimeField(_("end"))
    talk_seconds = models.FloatField(_("talk time"), default=0)
    ended_by = models.CharField(_("ended by"), max_length=16, choices=Party.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, db_index=True)
    code = models.PositiveSmallIntegerField(_("SIP status"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    direction = models.CharField(
        _("direction"), max_length=8, choices=Direction.choices, default=Direction.INTERNAL
    )
    trunk = models.CharField(_("trunk"), max_length=64, blank=True)
    shown = models.CharField(_("number shown"), max_length=32, blank=True)
    continued_in = models.CharField(_("went on in call"), max_length=64, blank=True, db_index=True)
    emergency = models.BooleanField(_("emergency call"), default=False)
    record = models.JSONField(_("full record"))
    ingested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-started_at", "-id")
        verbose_name = _("call record")
        verbose_name_plural = _("call records")
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="calls_by_organisation"),
            models.Index(fields=["-started_at", "-id"], name="calls_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.caller_number} → {self.dialled}"


class CallLeg(models.Model):
    """One leg of a finished call."""

    class Side(models.TextChoices):
        CALLER = "caller", _("caller")
        CALLEE = "callee", _("called side")

    call = models.ForeignKey(CallRecord, models.CASCADE, related_name="legs")
    leg_id = models.CharField(max_length=64)
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    # Numbers get new owners; the row itself says whose call this was.
    extension = models.ForeignKey(
        Extension, models.SET_NULL, null=True, related_name="legs", verbose_name=_("extension")
    )
    extension_number = models.CharField(_("extension's number"), max_length=200, blank=True)
    device = models.CharField(_("phone"), max_length=64, blank=True)
    number = models.CharField(_("number"), max_length=200)
    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    offered_at = models.DateTimeField(_("offered"))
    ringing_at = models.DateTimeField(_("ringing"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    ended_at = models.DateTimeField(_("end"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=16, choices=Party.choices, blank=True)
    code = models.PositiveSmallIntegerField(_("SIP status"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    codec = models.CharField(_("codec"), max_length=40, blank=True)
    mos = models.FloatField(_("quality (MOS)"), null=True)
    rx_loss = models.FloatField(_("loss in, %"), null=True)
    tx_loss = models.FloatField(_("loss out, %"), null=True)
    jitter = models.FloatField(_("jitter, ms"), null=True)
    rtt = models.FloatField(_("round trip, ms"), null=True)

    class Meta:
        ordering = ("offered_at", "id")
        verbose_name = _("leg")
        verbose_name_plural = _("legs")

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.number}"


class Result(models.TextChoices):
    """How a call ended for one extension."""

    ANSWERED = "answered", _("answered")
    ELSEWHERE = "elsewhere", _("answered by someone else")
    MISSED = "missed", _("missed")
    VOICEMAIL = "voicemail", _("voicemail")
    DECLINED = "declined", _("declined")
    BUSY = "busy", _("busy")
    NO_ANSWER = "no_answer", _("no answer")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class HistoryLine(models.Model):
    """A finished call as one line of an extension's history: written with the record, seen by whoever has the
    extension. `number` is the other side's, in E.164 or as digits inside; "" when it was not shown."""

    call = models.ForeignKey(CallRecord, models.CASCADE, related_name="lines")
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(_("start"))
    incoming = models.BooleanField(_("incoming"))
    number = models.CharField(_("number"), max_length=40, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    missed = models.BooleanField(_("missed"), default=False)
    seconds = models.PositiveIntegerField(_("talk time in seconds"), default=0)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("line of the history")
        verbose_name_plural = _("lines of the history")
        indexes: ClassVar = [
            models.Index(fields=["extension", "-at", "-id"], name="history_by_time"),
            models.Index(fields=["extension", "number", "-at"], name="history_by_number"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "extension"], name="history_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.result}"


class HistorySeen(models.Model):
    """Up to which line somebody has seen the own history. By line and not by time: a call that began before
    may come in after."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    line = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.person_id}: {self.line}"


class CallNote(Owned):
    """What somebody wrote down about a call (the core's id: a call may be noted while it goes on)."""

    call = models.CharField(_("call"), max_length=64, db_index=True)
    author = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("author")
    )
    author_name = models.CharField(_("author's name"), max_length=100)
    text = models.TextField(_("note"), max_length=2000)
    edited_at = models.DateTimeField(_("changed"), null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name = _("note on a call")
        verbose_name_plural = _("notes on calls")

    def __str__(self) -> str:
        return f"{self.author_name}: {self.call}"
