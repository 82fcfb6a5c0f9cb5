"""Messages by e-mail, with the audio attached: tried again when it fails, and never sent twice.

The state of each mail is in its row: waiting, claimed (someone makes it, for at most LEASE), handed (it goes
to the mail server), sent. Whoever dies while handing it over leaves a mail of which nobody knows whether it
arrived: it counts as failed and is not sent again.
"""

import datetime
import smtplib
import tempfile
import uuid
import zoneinfo
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from pbx.control.client import ControlError, ControlUnreachable
from webapp.common import audio, smtp
from webapp.common.middleware import user_zone
from webapp.link import core
from webapp.voicemail.listening import fetch
from webapp.voicemail.models import Message

log = structlog.get_logger(__name__)

LEASE = datetime.timedelta(minutes=3)
PAUSES = (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600)  # seconds before the next try
AT_ONCE = 50

State = Message.Mail


def send_due() -> int:
    """Sends what is due; gives how many were sent."""
    now = timezone.now()
    lost = Message.objects.filter(mail_state=State.HANDED, mail_due__lte=now)
    if count := lost.update(mail_state=State.FAILED, mail_due=None):
        log.error("mail.unknown", messages=count, text="Handed over by someone who died: not sent again.")
    due = Message.objects.filter(_due(now)).order_by("mail_due").values_list("pk", flat=True)[:AT_ONCE]
    return sum(send(pk) for pk in due)


def _due(now: datetime.datetime) -> Q:
    return Q(mail_state__in=(State.WAITING, State.CLAIMED), mail_due__lte=now)


def send(pk: uuid.UUID) -> bool:
    """One mail, if it is due and nobody else is at it. True when it was sent."""
    now = timezone.now()
    claimed = Message.objects.filter(_due(now), pk=pk)
    if claimed.update(mail_state=State.CLAIMED, mail_due=now + LEASE) != 1:
        return False
    message = Message.objects.select_related("mailbox__extension__user", "organisation").get(pk=pk)
    address = message.mailbox.mail_address
    if not address:
        _settle(message, State.NONE)
        return False
    try:
        mail = letter(message, address)
        connection = smtp.connection()
        connection.open()
    except ControlError as error:
        log.warning("mail.no_audio", message=str(pk), status=error.status)
        return _again(message) if error.status >= 500 else _settle(message, State.FAILED)
    except (ControlUnreachable, audio.AudioError, OSError, smtplib.SMTPException) as error:
        log.warning("mail.waits", message=str(pk), error=type(error).__name__)
        return _again(message)
    try:
        return _hand_over(message, mail, connection)
    finally:
        connection.close()


def _hand_over(message: Message, mail: EmailMessage, connection: Any) -> bool:
    claimed = Message.objects.filter(pk=message.pk, mail_state=State.CLAIMED)
    if claimed.update(mail_state=State.HANDED, mail_due=timezone.now() + LEASE) != 1:
        return False
    try:
        connection.send_messages([mail])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        # The server said no: it does not have the mail.
        log.warning("mail.refused", message=str(message.pk), error=type(error).__name__)
        return _again(message)
    except (OSError, smtplib.SMTPException) as error:
        log.error("mail.unknown", message=str(message.pk), error=type(error).__name__)
        return _settle(message, State.FAILED)
    log.info("mail.sent", tenant=str(message.organisation_id), message=str(message.pk))
    _settle(message, State.SENT)
    return True


def _settle(message: Message, state: str) -> bool:
    Message.objects.filter(pk=message.pk).update(mail_state=state, mail_due=None)
    return False


def _again(message: Message) -> bool:
    if message.mail_tries >= len(PAUSES):
        return _settle(message, State.FAILED)
    due = timezone.now() + datetime.timedelta(seconds=PAUSES[message.mail_tries])
    Message.objects.filter(pk=message.pk).update(
        mail_state=State.WAITING, mail_due=due, mail_tries=message.mail_tries + 1
    )
    return False


def letter(message: Message, address: str) -> EmailMessage:
    """The mail with its MP3. Raises ControlError, ControlUnreachable, AudioError, OSError."""
    organisation, box = message.organisation, message.mailbox
    person = box.extension.user if box.extension is not None else None
    zone = user_zone(person.preferred_time_zone if person is not None else organisation.time_zone)
    language = person.preferred_language if person is not None else organisation.language
    with translation.override(language):
        subject, text = _words(message, zone)
    mail = EmailMessage(
        subject,
        text,
        settings.CENTRALE.mail_from or f"voicemail@{organisation.domain}",
        [address],
        headers={
            "Message-ID": f"<voicemail-{message.pk}@{organisation.domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach(f"voicemail-{message.left_at:%Y%m%d-%H%M%S}.mp3", _mp3(message), "audio/mpeg")
    return mail


def _words(message: Message, zone: zoneinfo.ZoneInfo) -> tuple[str, str]:
    caller = " ".join(filter(None, (message.caller_name, message.caller_number))) or _("an unknown number")
    # One line: a caller's name comes from outside and must not write headers of its own.
    caller = " ".join(caller.split())
    left = formats.date_format(message.left_at.astimezone(zone), "DATETIME_FORMAT")
    minutes, seconds = divmod(round(message.seconds), 60)
    subject = _("Voicemail from %(caller)s") % {"caller": caller}
    text = _("%(caller)s left a message of %(length)s in the mailbox %(mailbox)s on %(moment)s.") % {
        "caller": caller,
        "length": f"{minutes}:{seconds:02}",
        "mailbox": message.mailbox.name,
        "moment": left,
    }
    more = _("It is attached, and waits on your phone and on the web too.")
    return subject, f"{text}\n\n{more}\n"


def _mp3(message: Message) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        wav, mp3 = Path(folder) / "message.wav", Path(folder) / "message.mp3"
        core.ask(lambda client: fetch(client, message, wav))
        audio.to_mp3(wav, mp3)
        return mp3.read_bytes()
