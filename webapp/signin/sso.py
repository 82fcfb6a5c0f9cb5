"""Single sign-on: leaving for a provider, coming back, and who that is here."""

import secrets
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from webapp.people.models import User
from webapp.signin import oidc, steps
from webapp.signin.models import Identity, Provider
from webapp.signin.problems import Problem

log = structlog.get_logger(__name__)

LEFT = "signin.left"
AWAY_SECONDS = 15 * 60
HOME, SIGN_IN = "/app/", "/app/sign-in"


def safe_next(target: str) -> str:
    """A path on this site to go to afterwards; the start page for anything else."""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return HOME


def leave(request: HttpRequest, pk: uuid.UUID, target: str) -> str:
    """Where to send the browser to sign in with that provider. Raises Problem."""
    provider = Provider.objects.filter(pk=pk, enabled=True).first()
    if provider is None:
        raise Problem("provider", 404)
    asked = oidc.Asked(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=request.build_absolute_uri(reverse("auth-oidc-callback")),
    )
    try:
        url = oidc.begin(provider, asked)
    except (oidc.Away, oidc.Untrue) as error:
        log.warning("sso.away", provider=str(provider.pk), error=str(error))
        raise Problem("provider_away", 503) from error
    request.session[LEFT] = {
        "provider": str(provider.pk),
        "asked": [asked.state, asked.nonce, asked.verifier, asked.redirect_uri],
        "next": safe_next(target),
        "until": time.time() + AWAY_SECONDS,
    }
    return url


def come_back(request: HttpRequest) -> str:
    """The browser is back: signed in, or not. Gives where to go; a problem stands in `?problem=`."""
    kept: dict[str, Any] | None = request.session.pop(LEFT, None)
    if kept is None or kept["until"] < time.time():
        return _problem("expired")
    asked = oidc.Asked(*kept["asked"])
    if not constant_time_compare(asked.state, request.GET.get("state", "")):
        return _problem("expired")
    provider = (
        Provider.objects.select_related("organisation").filter(pk=kept["provider"], enabled=True).first()
    )
    if provider is None:
        return _problem("provider")
    user, problem = _proved(provider, asked, request.GET.get("code", ""))
    if user is None:
        return _problem(problem)
    # The second factor is the provider's matter: it knows how this sign-in was proved.
    steps.finish(request, user, way=steps.Way.PROVIDER)
    return str(kept["next"])


def _proved(provider: Provider, asked: oidc.Asked, code: str) -> tuple[User | None, str]:
    """Who the provider says it is, or what is wrong."""
    if not code or len(code) > 4096:
        return None, "cancelled"
    try:
        return person_of(provider, oidc.finish(provider, asked, code)), "nobody"
    except oidc.Away as error:
        log.warning("sso.away", provider=str(provider.pk), error=str(error))
        return None, "provider_away"
    except oidc.Untrue as error:
        log.warning("sso.untrue", provider=str(provider.pk), error=str(error))
        return None, "untrue"


def _problem(code: str) -> str:
    return f"{SIGN_IN}?{urlencode({'problem': code})}"


@transaction.atomic
def person_of(provider: Provider, claims: oidc.Claims) -> User | None:
    """Who this is in the provider's organisation. The first time by verified e-mail address, then by issuer
    and subject alone: an address may pass to somebody else."""
    own = {"organisation": provider.organisation_id, "issuer": claims.issuer}
    known = Identity.objects.select_related("user__organisation").filter(**own, subject=claims.subject)
    identity = known.first()
    if identity is not None:
        user = identity.user
        return user if user.is_active and user.organisation_id == provider.organisation_id else None
    if not claims.email:
        return None
    user = (
        User.objects.select_related("organisation")
        .filter(organisation=provider.organisation_id, email=claims.email, is_active=True)
        .first()
    )
    if user is None or Identity.objects.filter(user=user, **own).exists():
        return None
    Identity.objects.create(
        organisation_id=provider.organisation_id,
        user=user,
        provider=provider,
        issuer=claims.issuer,
        subject=claims.subject,
    )
    log.info("sso.linked", person=str(user.pk), provider=str(provider.pk))
    return user
