"""Moments at the edges of the calendar, where another time zone leaves the years 1 to 9999."""

import itertools

import pytest
from django.urls import reverse

from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore

EDGES = (
    "0001-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
)
ASKED = {"call-list": "started_after", "recording-list": "started_before", "history": "started_after"}
ASKED |= {"status-plan-expand": "begin"}
SENT = {
    "simulate": {"number": "202"},
    "token-list": {"name": "x"},
    "status-plan-list": {},
    "extension-state": {},
}
FIELDS = {
    "simulate": "at",
    "token-list": "expires_at",
    "status-plan-list": "starts",
    "extension-state": "until",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "edge"), itertools.product([*ASKED, *SENT], EDGES))
def test_the_edges_of_the_calendar_are_refused_in_words(
    name: str, edge: str, world: World, core: RunningCore
) -> None:
    client = world.client("admin")
    field = ASKED.get(name) or FIELDS[name]
    own = {"pk": str(world.extensions["202"].pk)} if name == "extension-state" else {}
    url = reverse(name, kwargs=own)
    if name in ASKED:
        answer = client.get(url, {field: edge})
    else:
        send = client.patch if own else client.post
        answer = send(url, {**SENT[name], field: edge}, format="json")
    assert answer.status_code == 400, answer.content
    assert field in answer.json() or "started_at" in answer.json(), answer.content


@pytest.mark.django_db
def test_the_page_that_tries_a_call_refuses_them_too(world: World) -> None:
    page = world.client("admin").get(reverse("admin:try"), {"number": "202", "at": "9999-12-31 23:59:59"})
    assert page.status_code == 200 and "9998" in page.content.decode()
