"""Django's admin as an administrator uses it."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from tests.webapp.conftest import PASSWORD, World
from tests.webapp.running_core import call
from tests.webapp.test_outsiders import empty_devices
from webapp.calls.actions import ingest
from webapp.calls.models import CallRecord
from webapp.extensions.credentials import digests
from webapp.extensions.models import Device, Extension
from webapp.organisations.models import Organisation
from webapp.people.models import ApiToken, User

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {"number": "210", "name": "Reception", "language": "", "ring_seconds": "25", "user": ""}


def phones(*rows: dict[str, str], initial: int = 0) -> dict[str, str]:
    """The forms of the phones on an extension's page."""
    form = empty_devices()
    form |= {"devices-TOTAL_FORMS": str(len(rows)), "devices-INITIAL_FORMS": str(initial)}
    for index, row in enumerate(rows):
        base = {"name": "Desk phone", "dtmf": "auto", "srtp": "off", "max_bindings": "5"}
        base |= {"max_calls": "4", "enabled": "on"}
        form |= {f"devices-{index}-{name}": value for name, value in {**base, **row}.items()}
    return form


def secret_on(page: Any) -> str:
    """The secret out of the page that shows it."""
    text = page.content.decode()
    return text.split("<th>Secret</th><td><code>")[1].split("<")[0]


def test_an_extension_with_phones_shows_the_secrets_once(world: World) -> None:
    admin = world.client("admin")
    page = admin.post(reverse("admin:extensions_extension_add"), {**NEW, **phones({}, {"name": "Mobile"})})
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]
    text = page.content.decode()
    assert "alpha.test" in text and "5060" in text and "5061" in text and "210-2" in text
    extension = Extension.objects.get(number="210")
    assert extension.organisation == world.alpha
    first = Device.objects.get(username="210")
    assert first.ha1_sha256 == digests("210", "alpha.test", secret_on(page)).sha256
    change = reverse("admin:extensions_extension_change", args=[extension.pk])
    assert secret_on(page) not in admin.get(change).content.decode()
    assert secret_on(page) not in str(admin.session.items())


def test_a_new_secret_by_a_tick(world: World) -> None:
    device = world.devices["201"]
    page = reverse("admin:extensions_device_change", args=[device.pk])
    form = {"extension": str(device.extension_id), "name": "Desk", "dtmf": "auto", "max_bindings": "5"}
    form |= {"srtp": "optional", "max_calls": "2"}
    answer = world.client("admin").post(page, {**form, "enabled": "on", "renew": "on"})
    kept = Device.objects.get(pk=device.pk)
    assert kept.ha1_md5 == digests("201", "alpha.test", secret_on(answer)).md5 and kept.name == "Desk"
    plain = world.client("admin").post(page, {**form, "enabled": "on"})
    assert plain.status_code == 302 and Device.objects.get(pk=device.pk).ha1_md5 == kept.ha1_md5


def test_mistakes_are_told_on_the_form(world: World) -> None:
    add = reverse("admin:extensions_extension_add")
    answer = world.client("admin").post(add, {**NEW, "number": "201", **empty_devices()})
    assert answer.status_code == 200 and "This number is in use" in answer.content.decode()
    answer = world.client("admin").post(add, {**NEW, "number": "20a", **empty_devices()})
    assert "Give a number of 2 to 15 digits." in answer.content.decode()
    Organisation.objects.update(max_extensions=2)
    answer = world.client("admin").post(add, {**NEW, **empty_devices()})
    assert "limit of 2 extensions" in answer.content.decode()
    domain = reverse("admin:organisations_organisation_change", args=[world.alpha.pk])
    form = {"name": "Alpha", "domain": "new.test", "language": "en", "time_zone": "Europe/Amsterdam"}
    form |= {"max_extensions": "9", "max_call_seconds": "60", "rtp_timeout_seconds": "60"}
    form["phone_digest"] = "md5"
    answer = world.client("operator").post(domain, form)
    assert answer.status_code == 200 and "secrets made for alpha.test" in answer.content.decode()


def test_an_administrator_does_not_change_what_is_the_operators(world: World) -> None:
    page = reverse("admin:organisations_organisation_change", args=[world.alpha.pk])
    form = {"name": "Mine", "domain": "mine.test", "language": "nl", "time_zone": "Europe/Brussels"}
    form |= {"max_extensions": "9999", "max_call_seconds": "60", "rtp_timeout_seconds": "60"}
    form["phone_digest"] = "md5"
    form |= {"country": "BE", "park_first": "701", "park_last": "720", "park_seconds": "60"}
    form |= {"return_seconds": "20", "star_codes": '{"record": "*2"}'}
    assert world.client("admin").post(page, form).status_code == 302
    world.alpha.refresh_from_db()
    assert (world.alpha.name, world.alpha.domain, world.alpha.max_extensions) == ("Alpha", "alpha.test", 500)
    assert (world.alpha.language, world.alpha.max_call_seconds) == ("nl", 60)
    assert (world.alpha.country, world.alpha.star_codes) == ("BE", {"record": "*2"})
    assert world.client("admin").get(reverse("admin:organisations_organisation_add")).status_code == 403


def test_people(world: World) -> None:
    admin = world.client("admin")
    add = reverse("admin:people_user_add")
    inline = {"extensions-TOTAL_FORMS": "0", "extensions-INITIAL_FORMS": "0"}
    form = {"email": "New@Alpha.test", "name": "New", "role": "agent", "is_active": "on", **inline}
    easy = admin.post(add, {**form, "password": "password12"})
    assert easy.status_code == 200 and "too common" in easy.content.decode()
    assert admin.post(add, {**form, "role": "operator", "password": PASSWORD}).status_code == 200
    assert admin.post(add, {**form, "password": PASSWORD}).status_code == 302
    user = User.objects.get(email="new@alpha.test")
    assert user.organisation == world.alpha and user.check_password(PASSWORD)
    change = reverse("admin:people_user_change", args=[user.pk])
    assert admin.post(change, {**form, "name": "Renamed", "password": ""}).status_code == 302
    user.refresh_from_db()
    assert user.name == "Renamed" and user.check_password(PASSWORD)
    me = reverse("admin:people_user_change", args=[world.people["admin"].pk])
    answer = admin.post(me, {**form, "email": "admin@alpha.test", "role": "user"})
    assert answer.status_code == 200 and "take away your own rights" in answer.content.decode()
    assert admin.get(reverse("admin:people_user_delete", args=[world.people["admin"].pk])).status_code == 403


def test_a_token_is_shown_once(world: World) -> None:
    page = world.client("admin").post(reverse("admin:people_apitoken_add"), {"name": "script"})
    assert page.status_code == 200
    token = page.content.decode().split("<code>")[1].split("<")[0]
    assert token.startswith("ctl_") and ApiToken.objects.get().user == world.people["admin"]


def test_the_history_is_for_looking_only(world: World) -> None:
    ingest([call("c-1", str(world.alpha.pk)), call("c-2", str(world.bravo.pk))])
    record = CallRecord.objects.get(call_id="c-1")
    admin = world.client("admin")
    listing = admin.get(reverse("admin:calls_callrecord_changelist")).content.decode()
    assert "201" in listing and "1 call record" in listing
    page = admin.get(reverse("admin:calls_callrecord_change", args=[record.pk]))
    assert "opus" in page.content.decode() and 'name="_save"' not in page.content.decode()
    for who in ("admin", "operator"):
        client = world.client(who)
        assert client.post(reverse("admin:calls_callrecord_change", args=[record.pk]), {}).status_code == 403
        assert client.post(reverse("admin:calls_callrecord_delete", args=[record.pk])).status_code == 403
    assert admin.get(reverse("admin:calls_callrecord_changelist"), {"q": "202"}).status_code == 200


def test_an_operator_removes_an_organisation_with_its_history(world: World) -> None:
    ingest([call("c-1", str(world.bravo.pk))])
    page = reverse("admin:organisations_organisation_delete", args=[world.bravo.pk])
    assert world.client("operator").post(page, {"post": "yes"}).status_code == 302
    assert not Organisation.objects.filter(name="Bravo").exists() and not CallRecord.objects.exists()


def test_every_page_opens_for_both(world: World) -> None:
    for model in django_admin.site._registry:
        if not model.__module__.startswith("webapp."):
            continue
        place = model._meta.label_lower.replace(".", "_")
        for who in ("admin", "operator"):
            client = world.client(who)
            assert client.get(reverse(f"admin:{place}_changelist"), {"q": "2"}).status_code in (200, 403)
            assert client.get(reverse(f"admin:{place}_add")).status_code in (200, 403)
    assert world.client("admin").get(reverse("admin:index")).status_code == 200
    assert world.client("member").get(reverse("admin:index")).status_code == 302
