"""Everything that writes mailboxes, greetings and messages."""

import datetime
import time
from collections.abc import Iterable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from pbx.control import pins
from pbx.control.commands import SetMessage
from pbx.control.file_client import FileClient
from pbx.control.messages import Event, MailboxState, VoicemailMessage
from webapp.calls.actions import moment
from webapp.common.models import as_uuid
from webapp.link import core
from webapp.organisations.owned_actions import save_owned
from webapp.sounds.actions import Upload, delete_sound, save_sound
from webapp.sounds.models import Sound
from webapp.statuses.models import Status
from webapp.voicemail.models import Greeting, Mailbox, Message

log = structlog.get_logger(__name__)

GREETING_SECONDS = 120


# --- mailboxes ---


def check_pin(mailbox: Mailbox, pin: str) -> None:
    """Raises ValidationError for a PIN that is none, or too easy."""
    if not pins.well_formed(pin):
        raise ValidationError({"pin": _("Give 4 to 10 digits.")})
    number = mailbox.extension.number if mailbox.extension is not None else mailbox.number
    if pins.easy(pin, number):
        raise ValidationError({"pin": _("This PIN is too easy to guess.")})


def set_pin(mailbox: Mailbox, pin: str) -> None:
    """A new PIN. Raises ValidationError as `check_pin`."""
    check_pin(mailbox, pin)
    mailbox.pin_hash, mailbox.pin_at = pins.hashed(pin), time.time()
    save_owned(mailbox)


@transaction.atomic
def delete_mailbox(mailbox: Mailbox) -> None:
    """Remove a mailbox with its greetings. The core deletes its messages a week later."""
    for greeting in mailbox.greetings.select_related("sound"):
        delete_sound(greeting.sound)
    log.info("mailbox.deleted", tenant=str(mailbox.organisation_id), mailbox=str(mailbox.pk))
    mailbox.delete()


@transaction.atomic
def save_greeting(mailbox: Mailbox, status: Status | None, upload: Upload) -> Greeting:
    """A greeting for a status, or for all others (None), in place of the one there was. Raises
    ValidationError."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    greeting = Greeting.objects.filter(mailbox=mailbox, status=status).select_related("sound").first()
    name = f"{mailbox.name}: {status.name if status is not None else _('greeting')}"[:80]
    sound = greeting.sound if greeting else Sound(organisation=mailbox.organisation, kind=Sound.Kind.GREETING)
    sound.name = name
    save_sound(sound, upload, GREETING_SECONDS)
    if greeting is None:
        greeting = save_owned(
            Greeting(organisation=mailbox.organisation, mailbox=mailbox, status=status, sound=sound)
        )
    if status is None:
        mailbox.greeting_at = time.time()
        save_owned(mailbox)
    return greeting


def delete_greeting(greeting: Greeting) -> None:
    """Remove an uploaded greeting: the one recorded by phone, or the standard one, comes back."""
    delete_sound(greeting.sound)


def delete_phone_greeting(mailbox: Mailbox) -> None:
    """Remove what the user recorded by phone. Raises Http404 when there is none."""
    tenant, key = str(mailbox.organisation_id), str(mailbox.pk)
    if not core.ask(lambda client: FileClient(client).remove_greeting(tenant, key)):
        raise Http404
    Mailbox.objects.filter(pk=mailbox.pk).update(phone_greeting_at=0.0, phone_greeting_seconds=0.0)


# --- messages ---


def change_message(message: Message, *, read: bool | None = None, deleted: bool | None = None) -> Message:
    """Read or unread, deleted or taken back, at the core and here; lamps follow at once. Raises
    ControlError, ControlUnreachable."""
    tenant, change = str(message.organisation_id), SetMessage(read=read, deleted=deleted)
    told = core.ask(lambda client: FileClient(client).change_message(tenant, message.message_id, change))
    with transaction.atomic():
        _take_message(told)
    message.refresh_from_db()
    return message


def keep_peaks(message: Message, peaks: list[list[float]]) -> None:
    """The wave form of a message, so that it is worked out once."""
    message.peaks = peaks
    Message.objects.filter(pk=message.pk).update(peaks=peaks)


def remove_message(message: Message) -> None:
    """For good, at the core and here."""
    tenant = str(message.organisation_id)
    core.ask(lambda client: FileClient(client).remove_message(tenant, message.message_id))
    message.delete()


# --- from the core ---


def take_in(events: Iterable[Event]) -> None:
    """What the core tells of messages and mailboxes. In the courier's transaction."""
    for event in events:
        if event.kind == "voicemail.purged" and event.voicemail is not None:
            _of_core(event.voicemail).delete()
        elif event.voicemail is not None:
            _take_message(event.voicemail)
        elif event.mailbox is not None:
            take_state(event.mailbox)


@transaction.atomic
def reconcile(tenant: str, messages: Iterable[VoicemailMessage], states: Iterable[MailboxState]) -> None:
    """All that the core has of an organisation, after events may have been missed."""
    if as_uuid(tenant) is None:
        return
    there = list(messages)
    known = {message.id for message in there}
    Message.objects.filter(organisation=tenant).exclude(message_id__in=known).delete()
    for state in states:
        take_state(state)
    take_in_messages(there)


@transaction.atomic
def take_in_messages(messages: Iterable[VoicemailMessage]) -> None:
    """Messages as the core has them now."""
    for message in messages:
        _take_message(message)


def take_state(state: MailboxState) -> None:
    """What a user chose by phone; a newer choice made here stays."""
    box = _mailbox(state.tenant, state.mailbox)
    if box is None:
        return
    box.phone_greeting_at, box.phone_greeting_seconds = state.greeting_at, state.greeting_seconds
    if state.pin is not None and state.pin_at > box.pin_at:
        box.pin_hash, box.pin_at = state.pin, state.pin_at
    box.save()


def _mailbox(tenant: str, mailbox: str) -> Mailbox | None:
    if as_uuid(tenant) is None or as_uuid(mailbox) is None:
        return None
    rows = Mailbox.objects.select_related("extension__user")
    return rows.filter(organisation=tenant, pk=mailbox).first()


def _of_core(told: VoicemailMessage) -> Any:
    return Message.objects.filter(organisation=as_uuid(told.tenant), message_id=told.id)


def _take_message(told: VoicemailMessage) -> None:
    values = {
        "call": told.call,
        "caller_number": told.caller_number[:200],
        "caller_name": told.caller_name.replace("\x00", "")[:200],
        "left_at": moment(told.left_at),
        "seconds": told.seconds,
        "read_at": moment(told.read_at),
        "deleted_at": moment(told.deleted_at),
        "purge_at": moment(told.purge_at),
        "changed_at": told.changed_at,
    }
    row = _of_core(told).select_for_update().first()
    if row is not None:
        # An answer to a command may have come before the events that went ahead of it.
        if told.changed_at >= row.changed_at:
            Message.objects.filter(pk=row.pk).update(**values)
        return
    box = _mailbox(told.tenant, told.mailbox)
    if box is None:
        log.info("message.of_no_mailbox", tenant=told.tenant, message=told.id)
        return
    able = settings.CENTRALE.smtp is not None
    wanted = able and bool(box.mail_address) and told.read_at is None and told.deleted_at is None
    state = Message.Mail.WAITING if wanted else Message.Mail.NONE
    due = datetime.datetime.now(datetime.UTC) if wanted else None
    Message.objects.create(
        organisation_id=box.organisation_id,
        mailbox=box,
        message_id=told.id,
        mail_state=state,
        mail_due=due,
        **values,
    )
