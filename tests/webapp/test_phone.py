"""The browser as somebody's phone: its device, what it is told, and that it has no secret."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from django.urls import reverse

from tests.webapp.conftest import World
from webapp.extensions.actions import browser_of
from webapp.extensions.models import Device
from webapp.link.snapshot import load
from webapp.organisations.actions import change_domain
from webapp.phone.access import browser_of_person
from webapp.phone.ice import TURN_SECONDS, IceServer, ice_servers


def opened(world: World, name: str) -> Any:
    answer = world.client(name).post("/api/v1/phone/")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_person_gets_one_browser_device(world: World) -> None:
    phone = opened(world, "member")
    assert opened(world, "member") == phone | {"ice_until": pytest.approx(phone["ice_until"], abs=60)}
    device = Device.objects.get(pk=phone["device"])
    assert device.kind == Device.Kind.BROWSER and device.extension == world.extensions["201"]
    assert (phone["number"], phone["username"], phone["domain"]) == ("201", "201-2", "alpha.test")
    assert phone["extension"] == str(world.extensions["201"].pk) and phone["display_name"] == "Name 201"
    assert phone["ice_servers"] == []


def test_everybody_has_an_own_one(world: World) -> None:
    assert opened(world, "member")["device"] != opened(world, "agent")["device"]
    assert opened(world, "outsider")["domain"] == "bravo.test"
    assert world.client("admin").post("/api/v1/phone/").status_code == 404
    assert world.client("operator").post("/api/v1/phone/").status_code == 404


def test_it_has_no_secret_and_gets_none(world: World) -> None:
    phone = opened(world, "member")
    device = Device.objects.get(pk=phone["device"])
    assert (device.ha1_md5, device.ha1_sha256, device.secret_set_at) == ("", "", None)
    admin = world.client("admin")
    assert admin.post(f"/api/v1/devices/{device.pk}/renew-secret/").status_code == 400
    assert "secret" not in admin.patch(f"/api/v1/devices/{device.pk}/", {"name": "Laptop"}, "json").json()
    assert device not in [phone for phone, _ in change_domain(world.alpha, "new.test")]
    device.refresh_from_db()
    assert (device.ha1_md5, device.ha1_sha256) == ("", "")


def test_nobody_makes_one_over_the_api_of_phones(world: World) -> None:
    body = {"extension": str(world.extensions["201"].pk), "name": "x", "kind": "browser"}
    made = world.client("admin").post("/api/v1/devices/", body, "json").json()
    assert made["secret"] and Device.objects.get(pk=made["id"]).kind == Device.Kind.PHONE


def test_the_core_knows_it_as_a_browser(world: World) -> None:
    device = browser_of(world.extensions["201"])
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    (config,) = (each for each in snapshot.devices if each.id == str(device.pk))
    assert (config.srtp, config.ha1_md5, config.ha1_sha256) == ("dtls", None, None)
    assert {each.srtp for each in snapshot.devices if each.id != config.id} == {"off"}


def enabled(world: World, device: Device) -> list[bool]:
    """Whether the core lets it phone; empty when it knows no such device."""
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    return [each.enabled for each in snapshot.devices if each.id == str(device.pk)]


def test_it_works_as_long_as_its_person_may_sign_in(world: World) -> None:
    extension, member = world.extensions["201"], world.people["member"]
    device = browser_of(extension)
    assert enabled(world, device) == [True]
    page = reverse("user-detail", args=[member.pk])
    assert world.client("admin").patch(page, {"is_active": False}, "json").status_code == 200
    assert enabled(world, device) == [False]
    assert [each.enabled for each in (load(world.alpha.pk) or pytest.fail()).devices].count(False) == 1
    assert world.client("admin").patch(page, {"is_active": True}, "json").status_code == 200
    assert enabled(world, device) == [True]
    member.delete()
    assert enabled(world, device) == [False]


def test_another_person_gets_another_one(world: World) -> None:
    extension = world.extensions["201"]
    device = browser_of(extension)
    page = reverse("extension-detail", args=[extension.pk])
    assert world.client("admin").patch(page, {"name": "Anna"}, "json").status_code == 200
    assert enabled(world, device) == [True]
    other = {"user": str(world.people["admin"].pk)}
    assert world.client("admin").patch(page, other, "json").status_code == 200
    assert enabled(world, device) == []
    assert opened(world, "admin")["device"] != str(device.pk)


def test_whose_browser(world: World) -> None:
    member = world.people["member"]
    assert browser_of_person(str(member.pk)) is None
    device = browser_of(world.extensions["201"])
    assert browser_of_person(str(member.pk)) == device
    assert browser_of_person(str(world.people["agent"].pk)) is None
    Device.objects.filter(pk=device.pk).update(enabled=False)
    assert browser_of_person(str(member.pk)) is None


def test_passwords_for_turn_end() -> None:
    servers = ice_servers(("stun:s:3478",), ("turn:t:3478", "turns:t:5349"), "shared", "anna", 1000.5)
    username = f"{1000 + TURN_SECONDS}:anna"
    proof = base64.b64encode(hmac.new(b"shared", username.encode(), hashlib.sha1).digest()).decode()
    assert servers == [
        IceServer(["stun:s:3478"]),
        IceServer(["turn:t:3478", "turns:t:5349"], username, proof),
    ]
    assert ice_servers((), ("turn:t:3478",), None, "anna", 0.0) == []
