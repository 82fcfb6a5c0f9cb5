"""Each change of what a snapshot is made of raises the organisation's version, whatever way it comes."""

import threading
import time
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import close_old_connections, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.webapp.conftest import World
from tests.webapp.control_cases import things
from tests.webapp.running_core import RunningCore
from tests.webapp.test_outsiders import empty_devices
from webapp.contacts.models import Mark
from webapp.extensions.models import Device, Extension
from webapp.organisations.models import Organisation
from webapp.organisations.versions import WATCHED
from webapp.people.models import User

Change = Callable[[World], object]


def version(organisation: Organisation) -> int:
    return Organisation.objects.values_list("config_version", flat=True).get(pk=organisation.pk)


def _sql(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE extensions_extension SET name = 'By SQL' WHERE number = '202'")


def _admin_page(world: World) -> None:
    page = reverse("admin:extensions_extension_change", args=[world.extensions["202"].pk])
    form = {"number": "202", "name": "By admin", "language": "", "ring_seconds": "30", **empty_devices()}
    assert world.client("admin").post(page, form).status_code == 302


def _inline(world: World) -> None:
    device = world.devices["202"]
    page = reverse("admin:extensions_extension_change", args=[world.extensions["202"].pk])
    form = {"number": "202", "name": "Name 202", "language": "", "ring_seconds": "25"}
    form |= empty_devices() | {"devices-0-srtp": "off", "devices-0-max_calls": "4"}
    form |= {"devices-TOTAL_FORMS": "1", "devices-INITIAL_FORMS": "1", "devices-0-id": str(device.pk)}
    form |= {"devices-0-extension": str(world.extensions["202"].pk), "devices-0-name": "By inline"}
    form |= {"devices-0-dtmf": "info", "devices-0-max_bindings": "5", "devices-0-enabled": "on"}
    assert world.client("admin").post(page, form).status_code == 302
    assert Device.objects.get(pk=device.pk).name == "By inline"


CHANGES: dict[str, Change] = {
    "save": lambda w: w.extensions["202"].save(),
    "bulk update": lambda w: Extension.objects.filter(number="202").update(ring_seconds=31),
    "bulk create": lambda w: Extension.objects.bulk_create(
        [Extension(organisation=w.alpha, number=str(n), name="x") for n in range(300, 303)]
    ),
    "delete": lambda w: Extension.objects.filter(number="202").delete(),
    "device": lambda w: Device.objects.filter(username="202").update(enabled=False),
    "organisation": lambda w: Organisation.objects.filter(name="Alpha").update(language="nl"),
    "api": lambda w: w.client("admin").patch(
        reverse("extension-detail", args=[w.extensions["202"].pk]), {"name": "By API"}, format="json"
    ),
    "admin page": _admin_page,
    "admin inline": _inline,
    "sql": _sql,
    "somebody may not sign in": lambda w: User.objects.filter(pk=w.people["agent"].pk).update(
        is_active=False
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", CHANGES)
def test_every_way_to_write_raises_the_version(way: str, world: World) -> None:
    before, other = version(world.alpha), version(world.bravo)
    CHANGES[way](world)
    assert version(world.alpha) > before
    assert version(world.bravo) == other or way == "sql"


@pytest.mark.django_db
def test_what_is_not_in_the_snapshot_does_not(world: World) -> None:
    before = version(world.alpha)
    world.people["agent"].name = "Someone"
    world.people["agent"].save()
    User.objects.filter(pk=world.people["agent"].pk).update(last_login=timezone.now())
    world.client("admin").get(reverse("extension-list"))
    assert version(world.alpha) == before


@pytest.mark.django_db
def test_of_marks_only_those_of_who_is_blocked_do(world: World) -> None:
    """A star is nothing to the core, and does not have all of the configuration made again."""
    mine = {"organisation": world.alpha, "person": world.people["member"]}
    mark = Mark(**mine, extension=world.extensions["202"], favourite=True)
    rows = Mark.objects.filter(pk=mark.pk)

    def raised(change: Callable[[], object]) -> bool:
        before = version(world.alpha)
        change()
        return version(world.alpha) > before

    assert not raised(mark.save) and not raised(lambda: rows.update(vip=True))
    for blocked in (True, True, False):  # said again when the numbers of a contact change
        assert raised(lambda blocked=blocked: rows.update(blocked=blocked))
    assert not raised(lambda: rows.update(favourite=False)) and not raised(rows.delete)
    assert raised(lambda: Mark.objects.create(**mine, extension=world.extensions["202"], blocked=True))
    assert raised(Mark.objects.all().delete)


@pytest.mark.django_db
def test_a_stale_object_never_takes_the_version_back(world: World) -> None:
    stale = Organisation.objects.get(pk=world.alpha.pk)
    for _ in range(3):
        world.extensions["202"].save()
    before = version(world.alpha)
    stale.time_zone = "Europe/Brussels"
    stale.save()
    assert version(world.alpha) > before


@pytest.mark.django_db
def test_versions_never_repeat_after_a_restore(world: World) -> None:
    """A new version is at least the time of the change, so a restored database does not reuse old numbers."""
    Organisation.objects.filter(pk=world.alpha.pk).update(config_version=7)
    world.extensions["202"].save()
    assert version(world.alpha) >= int(time.time()) - 2


@pytest.mark.django_db(transaction=True)
def test_a_roll_back_takes_the_version_back_too(world: World) -> None:
    before = version(world.alpha)
    with transaction.atomic():
        world.extensions["202"].save()
        assert version(world.alpha) > before
        transaction.set_rollback(True)
    assert version(world.alpha) == before


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_each_raise_it(world: World) -> None:
    Organisation.objects.filter(pk=world.alpha.pk).update(config_version=2**40)
    before, failed = version(world.alpha), []

    def write() -> None:
        try:
            for _ in range(10):
                Extension.objects.filter(number="202", organisation=world.alpha).update(ring_seconds=20)
        except Exception as error:
            failed.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert version(world.alpha) == before + 40


@pytest.mark.timeout(400)  # every migration, twice
@pytest.mark.django_db(transaction=True)
def test_an_upgrade_keeps_its_rows_and_gives_them_new_versions(world: World) -> None:
    """Back to the first form of the tables and forward again, as an installation with data is upgraded."""
    before = version(world.alpha)
    call_command("migrate", "organisations", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    assert set(Extension.objects.values_list("number", flat=True)) >= {"201", "202"}
    upgraded = version(world.alpha)
    assert upgraded > before
    Extension.objects.filter(number="202").update(name="After the upgrade")
    assert version(world.alpha) > upgraded


@pytest.mark.django_db
def test_each_table_of_the_snapshot_raises_it(world: World, core: RunningCore) -> None:
    """Insert, update and delete, in every table that a snapshot is made of."""
    things(world, core)
    mine = {"organisation": world.alpha}
    for label in WATCHED:
        model = apps.get_model(label)
        for what, change in (
            ("update", lambda rows: rows.update(created_at=timezone.now())),
            ("delete", lambda rows: rows._raw_delete(rows.db)),
        ):
            rows = model._default_manager.filter(**mine)
            before, other = version(world.alpha), version(world.bravo)
            if not rows.exists():
                continue
            with transaction.atomic(), connection.constraint_checks_disabled():
                change(rows)
                assert version(world.alpha) > before, (label, what)
                assert version(world.bravo) == other, (label, what)
                transaction.set_rollback(True)
