"""Snapshots: pure, deterministic, complete, and in the core's language."""

import random
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    decode,
    encode,
)
from tests.webapp.conftest import World
from tests.webapp.control_cases import things
from tests.webapp.running_core import RunningCore
from webapp.extensions.credentials import digests
from webapp.extensions.models import Device, Extension
from webapp.flows.models import Group, GroupMember
from webapp.link.snapshot import compile_snapshot, load
from webapp.organisations.models import Organisation

numbers = st.lists(st.from_regex(r"\A[0-9]{2,15}\Z"), unique=True, max_size=8)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Organisation, list[Extension], list[Device]]:
    """Any organisation that the database would take, unsaved."""
    organisation = Organisation(name="Any", domain="any.test", language=draw(st.sampled_from(["nl", "en"])))
    extensions, devices = [], []
    for number in draw(numbers):
        extension = Extension(
            organisation=organisation,
            number=number,
            name=draw(st.text(max_size=80)),
            language=draw(st.sampled_from(["", "nl", "en"])),
            ring_seconds=draw(st.integers(5, 300)),
        )
        extensions.append(extension)
        for index in range(draw(st.integers(0, 3))):
            devices.append(
                Device(
                    organisation=organisation,
                    extension=extension,
                    name=draw(st.text(max_size=80)),
                    username=number if not index else f"{number}-{index + 1}",
                    ha1_md5="0" * 32,
                    ha1_sha256="0" * 64,
                    enabled=draw(st.booleans()),
                )
            )
    return organisation, extensions, devices


@given(organisations(), st.randoms())
def test_order_of_rows_does_not_matter_and_the_core_takes_it(
    made: tuple[Organisation, list[Extension], list[Device]], chance: random.Random
) -> None:
    organisation, extensions, devices = made
    first = compile_snapshot(organisation, extensions, devices)
    chance.shuffle(extensions)
    chance.shuffle(devices)
    assert encode(compile_snapshot(organisation, extensions, devices)) == encode(first)
    assert decode(encode(first), Snapshot) == first


@pytest.mark.django_db
def test_a_saved_organisation(world: World) -> None:
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    world.alpha.refresh_from_db()
    assert (snapshot.tenant, snapshot.version) == (str(world.alpha.pk), world.alpha.config_version)
    assert [(e.number, e.language) for e in snapshot.extensions] == [("201", "en"), ("202", "en")]
    assert [d.username for d in snapshot.devices] == ["201", "202"]
    assert [e.ring_seconds for e in snapshot.extensions] == [25, 25]
    assert load(uuid.uuid4()) is None


def test_digests_are_those_of_the_rfc() -> None:
    """A1 of RFC 2617 section 3.5: Mufasa, testrealm@host.com, Circle Of Life."""
    kept = digests("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert kept.md5 == "939e7578ed9e3c518a452acee763bce9"
    assert len(kept.sha256) == 64


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "offered"), [("md5", ["MD5"]), ("both", ["SHA-256", "MD5"]), ("sha256", ["SHA-256"])]
)
def test_the_choice_of_digests_reaches_the_core(world: World, choice: str, offered: list[str]) -> None:
    before = load(world.alpha.pk)
    world.alpha.phone_digest = choice
    world.alpha.save()
    snapshot = load(world.alpha.pk)
    assert before is not None and snapshot is not None
    assert snapshot.digests == offered
    assert snapshot.version > before.version


@pytest.mark.django_db
def test_the_same_rows_give_the_same_bytes_with_as_many_queries_whatever_their_number(
    world: World, core: RunningCore, django_assert_num_queries: Any
) -> None:
    things(world, core)
    with CaptureQueriesContext(connection) as few:
        first = load(world.alpha.pk)
    assert first is not None and decode(encode(first), Snapshot) == first
    extensions = [Extension(organisation=world.alpha, number=str(n), name="x") for n in range(3000, 3200)]
    Extension.objects.bulk_create(extensions)
    group = Group.objects.get()
    GroupMember.objects.bulk_create(
        [GroupMember(organisation=world.alpha, group=group, extension=each) for each in extensions]
    )
    with django_assert_num_queries(len(few)):
        second = load(world.alpha.pk)
    assert second is not None and len(second.groups[0].extensions) == 201
    assert encode(load(world.alpha.pk)) == encode(second)
