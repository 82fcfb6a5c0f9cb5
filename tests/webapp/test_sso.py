"""Single sign-on, with a real OpenID provider on this machine."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from joserfc import jwk, jwt

from tests.webapp.conftest import World
from tests.webapp.signing_in import Visitor
from webapp.organisations.roles import Role
from webapp.people.models import User
from webapp.signin import oidc
from webapp.signin.models import Identity, Provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def issuer(settings: Any) -> Iterator[str]:
    settings.CENTRALE = settings.CENTRALE.model_copy(update={"private_hooks": True})
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provider(world: World, issuer: str) -> Provider:
    made = world.client("admin").post(
        reverse("identity-provider-list"),
        {
            "name": "Company account",
            "kind": "other",
            "issuer": issuer,
            "client_id": "centrale",
            "client_secret": "very-secret-1",
            "domains": ["Alpha.test"],
        },
        format="json",
    )
    assert made.status_code == 201, made.json()
    assert "very-secret" not in made.content.decode()
    assert made.json()["redirect_uri"] == "http://testserver/api/v1/auth/oidc/callback/"
    return Provider.objects.get()


def account(issuer: str, subject: str, **claims: Any) -> None:
    """An account at the provider."""
    assert httpx.put(f"{issuer}/users/{subject}", json=claims).status_code == 204


def there(url: str, subject: str) -> dict[str, str]:
    """What the provider sends back after somebody signed in there as `subject`."""
    answer = httpx.post(url, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def through(visitor: Visitor, provider: Provider, subject: str, **changed: str) -> str:
    """The whole way; gives where the browser ends up."""
    status, body = visitor.ask("auth-oidc", {"next": "/app/history"}, pk=provider.pk)
    assert status == 200, body
    back = {**there(body["url"], subject), **changed}
    return str(visitor.client.get(reverse("auth-oidc-callback"), back).headers["Location"])


def test_signing_in_with_another_account(world: World, provider: Provider, issuer: str) -> None:
    account(issuer, "m-1", email="Member@alpha.test", email_verified=True)
    visitor = Visitor()
    url = reverse("auth-providers") + "?email=somebody@alpha.test"
    (offered,) = visitor.client.get(url).json()
    assert offered == {"id": str(provider.pk), "kind": "other", "name": "Company account"}
    asked = parse_qs(urlsplit(visitor.ask("auth-oidc", {}, pk=provider.pk)[1]["url"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["scope"] == ["openid email profile"]
    assert through(visitor, provider, "m-1") == "/app/history"
    assert visitor.get("me")["email"] == "member@alpha.test"
    assert visitor.get("me-sessions")[0]["way"] == "provider"
    row = Identity.objects.get()
    assert (row.user, row.issuer, row.subject) == (world.people["member"], issuer, "m-1")


def test_after_the_first_time_the_address_does_not_count(
    world: World, provider: Provider, issuer: str
) -> None:
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    through(Visitor(), provider, "m-1")
    account(issuer, "m-1", email="admin@alpha.test", email_verified=True)
    visitor = Visitor()
    through(visitor, provider, "m-1")
    assert visitor.get("me")["email"] == "member@alpha.test"
    # The address went to somebody else there: that is not our member.
    account(issuer, "m-2", email="member@alpha.test", email_verified=True)
    assert through(Visitor(), provider, "m-2") == "/app/sign-in?problem=nobody"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "member@alpha.test"},
        {"email": "member@alpha.test", "email_verified": False},
        {"email": "member@alpha.test", "email_verified": "yes"},
        {"email": "outsider@bravo.test", "email_verified": True},
        {"email": "operator@example.test", "email_verified": True},
        {"email": "stranger@alpha.test", "email_verified": True},
        {"preferred_username": "member@alpha.test"},
        {},
    ],
)
def test_who_is_not_let_in(world: World, provider: Provider, issuer: str, claims: dict[str, Any]) -> None:
    account(issuer, "x-1", **claims)
    visitor = Visitor()
    assert through(visitor, provider, "x-1") == "/app/sign-in?problem=nobody"
    assert visitor.ask("me", method="get")[0] == 401 and not Identity.objects.exists()


def test_a_directory_of_ones_own_is_trusted(world: World, provider: Provider, issuer: str) -> None:
    Provider.objects.update(trusts_mail=True)
    account(issuer, "e-1", preferred_username="member@alpha.test")
    visitor = Visitor()
    assert through(visitor, provider, "e-1") == "/app/history"
    assert visitor.get("me")["email"] == "member@alpha.test"


def test_who_may_not_sign_in_here(world: World, provider: Provider, issuer: str) -> None:
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    assert through(Visitor(), provider, "m-1") == "/app/history"
    User.objects.filter(email="member@alpha.test").update(is_active=False)
    assert through(Visitor(), provider, "m-1") == "/app/sign-in?problem=nobody"


def test_what_comes_back_must_be_ours(world: World, provider: Provider, issuer: str) -> None:
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    callback = reverse("auth-oidc-callback")
    visitor = Visitor()
    assert through(visitor, provider, "m-1", state="forged") == "/app/sign-in?problem=expired"
    assert through(visitor, provider, "m-1", code="forged") == "/app/sign-in?problem=untrue"
    assert through(visitor, provider, "m-1", code="") == "/app/sign-in?problem=cancelled"
    url = visitor.ask("auth-oidc", {}, pk=provider.pk)[1]["url"]
    back = there(url, "m-1")
    assert Visitor().client.get(callback, back).headers["Location"].endswith("problem=expired")
    assert visitor.client.get(callback, back).headers["Location"] == "/app/"
    assert visitor.client.get(callback, back).headers["Location"].endswith("problem=expired")  # once only


def test_it_leads_to_no_other_site(world: World, provider: Provider, issuer: str) -> None:
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        visitor = Visitor()
        url = visitor.ask("auth-oidc", {"next": target}, pk=provider.pk)[1]["url"]
        answer = visitor.client.get(reverse("auth-oidc-callback"), there(url, "m-1"))
        assert answer.headers["Location"] == "/app/"


def test_proofs_for_others_or_of_old_are_refused(provider: Provider, issuer: str) -> None:
    key = jwk.RSAKey.generate_key(2048, {"kid": "ours"})
    about = {"jwks_uri": f"{issuer}/jwks", "issuer": issuer}

    def proof(signer: Any = key, **changed: Any) -> str:
        claims = {"iss": issuer, "aud": "centrale", "sub": "m-1", "nonce": "n", "exp": 4102444800, **changed}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "ours"}, claims, signer)

    def keys() -> None:
        cache.clear()
        place = f"{issuer}/jwks"
        name = "signin.oidc." + oidc.hashlib.sha256(place.encode()).hexdigest()
        cache.set(name, {"keys": [key.as_dict(private=False)]})

    keys()
    assert oidc._proved(provider, about, proof(), "n")["sub"] == "m-1"
    wrong = [
        proof(aud="another"),
        proof(aud=["centrale", "another"]),
        proof(iss="https://evil.example"),
        proof(exp=1_000_000_000),
        proof(exp=None),
        proof(nonce="other"),
        proof(nonce=None),
        proof(sub=None),
        proof(azp="another"),
        proof(jwk.RSAKey.generate_key(2048, {"kid": "ours"})),
        proof()[:-4] + "AAAA",
        jwt.encode({"alg": "HS256"}, {"iss": issuer}, jwk.OctKey.import_key(b"x" * 32)),
        "nonsense",
        "",
    ]
    for token in wrong:
        keys()
        with pytest.raises(oidc.Untrue):
            oidc._proved(provider, about, token, "n")


def test_a_provider_that_is_away(world: World, provider: Provider, settings: Any) -> None:
    Provider.objects.update(issuer="http://localhost:1")
    status, body = Visitor().ask("auth-oidc", {}, pk=provider.pk)
    assert status == 503 and body["code"] == "provider_away"
    Provider.objects.update(enabled=False)
    assert Visitor().ask("auth-oidc", {}, pk=provider.pk)[1]["code"] == "provider"
    assert Visitor().client.get(reverse("auth-providers") + "?email=a@alpha.test").json() == []


def test_an_issuer_inside_our_network_is_not_asked(
    world: World, provider: Provider, issuer: str, settings: Any
) -> None:
    settings.CENTRALE = settings.CENTRALE.model_copy(update={"private_hooks": False})
    assert Visitor().ask("auth-oidc", {}, pk=provider.pk)[0] == 503
    Provider.objects.update(issuer=issuer.replace("http:", "https:"))
    assert Visitor().ask("auth-oidc", {}, pk=provider.pk)[0] == 503


def test_the_secret_stays_with_its_issuer(world: World, provider: Provider) -> None:
    admin, url = world.client("admin"), reverse("identity-provider-detail", args=[provider.pk])
    moved = admin.patch(url, {"issuer": "http://localhost:1"}, format="json")
    assert moved.status_code == 400 and "client_secret" in moved.json()
    both = {"issuer": "http://localhost:1", "client_secret": "another-1"}
    assert admin.patch(url, both, format="json").status_code == 200
    common = {"issuer": "https://login.microsoftonline.com/common/v2.0", "client_secret": "x"}
    assert admin.patch(url, common, format="json").status_code == 400


def test_a_domain_is_one_organisations(world: World, provider: Provider) -> None:
    outsider, url = world.client("outsider"), reverse("identity-provider-list")
    theirs = {"name": "Evil", "issuer": "http://localhost:1", "client_id": "x"}
    for domain in ("alpha.test", "ALPHA.test", "not a domain"):
        assert outsider.post(url, {**theirs, "domains": [domain]}, format="json").status_code == 400
    assert outsider.post(url, {**theirs, "domains": ["bravo.test"]}, format="json").status_code == 201
    assert outsider.get(url).json()["count"] == 1


def test_sign_in_there_needs_no_second_factor_here(world: World, provider: Provider, issuer: str) -> None:
    rules = reverse("sign-in-rules", args=[world.alpha.pk])
    world.client("admin").patch(rules, {"second_factor": True}, format="json")
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    visitor = Visitor()
    assert through(visitor, provider, "m-1") == "/app/history"
    assert visitor.get("me")["role"] == Role.USER


def test_the_providers_secret_is_sealed_and_not_logged(
    world: World, provider: Provider, issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    account(issuer, "m-1", email="member@alpha.test", email_verified=True)
    through(Visitor(), provider, "m-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM signin_provider")
        assert "very-secret" not in cursor.fetchone()[0]
    assert "very-secret" not in caplog.text
