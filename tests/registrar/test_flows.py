"""Browsers over claimed connections: who they are, and that they are nobody else."""

from dataclasses import replace
from typing import Any

import pytest

from pbx.directory import Directory
from pbx.ports import Admit, Caller, Drop, Reply, Verdict
from pbx.registrar.admission import Admission
from pbx.registrar.digest import Digests
from pbx.registrar.flows import Claimed, Flows
from pbx.registrar.guard import Guard

from .requests import DOMAIN, FakeRequest, as_request, device, invite, signed, snapshot

FLOW = ("127.0.0.1", 40000, "tcp")
BROWSER = Caller("t1", "d4", "101", srtp="dtls")


class Relay:
    """An Admission, and a connection that browser d4 (user u4) comes over."""

    def __init__(self) -> None:
        browser = device(4, ha1_md5=None, ha1_sha256=None, srtp="dtls")
        self.directory = Directory()
        self.directory.apply(snapshot(devices=[device(1), browser, device(5, srtp="dtls", enabled=False)]))
        self.directory.apply(
            snapshot(tenant="t2", domain="b.example", devices=[replace(browser, id="d4b", username="u4")])
        )
        self.flows = Flows()
        self.flows.claim(FLOW, Claimed("t1", "d4"))
        self.guard = Guard()
        self.admission = Admission(self.directory, Digests(), self.guard, flows=self.flows)

    def ask(self, request: FakeRequest, **changes: Any) -> Verdict:
        over = {"source_ip": FLOW[0], "source_port": FLOW[1], "transport": FLOW[2]}
        return self.admission.screen(as_request(replace(request, **{**over, **changes})), 1000.0)

    def code(self, request: FakeRequest, **changes: Any) -> int:
        verdict = self.ask(request, **changes)
        assert isinstance(verdict, Reply), verdict
        return verdict.code


OWN = {"from_user": "u4", "from_uri": f"sip:u4@{DOMAIN}"}


@pytest.mark.parametrize("request_", [FakeRequest(to_user="u4", **OWN), invite(**OWN)])
def test_a_browser_needs_no_credentials_on_its_own_connection(request_: FakeRequest) -> None:
    assert Relay().ask(request_) == Admit(BROWSER)


@pytest.mark.parametrize(
    "request_",
    [
        invite(from_user="u1"),
        invite(from_user="u4", from_host="b.example"),
        invite(from_user="u4", from_host="elsewhere.example"),
        FakeRequest(to_user="u1", **OWN),
        FakeRequest(to_user="u4", to_host="b.example", **OWN),
        FakeRequest(to_user="u4", **{**OWN, "from_user": "u1"}),
    ],
)
def test_a_browser_is_nobody_else(request_: FakeRequest) -> None:
    assert Relay().code(request_) == 403


def test_nor_may_it_call_into_another_organisation() -> None:
    assert Relay().code(invite(uri_host="b.example", **OWN)) == 404


def test_any_other_connection_is_a_strangers() -> None:
    relay = Relay()
    assert relay.code(invite(**OWN), source_port=40001) == 401
    assert relay.code(invite(**OWN), transport="udp") == 401
    relay.flows.end(FLOW)
    assert relay.code(invite(**OWN)) == 401


@pytest.mark.parametrize("claimed", [Claimed("t1", "d5"), Claimed("t1", "gone"), Claimed("gone", "d4")])
def test_a_device_that_is_gone_or_disabled_gets_nothing(claimed: Claimed) -> None:
    relay = Relay()
    relay.flows.claim(FLOW, claimed)
    assert relay.code(invite(**OWN)) == 403


def test_nobody_signs_in_as_a_browser_with_a_password() -> None:
    relay = Relay()
    challenged = relay.ask(invite(**OWN), source_port=1)
    assert isinstance(challenged, Reply)
    for guess in ("", "None", "s3cret"):
        answered = signed(invite(**OWN), challenged, username="u4", password=guess)
        assert relay.code(answered, source_port=1) == 401


def test_what_others_at_this_address_did_does_not_count() -> None:
    relay = Relay()
    for _ in range(40):
        relay.guard.failed(FLOW[0], 1000.0, proven=True)
    assert relay.ask(invite(**OWN)) == Admit(BROWSER)
    assert isinstance(relay.ask(invite(**OWN), source_port=1), Drop)


def test_forms_are_looked_at_all_the_same() -> None:
    assert Relay().code(invite(from_user="u4", call_id="x" * 300)) == 400
