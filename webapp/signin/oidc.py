"""The protocol of single sign-on: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).

Discovery (OpenID Connect Discovery 1.0) and keys are kept for an hour; unknown keys are fetched again once.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.core.cache import cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from webapp.common import outbound
from webapp.signin.models import Provider

log = structlog.get_logger(__name__)

SCOPE = "openid email profile"
KEEP_SECONDS = 3600
LEEWAY = 60  # seconds that clocks may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


class Away(Exception):
    """The provider cannot be reached, or answers nonsense."""


class Untrue(Exception):
    """What came back does not prove who it is."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says it is; `email` only when verified."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the session keeps until the browser comes back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


def _session(provider: Provider, **extra: Any) -> OAuth2Session:
    session = OAuth2Session(
        provider.client_id,
        provider.client_secret or None,
        scope=SCOPE,
        code_challenge_method="S256",
        **extra,
    )
    outbound.guard(session)
    return session


def _proof(provider: Provider, about: dict[str, Any]) -> str:
    """How our secret is shown: as the provider says it wants it (OpenID Connect Core 1.0 section 9)."""
    if not provider.client_secret:
        return "none"
    wanted = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in wanted else "client_secret_post"


def _fetched(provider: Provider, url: str, *, fresh: bool = False) -> dict[str, Any]:
    key = "signin.oidc." + hashlib.sha256(url.encode()).hexdigest()
    found: dict[str, Any] | None = None if fresh else cache.get(key)
    if found is None:
        try:
            answer = _session(provider).get(url, withhold_token=True)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise Away(f"{url}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise Away(f"{url}: not an object")
        cache.set(key, found, KEEP_SECONDS)
    return found


def described(provider: Provider, *, fresh: bool = False) -> dict[str, Any]:
    """The provider's description. Raises Away; Untrue when it is that of another issuer."""
    found = _fetched(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration", fresh=fresh)
    if found.get("issuer") != provider.issuer:
        raise Untrue("The issuer describes itself as another one.")
    schemes = ("https://", "http://") if settings.CENTRALE.private_hooks else ("https://",)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not str(found.get(name, "")).startswith(schemes):
            raise Away(f"{name} is missing")
    return found


def begin(provider: Provider, asked: Asked) -> str:
    """Where to send the browser. Raises Away, Untrue."""
    endpoint = described(provider)["authorization_endpoint"]
    session = _session(provider, redirect_uri=asked.redirect_uri)
    url, _state = session.create_authorization_url(
        endpoint, state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
    )
    return str(url)


def finish(provider: Provider, asked: Asked, code: str) -> Claims:
    """Trades the code for a proof of who it is, and checks it. Raises Away, Untrue."""
    about = described(provider)
    session = _session(
        provider, redirect_uri=asked.redirect_uri, token_endpoint_auth_method=_proof(provider, about)
    )
    try:
        token = session.fetch_token(about["token_endpoint"], code=code, code_verifier=asked.verifier)
    except AuthlibBaseError as error:
        raise Untrue(f"code refused: {error.error}") from error
    except (requests.RequestException, ValueError) as error:
        raise Away(type(error).__name__) from error
    claims = _proved(provider, about, str(token.get("id_token", "")), asked.nonce)
    if "email" not in claims and about.get("userinfo_endpoint"):
        claims = {**_userinfo(session, about["userinfo_endpoint"], str(claims["sub"])), **claims}
    return Claims(str(claims["iss"]), str(claims["sub"]), _verified_mail(provider, claims))


def _proved(provider: Provider, about: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """The claims of the ID token, after all checks of OpenID Connect Core 1.0 section 3.1.3.7."""
    try:
        claims = _decoded(provider, about, token)
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise Untrue(f"ID token: {error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise Untrue("ID token: meant for another party")
    if not 0 < len(str(claims["sub"])) <= 255:
        raise Untrue("ID token: subject")
    return claims


def _decoded(provider: Provider, about: dict[str, Any], token: str) -> dict[str, Any]:
    for fresh in (False, True):
        keys = KeySet.import_key_set(_fetched(provider, about["jwks_uri"], fresh=fresh))  # type: ignore[arg-type]
        try:
            return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            if fresh:
                raise
    raise AssertionError


def _userinfo(session: OAuth2Session, url: str, subject: str) -> dict[str, Any]:
    try:
        answer = session.get(url)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError, AuthlibBaseError) as error:
        raise Away(f"userinfo: {type(error).__name__}") from error
    if not isinstance(found, dict) or found.get("sub") != subject:
        raise Untrue("userinfo is about somebody else")
    return found


def _verified_mail(provider: Provider, claims: dict[str, Any]) -> str:
    verified = claims.get("email_verified") is True or claims.get("xms_edov") in (True, 1, "1", "true")
    email = claims.get("email")
    if provider.trusts_mail:
        email = email or claims.get("preferred_username")
    elif not verified:
        return ""
    return str(email or "").strip().lower()
