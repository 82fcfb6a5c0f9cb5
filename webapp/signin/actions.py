"""What people and administrators change: passwords, rules of an organisation, providers."""

import re
from typing import Any

import structlog
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp.organisations.models import Organisation
from webapp.people.actions import check_password
from webapp.people.models import User
from webapp.signin import factors, letters, sessions, steps
from webapp.signin.models import Identity, KnownSession, Letter, Provider, SignInRules
from webapp.signin.problems import Problem

log = structlog.get_logger(__name__)

_DOMAIN = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


@transaction.atomic
def _set_password(user: User, password: str) -> None:
    check_password(user, password)
    user.set_password(password)
    user.save(update_fields=["password"])
    letters.void_links(user)
    letters.tell_password_set(user)
    log.info("password.set", person=str(user.pk))


def change_password(request: HttpRequest, user: User, current: str, password: str) -> None:
    """A new password; this browser stays signed in, all others do not. Raises Problem, ValidationError."""
    confirm_password(request, user, current)
    _set_password(user, password)
    old = request.session.session_key
    sessions.end(KnownSession.objects.filter(user=user).exclude(key=old))
    update_session_auth_hash(request, user)
    sessions.renewed(request, old)


def confirm_password(request: HttpRequest, user: User, password: str) -> None:
    """Raises Problem unless this is the password of `user`. Wrong ones count as at sign-in. Who has none
    (single sign-on only) is not asked."""
    if user.has_usable_password() and not steps.checked(request, user, password):
        raise Problem("password")


def redeem(letter: Letter, password: str) -> User:
    """Sets the password with a mailed link; all sessions end. Raises Problem when the link was used
    meanwhile, ValidationError."""
    user = letter.user
    assert user is not None  # `letters.link` gives no others
    with transaction.atomic():
        check_password(user, password)
        if not letters.use(letter):
            raise Problem("link", 404)
        _set_password(user, password)
    sessions.end(KnownSession.objects.filter(user=user))
    return user


# --- organisations ---


@transaction.atomic
def set_rules(organisation: Organisation, own_session: str | None, **fields: Any) -> SignInRules:
    """What the organisation demands. A second factor newly demanded ends the sessions that began without
    one, except `own_session`, in which it is being switched on."""
    rules = SignInRules.objects.select_for_update().filter(organisation=organisation).first()
    rules = rules or SignInRules(organisation=organisation)
    before = rules.second_factor
    for name, value in fields.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save()
    log.info("sign_in_rules.saved", tenant=str(organisation.pk), second_factor=rules.second_factor)
    if rules.second_factor and not before:
        sessions.end(factors.sessions_without(organisation).exclude(key=own_session))
    return rules


@transaction.atomic
def save_provider(provider: Provider) -> Provider:
    """Check and write. Another issuer means other subjects, so links to the old one go. Raises
    ValidationError."""
    check_provider(provider)
    provider.save()
    Identity.objects.filter(provider=provider).exclude(issuer=provider.issuer).delete()
    log.info("provider.saved", tenant=str(provider.organisation_id), provider=str(provider.pk))
    return provider


def check_provider(provider: Provider) -> None:
    """Raises ValidationError, by field."""
    provider.domains = _domains(provider)
    old = Provider.objects.filter(pk=provider.pk).first()
    moved = old is not None and old.issuer != provider.issuer
    if moved and old.client_secret and provider.client_secret == old.client_secret:
        # Or somebody could have it sent to an address of their own.
        raise ValidationError({"client_secret": _("Another issuer needs a secret of its own.")})
    provider.full_clean()


def _domains(provider: Provider) -> list[str]:
    """The domains, written one way. A domain is one organisation's: nobody may offer a button of their own
    to people of another one. (Where two share a domain, a link straight to the provider does it.)"""
    given = provider.domains
    if not isinstance(given, list) or len(given) > 50:
        raise ValidationError({"domains": _("Give a list of domains.")})
    found = sorted({str(each).strip().lower().lstrip("@") for each in given})
    if any(not _DOMAIN.fullmatch(domain) for domain in found):
        raise ValidationError({"domains": _("Give domains like example.com.")})
    others = Provider.objects.exclude(organisation=provider.organisation_id)
    taken = {domain for row in others.only("domains") for domain in row.domains}
    for domain in found:
        theirs = User.objects.filter(email__endswith=f"@{domain}", organisation__isnull=False)
        if domain in taken or theirs.exclude(organisation=provider.organisation_id).exists():
            raise ValidationError({"domains": _("%(domain)s is in use elsewhere.") % {"domain": domain}})
    return found


def delete_provider(provider: Provider) -> None:
    """Remove it with the links to it; sessions go on."""
    log.info("provider.deleted", tenant=str(provider.organisation_id), provider=str(provider.pk))
    provider.delete()


# --- people, by their administrator ---


def reset_second_factor(user: User) -> None:
    """No second factor any more, and signed out everywhere."""
    factors.reset(user)
    sessions.end(KnownSession.objects.filter(user=user))
