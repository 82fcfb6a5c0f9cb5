"""Everything that writes people and tokens."""

import datetime
import hashlib
import secrets
from typing import Any

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp.organisations.roles import Role, at_least
from webapp.people.models import ApiToken, User
from webapp.people.signals import shut_out

log = structlog.get_logger(__name__)

TOKEN_PREFIX = "ctl_"  # noqa: S105  (tells secret scanners what it is; no secret itself)
LAST_USED_STEP = datetime.timedelta(minutes=1)


def digest_of(token: str) -> str:
    """What is kept of a token: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_person(actor: Any, user: User) -> None:
    """Raises PermissionDenied when `actor` would give away more than the own rights, ValidationError for an
    attempt on the own ones."""
    if not at_least(actor, Role.OPERATOR) and (
        user.role == Role.OPERATOR or user.organisation_id != actor.organisation_id
    ):
        raise PermissionDenied(_("Only an operator appoints operators."))
    if user.pk == actor.pk and (user.role != actor.role or not user.is_active):
        raise ValidationError(_("You cannot take away your own rights; ask someone else."))


def check_password(user: User, password: str) -> None:
    """Raises ValidationError for `password` when it is too easy."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


@transaction.atomic
def save_person(actor: Any, user: User, password: str | None = None) -> User:
    """Check and write a person, with a new password if one is given. Raises as the two checks above."""
    check_person(actor, user)
    if password is not None:
        check_password(user, password)
        user.set_password(password)
    elif not user.password:
        user.set_unusable_password()
    user.full_clean()
    user.save()
    if password is not None or not user.is_active:
        shut_out.send(User, user=user)
    log.info("person.saved", person=str(user.pk), role=user.role)
    return user


def save_own(user: User, **fields: str) -> User:
    """What people change of themselves. Raises ValidationError."""
    for name, value in fields.items():
        setattr(user, name, value)
    user.clean_fields()
    user.save(update_fields=list(fields))
    return user


def delete_person(actor: Any, user: User) -> None:
    """Remove a person; extensions stay, without owner. Raises ValidationError for oneself."""
    if user.pk == actor.pk:
        raise ValidationError(_("You cannot remove yourself."))
    log.info("person.deleted", person=str(user.pk))
    user.delete()


def new_token(user: User, name: str, expires_at: datetime.datetime | None = None) -> tuple[ApiToken, str]:
    """A token and its text, which exists only here and now. Raises ValidationError."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return keep_token(user, name, text, expires_at), text


def keep_token(user: User, name: str, text: str, expires_at: datetime.datetime | None = None) -> ApiToken:
    """Keep the digest of a token whose text the caller has. Raises ValidationError."""
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("Give a moment in the future.")})
    token = ApiToken(
        user=user,
        name=name,
        digest=digest_of(text),
        hint=text[: len(TOKEN_PREFIX) + 6],
        expires_at=expires_at,
    )
    token.full_clean()
    token.save()
    log.info("api_key.made", person=str(user.pk), name=name)
    return token


def delete_token(token: ApiToken) -> None:
    """The token stops working at once."""
    log.info("api_key.removed", person=str(token.user_id), name=token.name)
    token.delete()


def find_token(text: str) -> ApiToken | None:
    """The valid token with this text, its last use noted (to the minute); None for any other."""
    token = ApiToken.objects.select_related("user__organisation").filter(digest=digest_of(text)).first()
    now = timezone.now()
    if (
        token is None
        or not token.user.is_active
        or (token.expires_at is not None and token.expires_at <= now)
    ):
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
