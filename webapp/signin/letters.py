"""Mailed links and codes: asked for here, made and sent by the worker (`mailing`), redeemed here."""

import datetime
import hashlib
import secrets
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from webapp.common import smtp
from webapp.people.models import User
from webapp.signin.models import Letter

log = structlog.get_logger(__name__)

Kind, State = Letter.Kind, Letter.State

# How long a link or code works after it was sent.
LIVES = {
    Kind.ACTIVATION: datetime.timedelta(hours=72),
    Kind.RESET: datetime.timedelta(hours=1),
    Kind.CODE: datetime.timedelta(minutes=10),
}
LINKS = (Kind.ACTIVATION, Kind.RESET)
RESETS_PER_HOUR = 3  # for one address, whoever asks
CODES_PER_HOUR = 6
CODE_PAUSE = datetime.timedelta(seconds=30)
HOUR = datetime.timedelta(hours=1)


def _new(kind: Letter.Kind, address: str, user: User | None) -> Letter:
    return Letter.objects.create(kind=kind, address=address, user=user, due=timezone.now())


def invite(user: User) -> Letter:
    """A letter with which `user` sets a first password; earlier ones stop working. Raises ValidationError for
    somebody who has a password or may not sign in, and when no mail can be sent."""
    if user.has_usable_password():
        raise ValidationError(_("This person has a password already."))
    if not user.is_active:
        raise ValidationError(_("This person may not sign in."))
    if not smtp.there():
        raise ValidationError(_("No mail server is set (CENTRALE_SMTP)."))
    with transaction.atomic():
        void_links(user)
        letter = _new(Kind.ACTIVATION, user.email, user)
    log.info("person.invited", person=str(user.pk))
    return letter


def forgotten(address: str) -> None:
    """A letter to whoever has this address, if anybody; the same work and answer for every address."""
    address = address.replace("\x00", "").strip().lower()[:254]
    now = timezone.now()
    recent = Letter.objects.filter(kind=Kind.RESET, address=address, created_at__gt=now - HOUR).count()
    if recent < RESETS_PER_HOUR:
        _new(Kind.RESET, address, None)


def send_code(user: User) -> Letter | None:
    """A code to `user`; None when one was asked for just now, or too many in the last hour."""
    rows = Letter.objects.filter(kind=Kind.CODE, user=user)
    now = timezone.now()
    if (
        rows.filter(created_at__gt=now - CODE_PAUSE).exists()
        or rows.filter(created_at__gt=now - HOUR).count() >= CODES_PER_HOUR
    ):
        return None
    return _new(Kind.CODE, user.email, user)


def tell_password_set(user: User) -> None:
    """Tells the person that the password was set, when mail can be sent."""
    if smtp.there():
        _new(Kind.PASSWORD_SET, user.email, user)


def void_links(user: User) -> None:
    """Links sent to `user` and not used stop working; those still waiting are not sent."""
    now = timezone.now()
    rows = Letter.objects.filter(kind__in=LINKS, user=user, used_at__isnull=True)
    rows.update(used_at=now)
    waiting = Letter.objects.filter(kind=Kind.ACTIVATION, user=user, state__in=(State.WAITING, State.CLAIMED))
    waiting.update(state=State.NOBODY)


# --- made by the worker ---


def new_key(letter: Letter) -> str:
    """A fresh key for `letter`, on which only its digest stays: six digits for a code, else 256 bits."""
    now = timezone.now()
    if letter.kind == Kind.CODE:
        key = f"{secrets.randbelow(10**6):06}"
        digest = code_digest(letter, key)
    else:
        key = secrets.token_urlsafe(32)
        digest = link_digest(key)
    Letter.objects.filter(pk=letter.pk).update(
        digest=digest, user=letter.user, expires_at=now + LIVES[Kind(letter.kind)]
    )
    return key


def link_digest(key: str) -> str:
    """What is kept of a link's key: SHA-256 in hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def code_digest(letter: Letter, code: str) -> str:
    """What is kept of a code: HMAC, because six digits alone are soon tried."""
    return salted_hmac("webapp.signin.code", f"{letter.pk} {code}", algorithm="sha256").hexdigest()


# --- redeemed ---


def link(key: str) -> Letter | None:
    """The letter whose link this is, if it still works."""
    letter = (
        Letter.objects.select_related("user__organisation")
        .filter(kind__in=LINKS, digest=link_digest(key), used_at__isnull=True, expires_at__gt=timezone.now())
        .first()
    )
    return letter if letter is not None and letter.user is not None and letter.user.is_active else None


def use(letter: Letter) -> bool:
    """Each letter works once: True for the first who uses it."""
    return Letter.objects.filter(pk=letter.pk, used_at__isnull=True).update(used_at=timezone.now()) == 1


def code_right(user: User, code: str) -> bool:
    """Whether this is the code that was mailed to `user` last; it works once."""
    letter = Letter.objects.filter(kind=Kind.CODE, user=user).order_by("-created_at").first()
    if letter is None or not letter.digest or letter.expires_at is None:
        return False
    if letter.expires_at <= timezone.now():
        return False
    return constant_time_compare(code_digest(letter, code), letter.digest) and use(letter)


def hint(address: str) -> str:
    """Enough of an address to recognise it: `m…@alpha.test`."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def tidy(now: datetime.datetime) -> None:
    """Removes letters of a week ago."""
    Letter.objects.filter(created_at__lt=now - datetime.timedelta(days=7)).delete()


def latest_invitation(user: Any) -> Letter | None:
    """The last invitation of `user`."""
    return Letter.objects.filter(kind=Kind.ACTIVATION, user=user).order_by("-created_at").first()
