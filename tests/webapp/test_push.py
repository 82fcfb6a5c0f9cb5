"""Browsers that are told of calls while no page is open: who may be, where to, and what they are told."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.urls import reverse

from pbx.control.messages import CallRecord, Event
from tests.running import eventually
from tests.services.push_service import PushService, push_service
from tests.webapp.conftest import World
from tests.webapp.running_core import call
from tests.webapp.signing_in import Visitor
from webapp.calls.actions import ingest
from webapp.common import outbound
from webapp.people.actions import new_token
from webapp.profile.models import Profile
from webapp.push import vapid
from webapp.push.hosts import allowed
from webapp.push.models import Subscription
from webapp.push.telling import Teller

HOSTS = ("fcm.googleapis.com", "*.notify.windows.com")


@pytest.fixture
def service(settings: Any, tmp_path: Path) -> Iterator[PushService]:
    """A push service on this machine, which only a setting of tests allows."""
    settings.HOME = tmp_path
    vapid.ensure(tmp_path)
    settings.CENTRALE = settings.CENTRALE.model_copy(
        update={"private_hooks": True, "push_hosts": ("127.0.0.1",)}
    )
    with push_service() as found:
        yield found


def test_the_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    vapid.ensure(tmp_path)
    key = vapid.public_key(tmp_path)
    vapid.ensure(tmp_path)
    vapid.signer.cache_clear()
    assert vapid.public_key(tmp_path) == key and len(key) == 87
    assert (tmp_path / vapid.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://FCM.googleapis.com:443/x", True),
        ("https://db5p.notify.windows.com/w/?token=x", True),
        ("https://notify.windows.com/", False),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evil.example/fcm.googleapis.com", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com@evil.example/x", False),
        ("https://evilnotify.windows.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://[::1]/x", False),
        ("https://fcm.googleapis.com:x/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_known_push_services(endpoint: str, good: bool) -> None:
    assert allowed(endpoint, HOSTS, private=False) == good


@pytest.mark.django_db(transaction=True)
def test_a_subscription_lives_with_its_session(world: World, service: PushService, settings: Any) -> None:
    here, agent = Visitor().signed_in(), Visitor().signed_in("agent@alpha.test")
    assert here.get("push") == {"key": vapid.public_key(settings.HOME)}
    for _ in range(3):  # again is the same one
        assert here.ask("push", service.subscription())[0] == 204
    row = Subscription.objects.get()
    assert row.session.user == world.people["member"]
    # The same browser, where now somebody else is signed in.
    assert agent.ask("push", service.subscription())[0] == 204
    assert Subscription.objects.get().session.user == world.people["agent"]
    assert here.ask("push", method="delete")[0] == 204
    assert Subscription.objects.count() == 1  # nobody ends those of others
    assert agent.ask("auth-sign-out", {})[0] in (200, 204)
    assert not Subscription.objects.exists()
    assert agent.ask("push", service.subscription("/send/2"))[0] in (401, 403)


@pytest.mark.django_db(transaction=True)
def test_what_is_no_subscription(world: World, service: PushService, settings: Any) -> None:
    here, good = Visitor().signed_in(), service.subscription()
    for wrong in (
        {},
        {**good, "endpoint": "https://evil.example/x"},
        {**good, "endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
        {**good, "keys": {**good["keys"], "auth": "AAAA"}},
        {**good, "keys": {**good["keys"], "p256dh": "BA" + "A" * 85}},
        {**good, "keys": {**good["keys"], "p256dh": "x" * 5000}},
    ):
        assert here.ask("push", wrong)[0] == 400, wrong
    settings.CENTRALE = settings.CENTRALE.model_copy(update={"private_hooks": False})
    assert here.ask("push", good)[0] == 400
    _token, text = new_token(world.people["member"], "a program")
    bearer = Visitor()
    bearer.client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert bearer.client.post(reverse("push"), good, format="json").status_code in (401, 403)
    assert not Subscription.objects.exists()


def ringing(world: World, number: str = "201", **changes: Any) -> Event:
    record = call("c1", str(world.alpha.pk), "202", number, ended=False, started_at=time.time())
    legs = [
        msgspec.structs.replace(leg, state="ringing", answered_at=None) if leg.role == "callee" else leg
        for leg in record.legs
    ]
    record = msgspec.structs.replace(record, **{"legs": legs, "answered_at": None, **changes})
    return Event(number=1, at=time.time(), kind="call.changed", tenant=record.tenant, call=record)


def over(record: CallRecord) -> Event:
    now = time.time()
    legs = [msgspec.structs.replace(leg, state="ended", ended_at=now) for leg in record.legs]
    ended = msgspec.structs.replace(
        record, legs=legs, ended_at=now, ended_by="caller", outcome="no_answer", answered_at=None
    )
    return Event(number=2, at=now, kind="call.ended", tenant=record.tenant, call=ended)


@contextlib.asynccontextmanager
async def telling() -> Any:
    teller = Teller()
    task = asyncio.create_task(teller.run())
    yield teller
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def settled(service: PushService, count: int) -> None:
    await eventually(lambda: len(service.received) >= count, 15, f"{count} messages")


def signed_in(world: World, service: PushService) -> dict[str, Visitor]:
    people = {"member": "member@alpha.test", "agent": "agent@alpha.test", "outsider": "outsider@bravo.test"}
    found = {name: Visitor().signed_in(email) for name, email in people.items()}
    for name, visitor in found.items():
        assert visitor.ask("push", service.subscription(f"/{name}"))[0] == 204
    return found


@pytest.mark.django_db(transaction=True)
async def test_who_is_called_is_told(world: World, service: PushService, settings: Any) -> None:
    """Encrypted, signed, once, and nobody else: the outsider has a 201 too."""
    await asyncio.to_thread(signed_in, world, service)
    async with telling() as teller:
        teller.heard(ringing(world))
        teller.heard(ringing(world))
        await settled(service, 1)
        event = over(ringing(world).call)  # type: ignore[arg-type]
        await asyncio.to_thread(ingest, [event.call])  # type: ignore[list-item]
        teller.stored([event])
        await settled(service, 2)
    rang, lost = service.received
    assert rang.message["title"] == "Name of 202" and rang.message["body"] == "Calls you: 202"
    assert rang.message["tag"] == lost.message["instead"] == "centrale-call"
    assert (lost.message["title"], lost.message["body"]) == ("Missed call", "Name of 202")
    assert b"202" not in rang.body and rang.headers["content-encoding"] == "aes128gcm"
    assert rang.headers["ttl"] == "30" and rang.headers["urgency"] == "high"
    claims = service.claims(rang)
    assert claims["aud"] == service.root and time.time() < int(claims["exp"]) < time.time() + 86400
    assert type(claims["exp"]) is int, "push services read it as RFC 7519 has it"
    assert claims["key"] == vapid.public_key(settings.HOME) and claims["sub"].startswith("mailto:")


@pytest.mark.django_db(transaction=True)
async def test_as_the_person_wishes(world: World, service: PushService) -> None:
    await asyncio.to_thread(signed_in, world, service)

    def wish(**notifications: bool) -> None:
        Profile.objects.update_or_create(
            person=world.people["member"], defaults={"preferences": {"notifications": notifications}}
        )

    await asyncio.to_thread(wish, who=False)
    async with telling() as teller:
        teller.heard(ringing(world))
        await settled(service, 1)
        assert "202" not in json.dumps(service.received[0].message)
        await asyncio.to_thread(wish, calls=False)
        teller.heard(ringing(world, "201", id="c2"))
        teller.heard(ringing(world, "202", id="c3"))  # the agent, who is told
        await settled(service, 2)
    assert [each.message["title"] for each in service.received] == ["Centrale", "Name of 202"]


@pytest.mark.django_db(transaction=True)
async def test_who_is_gone_is_forgotten_and_old_news_is_none(world: World, service: PushService) -> None:
    await asyncio.to_thread(signed_in, world, service)
    service.status = 307
    async with telling() as teller:
        event = ringing(world)
        old = [msgspec.structs.replace(leg, offered_at=time.time() - 60) for leg in event.call.legs]  # type: ignore[union-attr]
        teller.heard(ringing(world, legs=old))
        teller.heard(event)
        await settled(service, 1)  # a redirect leads nowhere
        service.status = 410
        teller.heard(ringing(world, id="c2"))
        await settled(service, 2)

        async def left() -> bool:
            return await asyncio.to_thread(Subscription.objects.count) == 2

        await eventually(left, 10, "it is forgotten")
    assert len(service.received) == 2


@pytest.mark.django_db(transaction=True)
async def test_a_push_service_that_does_not_answer_holds_up_no_other_call(
    world: World, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes of the call that it holds up comes after, in order."""
    await asyncio.to_thread(signed_in, world, service)
    monkeypatch.setattr(outbound, "SECONDS", 60.0)
    service.stuck = {"/member"}
    async with telling() as teller:
        teller.heard(ringing(world))
        rung = ringing(world).call
        assert rung is not None
        lost = over(rung)
        assert lost.call is not None
        await asyncio.to_thread(ingest, [lost.call])
        teller.stored([lost])
        teller.heard(ringing(world, "202", id="c2"))
        await settled(service, 1)
        assert [each.path for each in service.received] == ["/agent"]
        service.go_on.set()
        await settled(service, 3)
    assert [(each.path, each.message["title"]) for each in service.received[1:]] == [
        ("/member", "Name of 202"),
        ("/member", "Missed call"),
    ]
