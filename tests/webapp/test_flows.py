"""Flows: checked, published, rolled back, simulated; what callers meet changes by publication only."""

import json
from typing import Any

import pytest
from django.urls import reverse

from tests.webapp.conftest import World
from tests.webapp.running_core import call
from webapp.calls.actions import ingest
from webapp.calls.models import CallRecord
from webapp.flows.models import Flow, FlowVersion
from webapp.link.snapshot import load
from webapp.organisations.models import Organisation
from webapp.statuses.models import KnownState

pytestmark = pytest.mark.django_db


def node(kind: str, following: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields, **({"next": following} if following else {})}


def drawing(**nodes: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "", "start": next(iter(nodes)), "nodes": nodes}


GOOD = drawing(
    hours=node(
        "hours",
        {"open": "ring", "closed": "shut", "holiday": "shut"},
        hours=[{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}],
    ),
    ring=node("ring", {"else": "shut"}, targets=[{"extension": "201"}], seconds=20),
    shut=node("hangup", code=480, prompt="no_answer"),
)
BAD = drawing(ring=node("ring", {"busy": "nowhere"}, targets=[{"extension": "999"}]))


def made(world: World, draft: Any, name: str = "Office") -> str:
    answer = world.client("admin").post(reverse("flow-list"), {"name": name, "draft": draft}, format="json")
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["id"])


def act(world: World, flow: str, what: str, **body: Any) -> Any:
    return world.client("admin").post(reverse(f"flow-{what}", args=[flow]), body, format="json")


def flows_in_snapshot(world: World) -> dict[str, Any]:
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    return snapshot.flows


def version(organisation: Organisation) -> int:
    return Organisation.objects.values_list("config_version", flat=True).get(pk=organisation.pk)


def test_what_is_no_flow_is_refused_with_words(world: World) -> None:
    admin = world.client("admin")
    for draft in ({"schema": 9}, {"nodes": {}}, [], "flow", {**GOOD, "start": "x y"}):
        answer = admin.post(reverse("flow-list"), {"name": "Broken", "draft": draft}, format="json")
        assert answer.status_code == 400, draft
        assert answer.json()["draft"][0].startswith("This is not a call flow: ")
    dutch = admin.post(
        reverse("flow-list"), {"name": "B", "draft": {"x": 1}}, format="json", HTTP_ACCEPT_LANGUAGE="nl"
    )
    assert dutch.status_code == 400
    huge = {**GOOD, "name": "x" * 300_000}
    assert admin.post(reverse("flow-list"), {"name": "Huge", "draft": huge}, format="json").status_code == 400


def test_errors_keep_a_flow_from_its_callers(world: World) -> None:
    flow = made(world, BAD)
    found = act(world, flow, "check").json()
    assert found["publishable"] is False
    codes = {(finding["node"], finding["code"], finding["level"]) for finding in found["findings"]}
    assert {("ring", "unknown_node", "error"), ("ring", "unknown_extension", "error")} <= codes
    assert "the extension does not exist" in {finding["title"] for finding in found["findings"]}
    refused = act(world, flow, "publish")
    assert refused.status_code == 400 and any("ring" in text for text in refused.json()["draft"])
    assert flows_in_snapshot(world) == {}
    assert act(world, flow, "check", definition=GOOD).json()["publishable"] is True
    assert act(world, made(world, {}, "Empty"), "publish").status_code == 400


def test_publish_and_roll_back(world: World) -> None:
    flow = made(world, GOOD)
    before = version(world.alpha)
    assert world.client("admin").get(reverse("flow-detail", args=[flow])).json()["live"] is None
    first = act(world, flow, "publish", note="The first").json()
    assert (first["version"], first["live"], first["note"]) == (1, True, "The first")
    assert first["published_by"] == "Admin"
    assert version(world.alpha) > before
    published = flows_in_snapshot(world)[flow]
    assert published == {**GOOD, "name": "Office"}

    changed = drawing(ring=node("ring", targets=[{"extension": "202"}]))
    before = version(world.alpha)
    page = reverse("flow-detail", args=[flow])
    assert world.client("admin").patch(page, {"draft": changed}, format="json").status_code == 200
    assert version(world.alpha) == before and flows_in_snapshot(world)[flow] == published
    assert act(world, flow, "publish").json()["version"] == 2
    assert flows_in_snapshot(world)[flow]["nodes"] == changed["nodes"]

    back = act(world, flow, "roll-back", version=1).json()
    assert (back["version"], back["definition"]["nodes"]) == (3, GOOD["nodes"])
    assert flows_in_snapshot(world)[flow] == published
    history = world.client("admin").get(reverse("flow-versions", args=[flow])).json()
    assert [(each["version"], each["live"]) for each in history] == [(3, True), (2, False), (1, False)]
    assert act(world, flow, "roll-back", version=9).status_code == 400
    assert world.client("admin").get(page).json()["draft"]["nodes"] == GOOD["nodes"]


def test_a_flow_that_is_used_stays(world: World) -> None:
    admin = world.client("admin")
    flow = made(world, GOOD)
    act(world, flow, "publish")
    other = made(world, drawing(go=node("flow", flow=flow)), "Other")
    assert act(world, other, "publish").status_code == 200
    refused = admin.delete(reverse("flow-detail", args=[flow]))
    assert refused.status_code == 400 and "Other" in str(refused.json())
    assert admin.delete(reverse("flow-detail", args=[other])).status_code == 204
    number = {"number": "300", "name": "Main", "flow": flow}
    kept = admin.post(reverse("internal-number-list"), number, format="json").json()
    assert admin.delete(reverse("flow-detail", args=[flow])).status_code == 400
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.lines == {"300": flow}
    assert admin.delete(reverse("internal-number-detail", args=[kept["id"]])).status_code == 204
    assert admin.delete(reverse("flow-detail", args=[flow])).status_code == 204
    assert not Flow.objects.exists() and not FlowVersion.objects.exists()


def test_an_organisation_with_all_of_this_can_be_removed(world: World) -> None:
    flow = made(world, GOOD)
    act(world, flow, "publish")
    number = {"number": "300", "name": "Main", "flow": flow}
    world.client("admin").post(reverse("internal-number-list"), number, format="json")
    world.extensions["201"].flow_id = flow
    world.extensions["201"].save()
    url = reverse("organisation-detail", args=[world.alpha.pk])
    assert world.client("operator").delete(url).status_code == 204
    assert not Flow.objects.exists()


def test_a_number_stands_for_one_thing(world: World) -> None:
    admin, flow = world.client("admin"), made(world, GOOD)
    for number, problem in (("201", "in use"), ("705", "parking place"), ("1233", "star code")):
        body = {"number": number, "name": "x", "flow": flow}
        answer = admin.post(reverse("internal-number-list"), body, format="json")
        assert answer.status_code == 400 and problem in answer.json()["number"][0], answer.json()
    taken = admin.post(reverse("extension-list"), {"number": "720", "name": "x"}, format="json")
    assert taken.status_code == 400 and "parking place" in taken.json()["number"][0]


def test_a_group_keeps_its_order(world: World) -> None:
    admin = world.client("admin")
    ids = [str(world.extensions[number].pk) for number in ("202", "201")]
    group = admin.post(reverse("ring-group-list"), {"name": "Sales", "extensions": ids}, format="json").json()
    assert group["extensions"] == ids
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.groups[0].extensions == ["202", "201"]
    page = reverse("ring-group-detail", args=[group["id"]])
    assert admin.patch(page, {"extensions": ids[::-1]}, format="json").json()["extensions"] == ids[::-1]
    twice = admin.patch(page, {"extensions": [ids[0], ids[0]]}, format="json")
    assert twice.status_code == 400 and "twice" in twice.json()["extensions"][0]
    foreign = admin.patch(page, {"extensions": [str(world.extensions["bravo"].pk)]}, format="json")
    assert foreign.status_code == 400
    flow = made(world, drawing(ring=node("ring", targets=[{"group": group["id"]}])))
    act(world, flow, "publish")
    assert admin.delete(page).status_code == 400


def test_calendars(world: World) -> None:
    admin = world.client("admin")
    days = [{"annual": "12-25", "name": "Christmas"}, {"date": "2027-04-27"}]
    made = admin.post(reverse("calendar-list"), {"name": "NL", "days": days}, format="json").json()
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.calendars == {made["id"]: {"name": "NL", "days": days}}
    for wrong in ([{"annual": "02-30"}], {}, [1], [{"date": "x"}]):
        answer = admin.post(reverse("calendar-list"), {"name": "x", "days": wrong}, format="json")
        assert answer.status_code == 400 and "days" in answer.json(), wrong


def simulate(world: World, **question: Any) -> Any:
    return world.client("supervisor").post(reverse("simulate"), question, format="json")


def test_simulation_tells_each_step(world: World) -> None:
    flow = made(world, GOOD)
    act(world, flow, "publish")
    number = {"number": "+31 20 123 45 67", "flow": flow}
    world.client("admin").post(reverse("public-number-list"), number, format="json")
    evening = simulate(world, number="+31201234567", caller="+31612345678", at="2026-11-23T18:02:00+01:00")
    found = evening.json()
    assert [(step["node"], step["step"]) for step in found["path"]][:2] == [
        ("hours", "hours"),
        ("shut", "hangup"),
    ]
    assert "18:02" in found["path"][0]["result"]
    day = simulate(
        world, number="0031201234567", at="2026-11-23T10:00:00+01:00", outcomes=["answered"]
    ).json()
    assert [step["node"] for step in day["path"]] == ["hours", "ring"]
    draft = simulate(world, flow=made(world, BAD, "Draft")).json()
    assert draft["path"][0]["node"] == "ring"
    assert simulate(world).status_code == 400


def test_simulation_of_an_extension_says_why_it_is_silent(world: World) -> None:
    KnownState.objects.create(
        organisation=world.alpha, number="201", do_not_disturb=True, forward_all="205", changed_at=1.0
    )
    found = simulate(world, number="201", caller="202", internal=True).json()
    assert found["path"][0]["step"] == "ring"
    assert len(found["remarks"]) == 2 and "205" in found["remarks"][1]


def test_a_call_is_replayed(world: World) -> None:
    path = [{"step": "ring", "at": 1.0, "result": "rang 201", "flow": None, "node": None}]
    record = call("past", str(world.alpha.pk), "202", "201")
    ingest([record])
    row = CallRecord.objects.get()
    row.record["path"] = path
    row.save()
    found = simulate(world, call="past").json()
    assert found["recorded"] == path and found["path"][0]["step"] == "ring"


def test_the_page_to_try_a_call(world: World) -> None:
    flow = made(world, GOOD)
    act(world, flow, "publish")
    world.client("admin").post(
        reverse("internal-number-list"), {"number": "300", "name": "M", "flow": flow}, format="json"
    )
    page = reverse("admin:try")
    asked = {"number": "300", "caller": "201", "at": "2026-11-23 18:02:00"}
    shown = world.client("admin").get(page, asked).content.decode()
    assert "18:02" in shown and "hours" in shown
    other = world.client("outsider").get(page, {**asked, "organisation": str(world.alpha.pk)})
    assert "hours" not in other.content.decode()


def test_publishing_by_the_admin_page(world: World) -> None:
    flow = made(world, BAD)
    page = reverse("admin:flows_flow_change", args=[flow])
    inline = {f"versions-{what}_FORMS": "0" for what in ("TOTAL", "INITIAL")}
    admin = world.client("admin")
    answer = admin.post(
        page, {"name": "Office", "draft": json.dumps(BAD), "_publish": "1", **inline}, follow=True
    )
    assert "It was not published" in answer.content.decode() and flows_in_snapshot(world) == {}
    answer = admin.post(
        page, {"name": "Office", "draft": json.dumps(GOOD), "_publish": "1", **inline}, follow=True
    )
    assert "Version 1 is live." in answer.content.decode() and flow in flows_in_snapshot(world)
