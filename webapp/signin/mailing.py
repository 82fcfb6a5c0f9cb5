"""Sends the letters of sign-in. A worker that dies in between leaves one that is sent again, with a new key:
twice does no harm, the last one works."""

import datetime
import smtplib
import uuid

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from webapp.common import smtp
from webapp.link.addresses import http_url
from webapp.people.models import User
from webapp.signin import letters
from webapp.signin.models import Letter

log = structlog.get_logger(__name__)

LEASE = datetime.timedelta(minutes=2)
PAUSES = (5, 20, 60, 300, 900, 3600, 3600)  # seconds before the next try
AT_ONCE = 50

Kind, State = Letter.Kind, Letter.State


def send_due() -> int:
    """Sends what is due; gives how many were sent."""
    if not smtp.there():
        return 0
    due = Letter.objects.filter(state__in=(State.WAITING, State.CLAIMED), due__lte=timezone.now())
    keys = list(due.order_by("due").values_list("pk", flat=True)[:AT_ONCE])
    return sum(send(pk) for pk in keys)


def send(pk: uuid.UUID) -> bool:
    """One letter, if it is due and nobody else is at it. True when the mail server took it."""
    now = timezone.now()
    claimed = Letter.objects.filter(pk=pk, state__in=(State.WAITING, State.CLAIMED), due__lte=now)
    if claimed.update(state=State.CLAIMED, due=now + LEASE) != 1:
        return False
    letter = Letter.objects.select_related("user__organisation").get(pk=pk)
    if letter.kind == Kind.RESET:
        letter.user = (
            User.objects.select_related("organisation").filter(email=letter.address, is_active=True).first()
        )
    too_old = letter.kind == Kind.CODE and now - letter.created_at > letters.LIVES[Kind.CODE]
    if letter.user is None or not letter.user.is_active or too_old:
        _settle(letter, State.NOBODY)
        return False
    try:
        smtp.connection().send_messages([written(letter, letter.user)])
    except (OSError, smtplib.SMTPException) as error:
        log.warning("letter.waits", letter=str(pk), error=type(error).__name__)
        _again(letter)
        return False
    log.info("letter.sent", letter=str(pk), kind=letter.kind, person=str(letter.user.pk))
    _settle(letter, State.SENT)
    return True


def _settle(letter: Letter, state: str) -> None:
    Letter.objects.filter(pk=letter.pk, state=State.CLAIMED).update(state=state)


def _again(letter: Letter) -> None:
    if letter.tries >= len(PAUSES):
        _settle(letter, State.FAILED)
        return
    due = timezone.now() + datetime.timedelta(seconds=PAUSES[letter.tries])
    Letter.objects.filter(pk=letter.pk, state=State.CLAIMED).update(
        state=State.WAITING, due=due, tries=letter.tries + 1
    )


def written(letter: Letter, user: User) -> EmailMessage:
    """The mail, in the person's language, with a fresh key."""
    key = letters.new_key(letter) if letter.kind in letters.LIVES else ""
    with translation.override(user.preferred_language):
        subject, lines = _WORDS[Kind(letter.kind)](user, key)
        text = "\n\n".join([_("Hello %(name)s,") % {"name": user.name}, *lines])
    domain = user.organisation.domain if user.organisation else settings.CENTRALE.demo_domain
    return EmailMessage(
        " ".join(subject.split()),
        f"{text}\n",
        settings.CENTRALE.mail_from or f"noreply@{domain}",
        [user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _activation(_user: User, key: str) -> tuple[str, list[str]]:
    return _("Your account for Centrale: set a password"), [
        _("An account was made for you. Follow this link and choose a password:"),
        f"{http_url()}/app/activate/{key}",
        _("The link works for 72 hours, once. Ask your administrator for a new one when it has expired."),
    ]


def _reset(_user: User, key: str) -> tuple[str, list[str]]:
    return _("A new password for Centrale"), [
        _("Somebody, probably you, asked for a new password. Follow this link to choose one:"),
        f"{http_url()}/app/reset/{key}",
        _("The link works for one hour, once. Was it not you? Then do nothing: your password stays."),
    ]


def _code(_user: User, key: str) -> tuple[str, list[str]]:
    return _("Your code for Centrale: %(code)s") % {"code": key}, [
        _("Your code to sign in is %(code)s. It works for ten minutes.") % {"code": key},
        _("Did you not sign in? Then somebody knows your password: change it now."),
    ]


def _password_set(user: User, _key: str) -> tuple[str, list[str]]:
    return _("Your password for Centrale was set"), [
        _("The password of %(address)s was set just now. You sign in at:") % {"address": user.email},
        f"{http_url()}/app/sign-in",
        _("Was it not you? Tell your administrator at once."),
    ]


_WORDS = {
    Kind.ACTIVATION: _activation,
    Kind.RESET: _reset,
    Kind.CODE: _code,
    Kind.PASSWORD_SET: _password_set,
}
