"""Whose calls come in: by the secret Contact, by address, by called number; and what nobody can claim."""

from dataclasses import replace
from typing import Any

import pytest

from pbx.control.configuration import NumberConfig, Snapshot, TrunkConfig
from pbx.directory import Directory
from pbx.outside import Door, Unclear
from pbx.outside.claims import Claims
from pbx.outside.door import networks
from pbx.ports import Admit, Caller, Reply, Verdict
from pbx.registrar.admission import Admission
from pbx.registrar.digest import Digests
from pbx.registrar.guard import Guard, GuardSettings
from tests.registrar.requests import FakeDigest, FakeRequest, as_request, device

from .offices import ANNA, office, trunk

PROVIDER = "203.0.113.5"
STRANGER = "198.51.100.7"
NOW = 1000.0


class Gatehouse:
    """A door with the organisations given, and the admission behind it."""

    def __init__(self, *snapshots: Snapshot, **guard: Any) -> None:
        self.directory = Directory()
        self.claims = Claims(lambda _: None)
        self.door = Door(self.directory, self.claims, b"k" * 32)
        for snapshot in snapshots:
            self.directory.apply(snapshot)
            self.claims.claim(snapshot)
            for config in snapshot.trunks:
                self.door.place(snapshot.tenant, config, frozenset({PROVIDER}))
        self.guard = Guard(GuardSettings(**guard), spares=self.door.spares)
        self.admission = Admission(self.directory, Digests(), self.guard, None, self.door)

    def match(self, request: FakeRequest) -> Caller | Unclear | None:
        return self.door.match(as_request(request))

    def screen(self, request: FakeRequest, now: float = NOW) -> Verdict:
        return self.admission.screen(as_request(request), now)


def by_address(name: str = "one", **changes: Any) -> TrunkConfig:
    return trunk(name, **({"sources": [PROVIDER]} | changes))


def call(number: str = ANNA, source: str = PROVIDER, **changes: Any) -> FakeRequest:
    fields: dict[str, Any] = {
        "method": "INVITE",
        "uri": f"sip:{number}@192.0.2.1",
        "uri_user": number,
        "uri_host": "192.0.2.1",
        "from_user": "+31101112222",
        "from_host": "provider.example",
        "to_user": number,
        "to_host": "192.0.2.1",
        "source_ip": source,
    }
    return FakeRequest(**(fields | changes))


def trunk_of(tenant: str, name: str = "one") -> Caller:
    return Caller(tenant, "", "", name)


# --- By address ---


def test_a_provider_is_known_by_its_address_and_transport() -> None:
    house = Gatehouse(office(trunks=[by_address()]))
    assert house.match(call()) == trunk_of("t1")
    assert house.match(call(source=STRANGER)) is None
    assert house.match(call(transport="tcp")) is None
    assert isinstance(house.screen(call()), Admit)
    challenged = house.screen(call(source=STRANGER))
    assert isinstance(challenged, Reply)
    assert challenged.code == 401


def test_networks_count_unless_they_are_so_wide_that_they_name_nobody() -> None:
    house = Gatehouse(office(trunks=[by_address(sources=["203.0.113.0/24"])]))
    assert house.match(call()) == trunk_of("t1")
    assert networks(["0.0.0.0/0", "10.0.0.0/8", "::/0", "nonsense", "203.0.113.5/33"]) == ()
    assert len(networks(["203.0.113.5", "2001:db8::/32", "203.0.113.77/16"])) == 3


def test_an_address_that_a_trunk_registers_at_is_none_of_its_sources() -> None:
    house = Gatehouse(office(trunks=[trunk("one", register=True, username="u")]))
    assert house.match(call()) is None


# --- By the secret Contact ---


def test_a_registering_trunk_is_known_by_its_secret_from_its_provider_only() -> None:
    house = Gatehouse(office(trunks=[trunk("one", register=True, username="u")]))
    secret = house.door.contact_user("t1", "one")
    assert house.match(call(uri_user=secret)) == trunk_of("t1")
    assert house.match(call(uri_user=secret, transport="tcp")) == trunk_of("t1")
    assert house.match(call(uri_user=secret, source=STRANGER)) is None
    refused = house.screen(call(uri_user=secret, source=STRANGER))
    assert isinstance(refused, Reply)
    assert refused.code == 401


def test_secrets_differ_and_stay() -> None:
    door = Door(Directory(), Claims(lambda _: None), b"a" * 32)
    users = {door.contact_user(tenant, name) for tenant in ("t1", "t2") for name in ("one", "two")}
    assert len(users) == 4
    assert all(len(user) == 24 for user in users)
    again = Door(Directory(), Claims(lambda _: None), b"a" * 32)
    assert again.contact_user("t1", "one") == door.contact_user("t1", "one")
    other = Door(Directory(), Claims(lambda _: None), b"b" * 32)
    assert other.contact_user("t1", "one") != door.contact_user("t1", "one")


def test_a_trunk_that_is_gone_is_not_known_any_more() -> None:
    house = Gatehouse(office(trunks=[by_address(), trunk("two", register=True)]))
    secret = house.door.contact_user("t1", "two")
    house.door.forget("t1", "one")
    house.door.forget("t1", "two")
    assert house.match(call()) is None
    assert house.match(call(uri_user=secret)) is None
    assert not house.door.spares(PROVIDER)


# --- Two organisations at one provider ---


def two(**changes: Any) -> Gatehouse:
    own = [NumberConfig(number="+31207654321", extension="101")]
    other = office("t2", numbers=own, trunks=[by_address()], **changes)
    return Gatehouse(office(trunks=[by_address()]), other)


@pytest.mark.parametrize("form", [ANNA, "31201234501", "0201234501", "0031201234501"])
def test_the_called_number_says_whose_call_it_is(form: str) -> None:
    assert two().match(call(form)) == trunk_of("t1")


def test_the_other_organisation_gets_its_own() -> None:
    assert two().match(call("+31207654321")) == trunk_of("t2")


def test_a_number_that_somebody_else_claims_too_stays_with_its_holder() -> None:
    thief = office("t2", trunks=[by_address()])  # the same numbers as t1
    house = Gatehouse(office(trunks=[by_address()]), thief)
    assert house.match(call()) == trunk_of("t1")


def test_else_the_domain_that_is_called_decides() -> None:
    assert two().match(call("999", uri_host="t2.example")) == trunk_of("t2")


def test_what_stays_unclear_is_refused() -> None:
    house = two()
    assert isinstance(house.match(call("+31209999999")), Unclear)
    refused = house.screen(call("+31209999999"))
    assert isinstance(refused, Reply)
    assert refused.code == 404


def test_two_trunks_of_one_organisation_at_one_address_are_one_to_callers() -> None:
    house = Gatehouse(office(trunks=[by_address("one"), by_address("two")]))
    assert house.match(call()) == trunk_of("t1", "one")
    unlike = Gatehouse(office(trunks=[by_address("one"), by_address("two", number_in="to")]))
    assert isinstance(unlike.match(call("999", to_user="998")), Unclear)


@pytest.mark.parametrize(
    ("number_in", "changes"),
    [
        ("to", {"uri_user": "trunk77"}),
        ("p-called-party-id", {"uri_user": "x", "headers": {"P-Called-Party-ID": [f"<sip:{ANNA}@b>"]}}),
    ],
)
def test_the_called_number_is_read_where_the_trunk_has_it(number_in: str, changes: dict[str, Any]) -> None:
    own = [NumberConfig(number="+31207654321", extension="101")]
    house = Gatehouse(
        office(trunks=[by_address(number_in=number_in)]),
        office("t2", numbers=own, trunks=[by_address()]),
    )
    assert house.match(replace(call(), **changes)) == trunk_of("t1")


# --- Phones at a provider's address ---


def test_our_phones_sign_in_even_from_a_provider_s_address() -> None:
    snapshot = office(trunks=[by_address()], devices=[device(1)])
    house = Gatehouse(snapshot)
    from_phone = {"from_user": "u1", "from_host": "t1.example"}
    answer = house.screen(call("102", **from_phone))
    assert isinstance(answer, Reply)
    assert answer.code == 401
    credentials = [FakeDigest(username="u1", realm="t1.example", nonce="n", uri="sip:102@t1.example")]
    answer = house.screen(call("102", credentials=credentials, **from_phone))
    assert isinstance(answer, Reply)
    assert answer.code == 401


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH"])
def test_only_calls_come_over_trunks(method: str) -> None:
    house = Gatehouse(office(trunks=[by_address()]))
    answer = house.screen(replace(call(), method=method))
    assert isinstance(answer, Reply)
    assert answer.code == 401


def test_a_provider_s_own_credentials_do_not_matter() -> None:
    house = Gatehouse(office(trunks=[by_address()]))
    assert house.match(call(credentials=[FakeDigest(realm="elsewhere.example")])) == trunk_of("t1")


# --- The guard ---


def test_a_trunk_s_address_may_be_slowed_but_its_calls_come_through_and_it_is_never_banned() -> None:
    house = Gatehouse(office(trunks=[by_address()]), burst=2.0, rate=0.0)
    for _ in range(100):
        house.guard.failed(PROVIDER, NOW, proven=True)
        house.guard.failed(STRANGER, NOW, proven=True)
    assert house.guard.banned(STRANGER, NOW)
    assert not house.guard.banned(PROVIDER, NOW)
    assert all(isinstance(house.screen(call()), Admit) for _ in range(20))
    options = [house.screen(replace(call(), method="OPTIONS")) for _ in range(20)]
    assert all(isinstance(answer, Reply) and answer.code == 200 for answer in options)


def test_a_ban_ends_when_the_address_becomes_a_trunk_s() -> None:
    house = Gatehouse(office(trunks=[]))
    for _ in range(100):
        house.guard.failed(PROVIDER, NOW, proven=True)
    assert house.guard.banned(PROVIDER, NOW)
    house.door.place("t1", by_address(), frozenset())
    house.guard.tick(NOW)
    assert not house.guard.banned(PROVIDER, NOW)


def test_sizes_and_odd_addresses_harm_nothing() -> None:
    house = Gatehouse(office(trunks=[by_address(sources=["2001:db8::5"])]))
    assert house.match(call(source="2001:db8::5")) == trunk_of("t1")
    assert house.match(call(source="no address")) is None
    assert not house.door.spares("no address")
    for number in range(20_100):
        house.match(call(source=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert house.match(call(source="2001:db8::5")) == trunk_of("t1")
