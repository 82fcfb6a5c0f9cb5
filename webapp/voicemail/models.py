"""Mailboxes, their greetings, and the messages that the core told of. The audio stays with the core."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.extensions.models import Extension
from webapp.extensions.numbering import check_free
from webapp.organisations.owned import Owned, Part
from webapp.sounds.models import Sound
from webapp.statuses.models import Status


class Mailbox(Owned):
    """Voicemail of one extension, or of a group that shares it."""

    LISTS: ClassVar[dict[str, type[Part]]] = {}  # filled below: a Part points back here

    extension = models.OneToOneField(
        Extension,
        models.CASCADE,
        related_name="mailbox",
        null=True,
        blank=True,
        verbose_name=_("extension"),
        help_text=_("Whose voicemail it is. Empty for one that a group shares."),
    )
    number = models.CharField(
        _("number"),
        max_length=15,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{2,15}\Z", _("Give a number of 2 to 15 digits."))],
        help_text=_("Of a shared mailbox. A personal one has the number of its extension."),
    )
    name = models.CharField(_("name"), max_length=80)
    enabled = models.BooleanField(_("takes messages"), default=True)
    language = models.CharField(
        _("language of prompts"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: the extension's, else the organisation's."),
    )
    operator = models.CharField(
        _("number of the operator"),
        max_length=32,
        blank=True,
        validators=[RegexValidator(r"^[0-9*#+]{1,32}\Z", _("Give a number as you dial it."))],
        help_text=_("Called when a caller presses 0. Empty: 0 does nothing."),
    )
    max_seconds = models.PositiveSmallIntegerField(
        _("longest message, in seconds"),
        default=180,
        validators=[MinValueValidator(10), MaxValueValidator(600)],
    )
    max_messages = models.PositiveSmallIntegerField(
        _("messages at most"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    mail = models.BooleanField(_("send messages by e-mail"), default=False)
    mail_to = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("Empty: the address of the extension's person.")
    )
    pin_hash = models.CharField(max_length=200, blank=True, editable=False)
    pin_at = models.FloatField(default=0.0, editable=False)
    greeting_at = models.FloatField(default=0.0, editable=False)
    # What the user recorded by phone, as the core told it.
    phone_greeting_at = models.FloatField(default=0.0, editable=False)
    phone_greeting_seconds = models.FloatField(default=0.0, editable=False)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                condition=~models.Q(number=""),
                name="mailbox_number_once",
                violation_error_message=_("This number is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.extension_id is None and not self.number:
            raise ValidationError({"number": _("A shared mailbox needs a number.")})
        if self.extension_id is not None and self.number:
            raise ValidationError({"number": _("A personal mailbox has the number of its extension.")})
        check_free(self)

    @property
    def mail_address(self) -> str:
        """Where messages are mailed to; "" when nowhere."""
        person = self.extension.user if self.extension is not None else None
        return self.mail_to or (person.email if person is not None else "") if self.mail else ""


class MailboxMember(Part):
    """An extension that shares a mailbox: sees its lamp, hears its messages."""

    OWNER, ITEM = "mailbox", "extension"

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="membership")
    extension = models.ForeignKey(
        Extension, models.CASCADE, related_name="shared_mailboxes", verbose_name=_("extension")
    )

    class Meta(Part.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "extension"], name="mailbox_member_once")
        ]

    def __str__(self) -> str:
        return str(self.extension)


Mailbox.LISTS = {"members": MailboxMember}


class Greeting(Owned):
    """What callers hear while the owner is in a status; without a status, in all the others."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="greetings", verbose_name=_("mailbox"))
    status = models.ForeignKey(
        Status, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("status")
    )
    sound = models.OneToOneField(Sound, models.CASCADE, related_name="greeting", verbose_name=_("sound"))

    class Meta:
        ordering = ("mailbox", "created_at")
        verbose_name = _("greeting")
        verbose_name_plural = _("greetings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "status"], name="greeting_status_once"),
            models.UniqueConstraint(
                fields=["mailbox"], condition=models.Q(status=None), name="greeting_general_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox}: {self.status or _('all statuses')}"


class Message(Owned):
    """A message, as the core last told of it (`changed_at` of the core, Unix)."""

    class Mail(models.TextChoices):
        NONE = "none", _("not wanted")
        WAITING = "waiting", _("to be sent")
        CLAIMED = "claimed", _("being made")
        HANDED = "handed", _("being handed over")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")

    message_id = models.CharField(_("message"), max_length=64, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="messages", verbose_name=_("mailbox"))
    call = models.CharField(_("call"), max_length=64, blank=True)
    caller_number = models.CharField(_("caller"), max_length=200, blank=True)
    caller_name = models.CharField(_("caller's name"), max_length=200, blank=True)
    left_at = models.DateTimeField(_("left"))
    seconds = models.FloatField(_("length, in seconds"))
    read_at = models.DateTimeField(_("read"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    purge_at = models.DateTimeField(_("removed for good"), null=True)
    changed_at = models.FloatField(default=0.0, editable=False)
    peaks = models.JSONField(null=True, editable=False)  # of its wave form, once somebody looked at it
    mail_state = models.CharField(_("e-mail"), max_length=8, choices=Mail.choices, default=Mail.NONE)
    mail_due = models.DateTimeField(null=True, editable=False)
    mail_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-left_at", "-id")
        verbose_name = _("voicemail message")
        verbose_name_plural = _("voicemail messages")
        indexes: ClassVar = [
            models.Index(fields=["mailbox", "-left_at", "-id"], name="messages_by_mailbox"),
            models.Index(fields=["mail_state", "mail_due"], name="messages_to_mail"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "message_id"], name="message_once")
        ]

    def __str__(self) -> str:
        return f"{self.mailbox}: {self.caller_number}"
