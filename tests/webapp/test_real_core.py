"""A real core takes the whole snapshot, and does what REST asks of it."""

import asyncio

import pytest
from django.urls import reverse

from tests import running
from tests.webapp.conftest import World, until
from tests.webapp.control_cases import things
from tests.webapp.running_core import RunningCore
from webapp.link import core as core_link
from webapp.link.snapshot import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def real(new_core: running.RunningCore) -> running.RunningCore:
    """A core process with nothing in it."""
    asyncio.run(new_core.start())
    return new_core


def test_a_core_takes_it_all_and_keeps_what_users_set(
    world: World, core: RunningCore, real: running.RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = things(world, core)
    monkeypatch.setattr(core_link, "client", real.client)
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    asyncio.run(real.apply(snapshot))

    url = reverse("extension-state", args=[world.extensions["202"].pk])
    agent = world.client("agent")
    wanted = {"status": made["$status"], "note": "Lunch", "forward_no_answer": "voicemail"}
    state = agent.patch(url, wanted, format="json")
    assert state.status_code == 200, state.json()
    real.kill()
    asyncio.run(real.start())
    kept = agent.get(url).json()
    assert (kept["status"], kept["note"]) == (made["$status"], "Lunch")
    assert kept["forward_no_answer"] == "voicemail"
    shown = {row["extension"]: row["note"] for row in agent.get(reverse("states")).json()}
    assert shown == {"201": "", "202": "Lunch"}

    trunks = until(lambda: world.client("admin").get(reverse("live-trunks")).json())
    assert [trunk["trunk"] for trunk in trunks] == [made["$trunk"]]
    assert world.client("admin").get(reverse("live-rooms")).json() == []
    body = {"extension": str(world.extensions["202"].pk), "number": "201"}
    begun = agent.post(reverse("call-list"), body, format="json")
    assert begun.status_code == 201 and begun.json()["call"]
    hold = reverse("call-hold", kwargs={"call_id": "none"})
    assert agent.post(hold, {}, format="json").status_code == 404
