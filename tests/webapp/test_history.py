"""One's own history with bundles and names, notes on calls, who a number was before."""

from typing import Any

import pytest
from django.urls import reverse

from pbx.control.messages import LegRecord
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.calls.models import HistoryLine
from webapp.contacts.actions import book_of, save_contact
from webapp.contacts.models import Contact

pytestmark = pytest.mark.django_db

T = 1_790_000_000.0
ANNA = "+31201112233"


def leg(
    role: str, number: str, extension: str | None, *, answered: bool, at: float, **more: Any
) -> LegRecord:
    values = {"state": "ended", "device": None, "name": f"Name of {number}", "address": None, **more}
    return LegRecord(
        id=f"{number}-{at}-{role}",
        role=role,  # type: ignore[arg-type]
        extension=extension,
        number=number,
        offered_at=at,
        answered_at=at + 5 if answered else None,
        ended_at=at + 65,
        **values,
    )


def from_outside(world: World, key: str, number: str, minutes: int, taken: str = "", **more: Any) -> Any:
    """A call from outside that rings at 201 and 202; `taken` by one of them."""
    at = T + 60 * minutes
    legs = [
        leg("caller", number, None, answered=bool(taken), at=at),
        leg("callee", "201", "201", answered=taken == "201", at=at, **more.pop("at_201", {})),
        leg("callee", "202", "202", answered=taken == "202", at=at),
    ]
    outcome = "answered" if taken else "no_answer"
    values = {"legs": legs, "direction": "inbound", "outcome": outcome, **more}
    if not taken:
        values["answered_at"] = None
    return call(key, str(world.alpha.pk), number, "+31207654321", started_at=at, **values)


@pytest.fixture
def calls(world: World) -> World:
    ingest(
        [
            from_outside(world, "c1", ANNA, 1),
            from_outside(world, "c2", ANNA, 2, taken="201"),
            from_outside(world, "c3", "+31611111111", 3, taken="202"),
            from_outside(world, "c4", ANNA, 4),
            from_outside(world, "c5", "", 5, outcome="voicemail"),
            from_outside(world, "c6", "+4930123456", 6, at_201={"code": 603, "ended_by": "callee"}),
            call("c7", str(world.alpha.pk), "201", "0201112233", started_at=T + 420, direction="outbound"),
            call("c8", str(world.alpha.pk), "201", "202", started_at=T + 480),
        ]
    )
    contact = Contact(
        organisation=world.alpha, book=book_of(world.alpha), first_name="Anna", company="Bakery"
    )
    save_contact(contact, [{"number": ANNA, "type": "work"}])
    return world


def history(world: World, who: str = "member", **query: Any) -> list[dict[str, Any]]:
    answer = world.client(who).get(reverse("history"), query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["call"] for item in items]


def test_each_call_as_its_owner_had_it(calls: World) -> None:
    items = {item["call"]: item for item in history(calls)}
    results = {key: (item["direction"], item["result"], item["missed"]) for key, item in items.items()}
    assert results == {
        "c1": ("in", "missed", True),
        "c2": ("in", "answered", False),
        "c3": ("in", "elsewhere", False),
        "c4": ("in", "missed", True),
        "c5": ("in", "voicemail", True),
        "c6": ("in", "declined", False),
        "c7": ("out", "answered", False),
        "c8": ("out", "answered", False),
    }
    assert items["c7"]["number"] == ANNA and items["c7"]["display"] == "020 111 2233"
    assert items["c1"]["contact"]["name"] == items["c1"]["name"] == "Anna"
    assert items["c3"]["answered_by"] == "Name of 202" and items["c2"]["seconds"] == 60
    assert items["c8"]["name"] == "Agent" and items["c8"]["contact"]["kind"] == "internal"
    assert ids(history(calls, "agent"))[0] == "c8" and history(calls, "agent")[0]["direction"] == "in"
    assert history(calls, "admin") == [] and history(calls, "outsider") == []


def test_bundles_filters_and_pages(calls: World) -> None:
    bundles = history(calls, bundle="caller")
    assert [(item["call"], item["count"], item["missed_count"]) for item in bundles] == [
        ("c8", 1, 0),
        ("c7", 4, 2),
        ("c6", 1, 0),
        ("c5", 1, 1),
        ("c3", 1, 0),
    ]
    assert ids(history(calls, missed="true")) == ["c5", "c4", "c1"]
    assert [item["count"] for item in history(calls, missed="true", bundle="caller")] == [1, 2]
    assert ids(history(calls, number="020 1112233")) == ["c7", "c4", "c2", "c1"]
    assert ids(history(calls, q="bak")) == ids(history(calls, q="0201")) == ["c7", "c4", "c2", "c1"]
    assert ids(history(calls, q="Name of +4930")) == ["c6"]
    assert ids(history(calls, direction="out")) == ["c8", "c7"]
    begin = history(calls, number=ANNA)[1]["at"]
    assert ids(history(calls, started_after=begin)) == ["c8", "c7", "c6", "c5", "c4"]
    for more in ({}, {"bundle": "caller"}):
        seen, after = [], ""
        while after is not None:
            page = calls.client("member").get(reverse("history"), {"limit": 2, "after": after, **more}).json()
            seen += ids(page["results"])
            after = page["next"]
        assert seen == ids(history(calls, **more))
    for wrong in ({"after": "?"}, {"after": "bm93fDE"}, {"bundle": "x"}, {"started_after": "then"}):
        assert calls.client("member").get(reverse("history"), wrong).status_code == 400


def test_missed_calls_count_until_they_were_seen(calls: World) -> None:
    """Everybody's own; a call that began before and comes in after still counts."""

    def missed(who: str, method: str = "get") -> int:
        answer = getattr(calls.client(who), method)(reverse("history-missed"))
        assert answer.status_code == 200
        return int(answer.json()["count"])

    assert (missed("member"), missed("admin"), missed("outsider")) == (3, 0, 0)
    others = missed("agent")
    assert others > 0
    assert missed("member", "put") == missed("outsider", "put") == 0
    assert (missed("member"), missed("agent")) == (0, others)
    ingest([from_outside(calls, "c9", ANNA, -5)])
    assert (missed("member"), missed("agent")) == (1, others + 1)


def test_with_two_extensions_a_call_is_there_once(calls: World) -> None:
    calls.extensions["202"].user = calls.people["member"]
    calls.extensions["202"].save()
    found = {item["call"]: item["result"] for item in history(calls)}
    assert len(history(calls)) == 8 and found["c3"] == "answered"
    assert HistoryLine.objects.filter(call__call_id="c3").count() == 2


def test_colleagues_share_notes_on_calls_that_they_see(calls: World, core: RunningCore) -> None:
    member, agent, url = calls.client("member"), calls.client("agent"), reverse("call-notes", args=["c2"])
    made = member.post(url, {"text": "Wants bread"}, format="json").json()
    assert made["mine"] is True and made["author"]["name"] == "Member"
    seen = agent.get(url).json()
    assert [(note["text"], note["mine"]) for note in seen] == [("Wants bread", False)]
    own = reverse("call-note", args=["c2", made["id"]])
    assert agent.patch(own, {"text": "x"}, format="json").status_code == 403
    assert agent.delete(own).status_code == 403
    assert member.patch(own, {"text": "Wants cake"}, format="json").json()["edited_at"] is not None
    assert {item["call"]: item["notes"] for item in history(calls)}["c2"] == 1
    earlier = agent.get(reverse("contact-lookup"), {"number": ANNA}).json()["earlier"]
    assert earlier["count"] == 3 and [note["text"] for note in earlier["notes"]] == ["Wants cake"]
    assert member.post(url, {"text": ""}, format="json").status_code == 400
    only_mine = reverse("call-notes", args=["c7"])
    member.post(only_mine, {"text": "Private"}, format="json")
    assert agent.get(only_mine).status_code == 404


def test_a_call_is_noted_while_it_goes_on(world: World, core: RunningCore) -> None:
    tenant = str(world.alpha.pk)

    async def known() -> None:
        assert core.core is not None
        core.core.view.tenants[tenant] = 1

    core.run(known)
    core.call_started(call("live", tenant, "201", "202", ended=False))
    url = reverse("call-notes", args=["live"])
    assert world.client("member").post(url, {"text": "Now"}, format="json").status_code == 201
    assert world.client("outsider").get(url).status_code == 404
    ingest([call("live", tenant, "201", "202")])
    core.stop()
    assert [note["text"] for note in world.client("agent").get(url).json()] == ["Now"]
