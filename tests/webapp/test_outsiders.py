"""Every URL has a case here: what a member, the administrator and an outsider get. A new URL without one
fails.

The outsider is the administrator of another organisation; for that person everything of Alpha is missing.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pbx.control.messages import BanState
from tests.webapp import audio_cases, control_cases, directory_cases, signin_cases
from tests.webapp.cases import Case
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.calls.models import CallRecord
from webapp.link.models import SetAside
from webapp.people.actions import new_token

# Open to everyone, and the same for everyone.
PUBLIC = {"healthz", "start", "sign-out", "api-schema", "api-docs", *signin_cases.OPEN}
PUBLIC |= {"client", "service-worker"}


ORGANISATION, EXTENSION = {"pk": "$organisation"}, {"pk": "$extension"}
DEVICE, USER, TOKEN = {"pk": "$device"}, {"pk": "$user"}, {"pk": "$token"}

CASES: dict[str, list[Case]] = {
    "own-calls": [Case("get", 200, 200, 200)],
    "organisation-list": [
        Case("get", 200, 200, 200),
        Case("post", 403, 403, 403, body={"name": "New", "domain": "new.test"}),
    ],
    "organisation-detail": [
        Case("get", 200, 200, 404, ORGANISATION),
        Case("patch", 403, 200, 404, ORGANISATION, {"time_zone": "Europe/Brussels"}),
        Case("delete", 403, 403, 403, ORGANISATION),
    ],
    "organisation-change-domain": [Case("post", 403, 403, 403, ORGANISATION, {"domain": "other.test"})],
    "user-list": [
        Case("get", 200, 200, 200),
        Case(
            "post",
            403,
            201,
            400,
            body={"email": "new@alpha.test", "name": "New", "organisation": "$organisation"},
        ),
    ],
    "user-detail": [
        Case("get", 404, 200, 404, USER),
        Case("patch", 403, 200, 404, USER, {"name": "Changed"}),
        Case("delete", 403, 204, 404, USER),
    ],
    "token-list": [Case("get", 200, 200, 200), Case("post", 201, 201, 201, body={"name": "mine"})],
    "token-detail": [Case("get", 404, 404, 404, TOKEN), Case("delete", 404, 404, 404, TOKEN)],
    "extension-list": [
        Case("get", 200, 200, 200),
        Case("post", 403, 201, 400, body={"number": "299", "name": "New", "organisation": "$organisation"}),
    ],
    "extension-detail": [
        Case("get", 404, 200, 404, EXTENSION),
        Case("patch", 403, 200, 404, EXTENSION, {"name": "Changed"}),
        Case("delete", 403, 204, 404, EXTENSION),
    ],
    "device-list": [
        Case("get", 200, 200, 200),
        Case("post", 403, 201, 400, body={"extension": "$extension", "name": "Second"}),
    ],
    "device-detail": [
        Case("get", 404, 200, 404, DEVICE),
        Case("patch", 403, 200, 404, DEVICE, {"name": "Changed"}),
        Case("delete", 403, 204, 404, DEVICE),
    ],
    "phone": [Case("post", 200, 404, 200)],  # everybody's own; the administrator of Alpha has none
    "push": [
        Case("get", 200, 200, 200),
        Case("post", 400, 400, 400, body={"endpoint": "https://127.0.0.1/"}),
        Case("delete", 204, 204, 204),
    ],
    "device-renew-secret": [Case("post", 403, 200, 404, DEVICE)],
    "call-detail": [Case("get", 404, 200, 404, {"call_id": "past-1"})],
    "live-calls": [Case("get", 200, 200, 200)],
    "live-bindings": [Case("get", 200, 200, 200)],
    "live-trace": [
        Case("put", 403, 204, 400, body={"organisation": "$organisation", "seconds": 0}),
        Case("put", 403, 204, 400, body={"device": "$device", "seconds": 0}),
    ],
    "bans": [Case("get", 403, 403, 403)],
    "ban": [Case("delete", 403, 403, 403, {"address": "192.0.2.99"})],
    **control_cases.CASES,
    **audio_cases.CASES,
    **directory_cases.CASES,
    **signin_cases.CASES,
}
REQUESTS = [(name, case) for name, cases in CASES.items() for case in cases]


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    """Every URL pattern outside Django's admin, which has its own test below."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from patterns(entry)
        else:
            yield entry


def test_every_url_has_a_case() -> None:
    names = {pattern.name for pattern in patterns()}
    assert names - PUBLIC == set(CASES), "give each new URL its case with an outsider"


@pytest.mark.django_db
def test_every_method_has_a_case() -> None:
    for pattern in patterns():
        if pattern.name in PUBLIC or pattern.name == "own-calls":
            continue
        view = pattern.callback
        methods = set(getattr(view, "actions", None) or {})
        if not methods:
            methods = {m for m in ("get", "post", "put", "patch", "delete") if hasattr(view.view_class, m)}
        assert methods - {"head", "options"} == {case.method for case in CASES[str(pattern.name)]}, (
            pattern.name
        )


@pytest.fixture
def alpha(world: World, core: RunningCore, settings: Any) -> dict[str, str]:
    """Things of Alpha to ask for: the agent's, so that the member has no right to them either."""
    settings.HOME = core.folder / "home"
    tenant = str(world.alpha.pk)
    core.run(lambda: _know(core, tenant))
    core.call_started(call("live-1", tenant, "202", "203", ended=False))
    core.banned(BanState(address="192.0.2.99", failures=9, since=1.0, until=2e9))
    ingest([call("past-1", tenant, "202", "203")])
    token, _text = new_token(world.people["agent"], "agent's")
    return {
        "$organisation": tenant,
        "$extension": str(world.extensions["202"].pk),
        "$device": str(world.devices["202"].pk),
        "$user": str(world.people["agent"].pk),
        "$token": str(token.pk),
        **control_cases.things(world, core),
        **audio_cases.things(world, core),
        **directory_cases.things(world),
        **signin_cases.things(world),
    }


async def _know(core: RunningCore, tenant: str) -> None:
    assert core.core is not None
    core.core.view.tenants[tenant] = 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "case"), REQUESTS, ids=[f"{n}-{c.method}-{i}" for i, (n, c) in enumerate(REQUESTS)]
)
def test_each_gets_what_is_theirs(
    name: str, case: Case, world: World, alpha: dict[str, str], client: Any
) -> None:
    """The administrator comes last, who may change most; what each changed in the database is undone."""
    for who in ("nobody", "outsider", "member", "admin"):
        with transaction.atomic():
            answer = ask(client if who == "nobody" else world.client(who), name, case, alpha)
            transaction.set_rollback(True)
        if who == "nobody":
            assert answer.status_code == (302 if name == "own-calls" else 401)
            continue
        assert answer.status_code == getattr(case, who), (who, answer.content)
        if who == "outsider":
            assert_nothing_of(alpha, answer.content.decode(), case)


def ask(asker: Any, name: str, case: Case, alpha: dict[str, str]) -> Any:
    """The answer to the request, with things of Alpha in the places of their names."""
    url = reverse(name, kwargs=real(case.arguments, alpha))
    if case.method == "get":
        return asker.get(url)
    body = None if case.body is None else json.dumps(real(case.body, alpha))
    return getattr(asker, case.method)(url, data=body, content_type="application/json")


def real(values: Any, alpha: dict[str, str]) -> Any:
    if isinstance(values, dict):
        return {key: real(value, alpha) for key, value in values.items()}
    return [real(each, alpha) for each in values] if isinstance(values, list) else alpha.get(values, values)


def assert_nothing_of(alpha: dict[str, str], text: str, case: Case) -> None:
    assert "alpha" not in text.lower() and "live-1" not in text and "past-1" not in text
    for value in real(case.body or {}, alpha).values():
        for each in value if isinstance(value, list) else [value]:
            text = text.replace(str(each), "")  # what was sent may come back in a complaint
    assert not [thing for thing in alpha.values() if thing in text]


@pytest.mark.django_db(transaction=True)
def test_admin_pages_show_no_foreign_row(world: World, alpha: dict[str, str], core: RunningCore) -> None:
    rows: dict[str, Any] = {
        "organisations.organisation": world.alpha.pk,
        "people.user": world.people["agent"].pk,
        "people.apitoken": alpha["$token"],
        "extensions.extension": world.extensions["202"].pk,
        "extensions.device": world.devices["202"].pk,
        "calls.callrecord": CallRecord.objects.get(call_id="past-1").pk,
        "link.setaside": SetAside.objects.create(stream="s", number=1, body="{}", error="alpha").pk,
        **control_cases.admin_rows(alpha),
        **audio_cases.admin_rows(alpha),
        **directory_cases.admin_rows(alpha),
        **signin_cases.admin_rows(world, alpha),
    }
    registered = {model._meta.label_lower for model in admin.site._registry if not _of_others(model)}
    assert registered == set(rows), "give each model in the admin its case here"
    outsider, operator = world.client("outsider"), world.client("operator")
    for label, pk in rows.items():
        place = label.replace(".", "_")
        for page in ("change", "delete", "history"):
            answer = outsider.get(reverse(f"admin:{place}_{page}", args=[pk]))
            assert answer.status_code in (302, 403), (label, page)
        assert operator.get(reverse(f"admin:{place}_change", args=[pk])).status_code == 200, label
        listing = outsider.get(reverse(f"admin:{place}_changelist"))
        assert listing.status_code in (200, 403)
        assert "alpha" not in listing.content.decode().lower(), label


def _of_others(model: Any) -> bool:
    """Models of libraries: operators only, by their rights."""
    return not model.__module__.startswith("webapp.")


@pytest.mark.django_db(transaction=True)
def test_live_page_belongs_to_the_organisation(
    world: World, alpha: dict[str, str], core: RunningCore
) -> None:
    page, hang_up = reverse("admin:live"), reverse("admin:live-hang-up")
    outsider = world.client("outsider")
    assert "202" not in outsider.get(page).content.decode()
    assert outsider.post(hang_up, {"call": "live-1"}).status_code == 404
    assert outsider.post(reverse("admin:live-unban"), {"address": "192.0.2.99"}).status_code == 403
    assert world.client("member").get(page).status_code == 302
    admin_client = world.client("admin")
    assert "live-1" in admin_client.get(page).content.decode()
    assert admin_client.post(hang_up, {"call": "live-1"}).status_code == 302
    operator = world.client("operator")
    assert "192.0.2.99" in operator.get(page).content.decode()
    assert operator.post(reverse("admin:live-unban"), {"address": "192.0.2.99"}).status_code == 302
    assert "192.0.2.99" not in operator.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_admin_form_offers_own_people_only(world: World) -> None:
    add = reverse("admin:extensions_extension_add")
    form = {"number": "777", "name": "X", "language": "", "ring_seconds": "25", **empty_devices()}
    foreign = world.client("outsider").post(add, {**form, "user": str(world.people["agent"].pk)})
    assert foreign.status_code == 200 and "Select a valid choice" in _english(foreign)
    search = (
        reverse("admin:autocomplete")
        + "?app_label=extensions&model_name=extension&field_name=user&term=agent"
    )
    assert world.client("outsider").get(search).json()["results"] == []
    assert len(world.client("admin").get(search).json()["results"]) == 1


def _english(answer: Any) -> str:
    text = answer.content.decode()
    return text.replace("Selecteer een geldige keuze", "Select a valid choice")


def empty_devices() -> dict[str, str]:
    """The management forms of the lists on an extension's page."""
    return {
        f"{name}-{what}_FORMS": "0" for name in ("devices", "supervision") for what in ("TOTAL", "INITIAL")
    }
