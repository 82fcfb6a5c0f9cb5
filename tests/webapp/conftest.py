"""Two organisations with people in them, a running core, and clients for each person."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from pbx.control.client import ControlClient
from tests.webapp.running_core import RunningCore
from webapp.extensions.actions import save_device, save_extension
from webapp.extensions.models import Device, Extension
from webapp.home import health
from webapp.link import core as core_link
from webapp.organisations.actions import create_organisation
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role
from webapp.people.models import User

PASSWORD = "Correct-horse-battery-1"


def pytest_report_header() -> str:
    return f"database: {connections['default'].vendor}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test database in a folder of this run (a file, so that threads share it as they do in earnest)."""
    database = connections.databases["default"]
    if "sqlite" in database["ENGINE"]:
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def quick_and_apart(settings: Any) -> None:
    """Cheap password digests (Argon2 has its own test), no throttling, nothing left in the cache, and static
    files looked for when they are asked for, not all of them by each new client."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.HOST_NAMES = settings.HOST_NAMES | {"testserver"}
    rates = SimpleRateThrottle.THROTTLE_RATES
    for scope in rates:
        rates[scope] = "100000/min"
    cache.clear()
    health._latest = (float("-inf"), {})


@dataclass
class World:
    """Organisation Alpha with one of each role and two extensions, and Bravo with its administrator."""

    alpha: Organisation
    bravo: Organisation
    people: dict[str, User] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)

    def client(self, name: str) -> APIClient:
        """A client signed in as that person, with CSRF checks off as for any API client in tests."""
        client = APIClient()
        client.force_login(self.people[name], "webapp.people.backend.EmailBackend")
        return client


@pytest.fixture
def world(db: None) -> World:
    """member has extension 201, agent has 202; outsider is the administrator of Bravo (with a 201 too)."""
    return make_world()


def make_world() -> World:
    alpha = create_organisation(name="Alpha", domain="alpha.test", language="en")
    bravo = create_organisation(name="Bravo", domain="bravo.test", language="nl")
    world = World(alpha, bravo)
    for name, role, organisation in (
        ("member", Role.USER, alpha),
        ("agent", Role.AGENT, alpha),
        ("supervisor", Role.SUPERVISOR, alpha),
        ("admin", Role.ADMIN, alpha),
        ("outsider", Role.ADMIN, bravo),
        ("operator", Role.OPERATOR, None),
    ):
        world.people[name] = User.objects.create_user(
            f"{name}@{organisation.domain if organisation else 'example.test'}",
            PASSWORD,
            name=name.capitalize(),
            role=role,
            organisation=organisation,
        )
    for number, organisation, owner in (("201", alpha, "member"), ("202", alpha, "agent")):
        extension = Extension(
            organisation=organisation, number=number, name=f"Name {number}", user=world.people[owner]
        )
        world.extensions[number] = save_extension(extension)
        device = Device(extension=extension, name="Desk phone")
        save_device(device)
        world.devices[number] = device
    foreign = save_extension(
        Extension(organisation=bravo, number="201", name="Bravo 201", user=world.people["outsider"])
    )
    world.extensions["bravo"] = foreign
    return world


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningCore]:
    """A running core that the web talks to."""
    running = RunningCore(tmp_path)
    running.start()
    monkeypatch.setattr(core_link, "client", lambda: ControlClient(running.address))
    yield running
    running.close()


def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Poll until the condition is true and give its value; AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
