"""The REST API: roles, secrets shown once, checks with sentences, filters, tokens, live state."""

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from config.django_logs import hide_secrets
from pbx.control.messages import BindingState
from tests.webapp.conftest import PASSWORD, World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.extensions.credentials import digests
from webapp.extensions.models import Device, Extension
from webapp.organisations.actions import create_organisation
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role
from webapp.people.actions import new_token
from webapp.people.models import ApiToken, User

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: APIClient, name: str, body: dict[str, Any] | None = None, **kwargs: Any) -> Any:
    return client.post(reverse(name, kwargs=kwargs), body or {}, format="json")


# --- phones and their secrets ---


def test_a_secret_is_shown_once_and_kept_as_digests(world: World) -> None:
    admin = world.client("admin")
    made = post(admin, "device-list", {"extension": str(world.extensions["201"].pk), "name": "Mobile"}).json()
    assert (made["username"], made["extension"]) == ("201-2", "201")
    assert made["sip"]["domain"] == "alpha.test" and made["sip"]["port"] and made["sip"]["tls_port"]
    assert len(made["secret"]) >= 20
    device = Device.objects.get(pk=made["id"])
    kept = digests("201-2", "alpha.test", made["secret"])
    assert (device.ha1_md5, device.ha1_sha256) == (kept.md5, kept.sha256)
    shown = admin.get(reverse("device-detail", args=[device.pk])).content.decode()
    assert made["secret"] not in shown and kept.md5 not in shown and kept.sha256 not in shown
    renewed = post(admin, "device-renew-secret", pk=device.pk).json()
    assert renewed["secret"] != made["secret"] and renewed["username"] == "201-2"
    device.refresh_from_db()
    assert device.ha1_md5 == digests("201-2", "alpha.test", renewed["secret"]).md5


def test_a_third_phone_takes_the_first_free_name(world: World) -> None:
    admin, extension = world.client("admin"), str(world.extensions["201"].pk)
    second = post(admin, "device-list", {"extension": extension, "name": "2"}).json()
    assert post(admin, "device-list", {"extension": extension, "name": "3"}).json()["username"] == "201-3"
    admin.delete(reverse("device-detail", args=[second["id"]]))
    assert post(admin, "device-list", {"extension": extension, "name": "4"}).json()["username"] == "201-2"


def test_the_domain_changes_only_with_new_secrets(world: World) -> None:
    operator = world.client("operator")
    url = reverse("organisation-detail", args=[world.alpha.pk])
    refused = operator.patch(url, {"domain": "new.test"}, format="json")
    assert refused.status_code == 400 and "secrets made for alpha.test" in refused.json()["domain"][0]
    answer = post(operator, "organisation-change-domain", {"domain": "New.Test"}, pk=world.alpha.pk)
    assert answer.status_code == 200 and len(answer.json()) == 2
    for phone in answer.json():
        device = Device.objects.get(pk=phone["id"])
        assert phone["sip"]["domain"] == "new.test"
        assert device.ha1_sha256 == digests(device.username, "new.test", phone["secret"]).sha256
    taken = post(operator, "organisation-change-domain", {"domain": "bravo.test"}, pk=world.alpha.pk)
    assert taken.status_code == 400 and "domain" in taken.json()


# --- checks ---


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "201", "name": "Twice"}, "number"),
        ({"number": "2o1", "name": "Letters"}, "number"),
        ({"number": "1", "name": "Short"}, "number"),
        ({"number": "300", "name": "x", "ring_seconds": 1}, "ring_seconds"),
        ({"number": "300", "name": "x", "language": "fr"}, "language"),
        ({"number": "300"}, "name"),
        ({"number": "300\n", "name": "x\x00"}, "name"),
    ],
)
def test_an_extension_that_does_not_fit(world: World, body: dict[str, Any], field: str) -> None:
    answer = post(world.client("admin"), "extension-list", body)
    assert answer.status_code == 400
    assert field in answer.json() and answer.json()[field][0].endswith((".", "keuze."))


@pytest.mark.parametrize(
    "domain", ["has space.test", "-a.test", "a..b", "ü.test", "a" * 64 + ".test", "a_b.test"]
)
def test_a_domain_that_does_not_fit(world: World, domain: str) -> None:
    answer = post(world.client("operator"), "organisation-list", {"name": "New", "domain": domain})
    assert answer.status_code == 400 and "domain" in answer.json()


def test_domains_are_lower_case_and_unique(world: World) -> None:
    operator = world.client("operator")
    made = post(operator, "organisation-list", {"name": "New", "domain": "PBX.Example.COM"})
    assert made.status_code == 201 and made.json()["domain"] == "pbx.example.com"
    twice = post(operator, "organisation-list", {"name": "Newer", "domain": "pbx.EXAMPLE.com"})
    assert twice.status_code == 400 and "domain" in twice.json()


def test_the_limit_of_extensions_holds(world: World) -> None:
    world.alpha.max_extensions = 2
    world.alpha.save()
    answer = post(world.client("admin"), "extension-list", {"number": "300", "name": "Too many"})
    assert answer.status_code == 400 and "limit of 2" in str(answer.json())
    own = reverse("organisation-detail", args=[world.alpha.pk])
    assert world.client("admin").patch(own, {"max_extensions": 9}, format="json").status_code == 403


# --- people and rights ---


def test_nobody_rises_above_the_own_role(world: World) -> None:
    admin = world.client("admin")
    person = {"email": "Boss@Alpha.test", "name": "Boss", "password": PASSWORD}
    assert post(admin, "user-list", {**person, "role": "operator"}).status_code == 403
    assert post(admin, "user-list", {**person, "role": "operator", "organisation": None}).status_code == 403
    made = post(admin, "user-list", {**person, "role": "admin"})
    assert made.status_code == 201 and made.json()["email"] == "boss@alpha.test"
    assert "password" not in made.json()
    url = reverse("user-detail", args=[made.json()["id"]])
    assert admin.patch(url, {"role": "operator"}, format="json").status_code == 403
    me = reverse("user-detail", args=[world.people["admin"].pk])
    assert admin.patch(me, {"role": "user"}, format="json").status_code == 400
    assert admin.patch(me, {"is_active": False}, format="json").status_code == 400
    assert admin.delete(me).status_code == 400
    operator = reverse("user-detail", args=[world.people["operator"].pk])
    assert admin.patch(operator, {"name": "x"}, format="json").status_code == 404


def test_passwords_are_argon2_and_not_too_easy(world: World, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    admin = world.client("admin")
    person = {"email": "new@alpha.test", "name": "New"}
    easy = post(admin, "user-list", {**person, "password": "password12"})
    assert easy.status_code == 400 and "password" in easy.json()
    assert post(admin, "user-list", {**person, "password": PASSWORD}).status_code == 201
    assert User.objects.get(email="new@alpha.test").password.startswith("argon2$argon2id$")
    twice = post(admin, "user-list", {**person, "email": "NEW@alpha.test", "password": PASSWORD})
    assert twice.status_code == 400 and "exists already" in twice.json()["email"][0]


def test_operators_belong_nowhere_and_others_somewhere(world: World) -> None:
    operator = world.client("operator")
    homeless = post(operator, "user-list", {"email": "a@b.test", "name": "A", "role": "user"})
    assert homeless.status_code == 400
    made = post(operator, "user-list", {"email": "a@b.test", "name": "A", "role": "operator"})
    assert made.status_code == 201 and made.json()["organisation"] is None
    member = {"email": "c@b.test", "name": "C", "organisation": str(world.bravo.pk)}
    assert post(operator, "user-list", member).status_code == 201


def test_a_user_sees_the_own_extension_only(world: World) -> None:
    member = world.client("member")
    assert [e["number"] for e in member.get(reverse("extension-list")).json()["results"]] == ["201"]
    assert [d["username"] for d in member.get(reverse("device-list")).json()["results"]] == ["201"]
    assert [u["email"] for u in member.get(reverse("user-list")).json()["results"]] == ["member@alpha.test"]
    supervisor = world.client("supervisor")
    assert len(supervisor.get(reverse("extension-list")).json()["results"]) == 2
    assert post(supervisor, "extension-list", {"number": "300", "name": "x"}).status_code == 403


# --- tokens ---


def bearer(text: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_a_token_has_its_owners_rights_until_it_is_gone(world: World) -> None:
    made = post(world.client("member"), "token-list", {"name": "script"}).json()
    assert made["token"].startswith("ctl_")
    assert not ApiToken.objects.filter(digest__contains=made["token"][4:12]).exists()
    with_token = bearer(made["token"])
    assert with_token.get(reverse("me")).json()["email"] == "member@alpha.test"
    listed = with_token.get(reverse("token-list")).json()["results"]
    assert "token" not in listed[0] and listed[0]["last_used_at"]
    assert world.client("admin").get(reverse("token-list")).json()["results"] == []
    User.objects.filter(email="member@alpha.test").update(is_active=False)
    assert with_token.get(reverse("me")).status_code == 401
    User.objects.filter(email="member@alpha.test").update(is_active=True)
    assert with_token.delete(reverse("token-detail", args=[made["id"]])).status_code == 204
    assert with_token.get(reverse("me")).status_code == 401


def test_a_token_ends_and_leaves_no_successor(world: World) -> None:
    soon = timezone.now() + datetime.timedelta(hours=1)
    token, text = new_token(world.people["member"], "short", soon)
    child = post(bearer(text), "token-list", {"name": "child"}).json()
    assert datetime.datetime.fromisoformat(child["expires_at"]) <= soon
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert bearer(text).get(reverse("me")).status_code == 401
    past = post(world.client("member"), "token-list", {"name": "x", "expires_at": "2020-01-01T00:00:00Z"})
    assert past.status_code == 400 and "expires_at" in past.json()


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer ctl_a b", "Bearer \xff\xfe", "Bearer ctl_" + "a" * 9000]
)
def test_tokens_that_are_none(world: World, header: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get(reverse("me")).status_code == 401


def test_a_session_needs_the_csrf_token(world: World) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.people["admin"], "webapp.people.backend.EmailBackend")
    assert post(client, "extension-list", {"number": "300", "name": "x"}).status_code == 403
    assert client.get(reverse("me")).status_code == 200


# --- history ---


def test_filters_and_pages_of_the_history(world: World) -> None:
    tenant = str(world.alpha.pk)
    day = 1_790_000_000.0
    ingest(
        [call(f"n-{n}", tenant, "201", "202", started_at=day + 3600 * n) for n in range(5)]
        + [call("busy", tenant, "202", "205", started_at=day - 3600, outcome="busy", answered_at=None)]
        + [call("foreign", str(world.bravo.pk), "201", "202", started_at=day)]
    )

    def ids(**query: Any) -> list[str]:
        answer = world.client("admin").get(reverse("call-list"), query)
        assert answer.status_code == 200, answer.content
        return [row["call_id"] for row in answer.json()["results"]]

    assert ids() == ["n-4", "n-3", "n-2", "n-1", "n-0", "busy"]
    assert ids(outcome="busy") == ["busy"]
    assert ids(outcome=["busy", "answered"]) == ids()
    assert ids(number="205") == ["busy"] and ids(number="20") == ids()
    assert ids(extension="205") == ["busy"]
    middle = datetime.datetime.fromtimestamp(day + 7200, datetime.UTC).isoformat()
    assert ids(started_after=middle) == ["n-4", "n-3", "n-2"]
    assert ids(started_before=middle) == ["n-1", "n-0", "busy"]
    assert ids(started_before="2040-01-01T00:00:00+21:56") == ids()
    far = world.client("admin").get(reverse("call-list"), {"started_after": "0001-01-01T00:00:00+12:00"})
    assert far.status_code == 400
    first = world.client("admin").get(reverse("call-list"), {"page_size": 4}).json()
    ingest([call("newer", tenant, started_at=day + 10**6)])
    second = world.client("admin").get(first["next"]).json()
    assert [row["call_id"] for row in second["results"]] == ["n-0", "busy"]
    one = world.client("admin").get(reverse("call-detail", args=["n-1"])).json()
    assert [leg["side"] for leg in one["legs"]] == ["caller", "callee"] and one["legs"][1]["codec"] == "opus"


def test_old_calls_stay_with_whoever_had_them(world: World) -> None:
    """A number that gets a new owner does not take its history along."""
    ingest([call("old", str(world.alpha.pk), "201", "202")])
    world.extensions["201"].delete()
    newcomer = Extension(organisation=world.alpha, number="201", name="New", user=world.people["supervisor"])
    newcomer.save()
    world.people["supervisor"].role = Role.USER
    world.people["supervisor"].save()
    assert world.client("supervisor").get(reverse("call-list")).json()["results"] == []
    assert len(world.client("agent").get(reverse("call-list")).json()["results"]) == 1


# --- live ---


def test_live_calls_originate_and_hang_up(world: World, core: RunningCore) -> None:
    tenant = str(world.alpha.pk)
    assert core.core is not None
    core.core.view.tenants[tenant] = 1
    core.call_started(call("live-1", tenant, "201", "203", ended=False))
    core.call_started(call("live-2", tenant, "202", "203", ended=False))
    core.call_started(call("live-3", str(world.bravo.pk), "201", "203", ended=False))

    def ids(who: str) -> list[str]:
        return [row["id"] for row in world.client(who).get(reverse("live-calls")).json()]

    assert (ids("member"), ids("supervisor")) == (["live-1"], ["live-1", "live-2"])
    assert (ids("outsider"), ids("operator")) == (["live-3"], ["live-1", "live-2", "live-3"])
    asked = {"extension": str(world.extensions["201"].pk), "number": "202"}
    made = post(world.client("member"), "call-list", asked)
    assert made.status_code == 201 and made.json()["call"] in core.core.view.calls
    bad = post(world.client("member"), "call-list", {**asked, "number": "202 @evil"})
    assert bad.status_code == 400 and "number" in bad.json()
    assert post(world.client("member"), "call-hang-up", call_id="live-2").status_code == 404
    assert post(world.client("member"), "call-hang-up", call_id="live-1").status_code == 204
    assert ids("member") == []


def test_bindings_of_the_own_phones(world: World, core: RunningCore) -> None:
    for number in ("201", "202"):
        core.registered(
            BindingState(
                tenant=str(world.alpha.pk),
                device=str(world.devices[number].pk),
                aor=f"sip:{number}@alpha.test",
                contact=f"sip:{number}@192.0.2.{number}",
                source="192.0.2.1:5060",
                transport="udp",
                user_agent="Phone",
                expires_at=2e9,
                registered_at=1e9,
            )
        )
    rows = world.client("member").get(reverse("live-bindings")).json()
    assert [row["aor"] for row in rows] == ["sip:201@alpha.test"]
    assert len(world.client("admin").get(reverse("live-bindings")).json()) == 2


def test_without_the_core_the_rest_works(world: World, core: RunningCore) -> None:
    core.stop()
    admin = world.client("admin")
    answer = admin.get(reverse("live-calls"))
    assert answer.status_code == 503 and "core cannot be reached" in answer.json()["detail"]
    assert admin.get(reverse("extension-list")).status_code == 200
    page = admin.get(reverse("admin:live"))
    assert page.status_code == 200 and "cannot be reached" in page.content.decode()


def test_errors_come_in_the_readers_language(world: World) -> None:
    create_organisation(name="Third", domain="third.test")
    world.people["admin"].language = "nl"
    world.people["admin"].save()
    answer = post(world.client("admin"), "extension-list", {"number": "201", "name": "Twice"})
    assert "in gebruik" in str(answer.json())
    assert Organisation.objects.count() == 3


# --- limits and logs ---


def test_too_many_requests_are_slowed(world: World) -> None:
    SimpleRateThrottle.THROTTLE_RATES["secrets"] = "2/min"
    device = world.devices["201"].pk
    answers = [post(world.client("admin"), "device-renew-secret", pk=device) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) <= 60


def test_no_secret_reaches_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    admin = world.client("admin")
    phone = post(admin, "device-list", {"extension": str(world.extensions["201"].pk), "name": "x"}).json()
    token = post(admin, "token-list", {"name": "x"}).json()["token"]
    person = {"email": "new@alpha.test", "name": "New", "password": "A-password-for-new-1"}
    assert post(admin, "user-list", person).status_code == 201
    assert bearer(token + "x").get(reverse("me")).status_code == 401
    device = Device.objects.get(pk=phone["id"])
    text = caplog.text
    assert "device.saved" in text
    for secret in (phone["secret"], token, person["password"], device.ha1_md5, device.ha1_sha256):
        assert secret not in text


def test_values_named_like_secrets_are_blanked() -> None:
    event = {"event": "x", "password": "a", "api_token": "b", "Authorization": "c", "tenant": "d"}
    blanked = {"event": "x", "password": "…", "api_token": "…", "Authorization": "…", "tenant": "d"}
    assert hide_secrets(None, "info", event) == blanked
