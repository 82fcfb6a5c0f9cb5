"""REGISTER, rule by rule (RFC 3261 section 10.3, RFC 3327)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.directory import Directory
from pbx.ports import Binding, Caller, Reply
from pbx.registrar.bindings import Bindings
from pbx.registrar.contacts import RegistrarSettings
from pbx.registrar.registrar import Registrar, Registration, date

from .requests import FakeContact, FakeRequest, as_request, device, snapshot

ANNA = Caller("t1", "d1", "101")
HOME = "sip:u1@10.1.1.1:5060"
DESK = "sip:u1@10.1.1.2:5060;line=7"


class Office:
    """A registrar with its table and the time."""

    def __init__(self, limit: int = 5, settings: RegistrarSettings | None = None) -> None:
        self.directory = Directory()
        self.directory.apply(snapshot(devices=[device(1, max_bindings=limit), device(2, "102")]))
        self.bindings = Bindings()
        self.registrar = Registrar(self.directory, self.bindings, settings)
        self.now = 1000.0
        self.cseq = 0

    def register(self, *contacts: FakeContact | str, **changes: Any) -> Registration:
        self.cseq += 1
        listed = [FakeContact(uri=each) if isinstance(each, str) else each for each in contacts]
        request = FakeRequest(**{"contacts": listed, "cseq": self.cseq, **changes})
        return self.registrar.handle(as_request(request), ANNA, self.now)

    @property
    def contacts(self) -> list[str]:
        return [binding.contact for binding in self.bindings.of_device("t1", "d1", self.now)]


def contact(uri: str = HOME, expires: int = -1, q: float = -1.0, **params: str) -> FakeContact:
    return FakeContact(
        uri=uri, expires=expires, q=q, params={key.replace("_", "."): v for key, v in params.items()}
    )


def listed(reply: Reply) -> list[str]:
    return [value for name, value in reply.headers if name == "Contact"]


def test_a_first_register_makes_a_binding() -> None:
    office = Office()
    done = office.register(contact(q=0.5, **{"+sip_instance": '"<urn:uuid:1>"'}), user_agent="Snom\r\nX: y")
    assert done.reply.code == 200 and done.removed == ()
    assert done.changed == (
        Binding(
            tenant="t1",
            device="d1",
            aor="sip:u1@a.example",
            contact=HOME,
            call_id="call-1",
            cseq=1,
            q=0.5,
            source_ip="192.0.2.10",
            source_port=5062,
            transport="udp",
            path=(),
            user_agent="SnomX: y",
            instance="<urn:uuid:1>",
            registered_at=1000.0,
            expires_at=1600.0,
        ),
    )
    assert listed(done.reply) == [f"<{HOME}>;expires=600;q=0.5"]
    assert ("Date", "Thu, 01 Jan 1970 00:16:40 GMT") in done.reply.headers


def test_a_register_without_contact_only_asks() -> None:
    office = Office()
    assert listed(office.register().reply) == []
    office.register(HOME)
    office.register(contact(DESK, q=0.3))
    office.now += 100
    done = office.register()
    assert done.reply.code == 200 and (done.changed, done.removed) == ((), ())
    assert listed(done.reply) == [f"<{HOME}>;expires=500", f"<{DESK}>;expires=500;q=0.3"]


@pytest.mark.parametrize(
    ("wish", "header", "granted"),
    [(-1, -1, 600), (-1, 120, 120), (90, 120, 90), (7200, -1, 3600), (-1, 2**40, 3600), (60, -1, 60)],
)
def test_lifetimes(wish: int, header: int, granted: int) -> None:
    office = Office()
    done = office.register(contact(expires=wish), expires=header)
    assert listed(done.reply) == [f"<{HOME}>;expires={granted}"]
    assert done.changed[0].expires_at == office.now + granted


def test_too_short_a_lifetime_is_refused_and_nothing_is_done() -> None:
    office = Office(settings=RegistrarSettings(shortest=100))
    done = office.register(contact(DESK), contact(expires=99))
    assert done.reply == Reply(423, "Interval Too Brief", [("Min-Expires", "100")])
    assert office.contacts == []


def test_a_refresh_extends_the_binding_and_takes_the_new_source() -> None:
    office = Office()
    office.register(HOME)
    office.now += 300
    done = office.register(HOME, source_ip="198.51.100.7", source_port=7000, transport="tls")
    (binding,) = done.changed
    assert (binding.source_ip, binding.source_port, binding.transport) == ("198.51.100.7", 7000, "tls")
    assert binding.expires_at == 1900.0 and len(office.bindings) == 1 and done.removed == ()


def test_one_binding_is_removed_with_expires_0() -> None:
    office = Office()
    office.register(HOME, DESK)
    done = office.register(contact(HOME, expires=0))
    assert [binding.contact for binding in done.removed] == [HOME] and done.changed == ()
    assert listed(done.reply) == [f"<{DESK}>;expires=600"]
    done = office.register(contact(HOME, expires=0), DESK, expires=0)
    assert [binding.contact for binding in done.removed] == [DESK] and office.contacts == []


def test_one_register_may_add_and_remove() -> None:
    office = Office()
    office.register(HOME)
    done = office.register(contact(HOME, expires=0), DESK)
    assert [each.contact for each in done.changed] == [DESK]
    assert [each.contact for each in done.removed] == [HOME]
    assert office.contacts == [DESK]


def test_star_removes_all() -> None:
    office = Office()
    office.register(HOME, DESK)
    done = office.register(contact_star=True, expires=0)
    assert done.reply.code == 200 and listed(done.reply) == []
    assert {each.contact for each in done.removed} == {HOME, DESK} and len(office.bindings) == 0
    assert office.register(contact_star=True, expires=0).reply.code == 200


@pytest.mark.parametrize(
    "changes", [{"expires": 60}, {"expires": -1}, {"expires": 0, "contacts": [contact()]}]
)
def test_star_only_alone_and_with_expires_0(changes: dict[str, Any]) -> None:
    office = Office()
    office.register(HOME)
    assert office.register(contact_star=True, **changes).reply.code == 400
    assert office.contacts == [HOME]


@pytest.mark.parametrize("cseq", [0, 4, 5])
def test_an_older_cseq_of_the_same_call_id_changes_nothing_at_all(cseq: int) -> None:
    office = Office()
    office.register(HOME, cseq=5)
    for done in (
        office.register(DESK, HOME, cseq=cseq),
        office.register(contact(HOME, expires=0), cseq=cseq),
        office.register(contact_star=True, expires=0, cseq=cseq),
    ):
        assert done.reply.code == 500 and (done.changed, done.removed) == ((), ())
    assert office.contacts == [HOME]
    assert office.register(HOME, cseq=cseq, call_id="after a reboot").reply.code == 200


def test_an_expired_binding_has_no_order_any_more() -> None:
    office = Office()
    office.register(HOME, cseq=5)
    office.now += 601
    assert office.register(HOME, cseq=1).reply.code == 200
    assert len(office.bindings) == 1 and office.bindings.expire(office.now) == []


def test_equivalent_contacts_are_one_binding() -> None:
    office = Office()
    office.register("sip:u1@Phone.Example:5060;ob")
    done = office.register("sip:%751@phone.example:5060")
    assert [each.contact for each in done.removed] == ["sip:u1@Phone.Example:5060;ob"]
    assert office.contacts == ["sip:%751@phone.example:5060"]
    assert office.register("sip:u1@h", "sip:u1@H").reply.code == 400


@pytest.mark.parametrize(
    "uri",
    [
        "tel:+31",
        "mailto:a@b",
        "",
        "sip:",
        "sip:a b@h",
        "sip:u@h:99999",
        "sip:u@é",
        "sip:" + "a" * 600,
        "sip:u@h>;x=<",
    ],
)
def test_contacts_that_cannot_be_called(uri: str) -> None:
    office = Office()
    assert office.register(uri).reply.code == 400
    assert office.contacts == []


def test_other_schemes_beside_a_sip_contact_are_passed_over() -> None:
    office = Office()
    done = office.register("mailto:anna@a.example", HOME, "tel:+31201234567")
    assert done.reply.code == 200 and office.contacts == [HOME]
    assert office.register("sips:u1@10.1.1.1").reply.code == 200


def test_contacts_in_one_request_are_bounded() -> None:
    office = Office(limit=20)
    assert office.register(*[f"sip:u1@10.0.0.{n}" for n in range(21)]).reply.code == 400
    assert office.register(*[f"sip:u1@10.0.0.{n}" for n in range(20)]).reply.code == 200


def test_beyond_the_maximum_strangers_are_refused() -> None:
    office = Office(limit=2)
    office.register(HOME, call_id="a", source_port=1)
    office.register(DESK, call_id="b", source_port=2)
    done = office.register("sip:u1@10.1.1.3", call_id="c", source_port=3)
    assert done.reply == Reply(403, "Too Many Contacts") and set(office.contacts) == {HOME, DESK}
    assert office.register(HOME, call_id="a", source_port=1).reply.code == 200
    assert office.register(contact(DESK, 0), "sip:u1@10.1.1.3", call_id="c", source_port=3).reply.code == 200
    assert office.register(*[f"sip:u1@h{n}" for n in range(3)]).reply.code == 403


@pytest.mark.parametrize(
    "changes",
    [{"source_port": 9, "call_id": "a"}, {"source_port": 1, "call_id": "z"}],
    ids=["the same Call-ID", "the same flow"],
)
def test_at_the_maximum_the_oldest_of_the_same_phone_gives_way(changes: dict[str, Any]) -> None:
    office = Office(limit=3)
    for number in range(2):
        office.now += 1
        office.register(f"sip:u1@10.1.1.{number}", call_id="a", source_port=1)
    office.register("sip:u1@10.1.1.7", call_id="b", source_port=2)
    done = office.register("sip:u1@10.1.1.9", **changes)
    assert [each.contact for each in done.removed] == ["sip:u1@10.1.1.0"] and len(office.bindings) == 3


def test_at_the_maximum_the_same_instance_goes_first() -> None:
    office = Office(limit=2)
    this = {"+sip_instance": "<urn:uuid:1>"}
    office.register(contact(HOME), call_id="x")
    office.now += 1
    office.register(contact(DESK, **this), call_id="y")
    office.now += 1
    done = office.register(contact("sip:u1@10.1.1.3", **this), call_id="x")
    assert [each.contact for each in done.removed] == [DESK]


def test_a_lowered_maximum_lets_phones_refresh() -> None:
    office = Office(limit=3)
    for number in range(3):
        office.register(f"sip:u1@10.1.1.{number}", call_id=str(number), source_port=number + 1)
    office.directory.apply(snapshot(devices=[device(1, max_bindings=1)]))
    assert office.register("sip:u1@10.1.1.0", call_id="0", source_port=1).reply.code == 200
    assert len(office.bindings) == 3


def test_path_is_kept_and_returned() -> None:
    office = Office()
    path = ["<sip:192.0.2.10:5060;lr>", "<sip:inner.example;lr>"]
    done = office.register(HOME, paths=path, supported=["gruu", "Path"])
    assert done.changed[0].path == tuple(path)
    assert [value for name, value in done.reply.headers if name == "Path"] == path
    done = office.register(HOME, paths=["sip:192.0.2.10;lr"], supported=["path"])
    assert ("Path", "<sip:192.0.2.10;lr>") in done.reply.headers
    done = office.register(HOME, paths=path)
    assert done.reply.code == 200 and "Path" not in dict(done.reply.headers)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (["<sip:198.51.100.1;lr>"], 403),
        (["<sip:edge.example;lr>", "<sip:192.0.2.10;lr>"], 403),
        (["tel:1"], 400),
        (["<sip:192.0.2.10;lr>", "x y"], 400),
        (["<sip:192.0.2.10;lr>"] * 5, 400),
        (["<sip:192.0.2.10;x=" + "a" * 600 + ">"], 400),
    ],
)
def test_path_must_come_from_the_packet_s_source(path: list[str], code: int) -> None:
    office = Office()
    assert office.register(HOME, paths=path).reply.code == code
    assert office.contacts == []


def test_a_device_that_is_gone_is_refused() -> None:
    office = Office()
    office.directory.apply(snapshot(devices=[device(1, enabled=False)]))
    assert office.register(HOME).reply.code == 403
    office.directory.remove("t1")
    assert office.register(HOME).reply.code == 403


def test_prune_removes_what_the_configuration_no_longer_has() -> None:
    office = Office()
    office.register(HOME)
    office.registrar.handle(
        as_request(FakeRequest(contacts=[contact(DESK)])), Caller("t1", "d2", "102"), office.now
    )
    assert office.registrar.prune("t1") == ()
    office.directory.apply(snapshot(devices=[device(1)]))
    assert [each.device for each in office.registrar.prune("t1")] == ["d2"]
    office.directory.apply(snapshot(devices=[device(1, username="new")]))
    assert [each.contact for each in office.registrar.prune("t1")] == [HOME]
    office.register(HOME)
    office.directory.remove("t1")
    assert office.registrar.prune("other") == ()
    assert len(office.registrar.prune("t1")) == 1 and len(office.bindings) == 0


def test_dates() -> None:
    assert date(784111777.0) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert date(951782400.9) == "Tue, 29 Feb 2000 00:00:00 GMT"


contacts = st.builds(
    FakeContact,
    uri=st.sampled_from([HOME, DESK, "sip:u1@10.1.1.3", "sips:u1@10.1.1.4", "tel:1"]) | st.text(max_size=20),
    expires=st.sampled_from([-1, 0, 10, 60, 9999]),
    q=st.floats(),
    params=st.dictionaries(st.sampled_from(["+sip.instance"]), st.text(max_size=20)),
)
registers = st.builds(
    FakeRequest,
    contacts=st.lists(contacts, max_size=4),
    contact_star=st.booleans(),
    expires=st.sampled_from([-1, 0, 0, 100]),
    cseq=st.integers(1, 8),
    call_id=st.sampled_from(["a", "b"]),
    paths=st.lists(st.sampled_from(["<sip:192.0.2.10;lr>", "sip:x", "\r\n"]), max_size=2),
    supported=st.lists(st.sampled_from(["path"]), max_size=1),
    source_port=st.integers(1, 3),
    user_agent=st.text(max_size=10),
)


@given(st.lists(st.tuples(registers, st.floats(0, 400)), max_size=12))
def test_the_table_follows_from_what_was_said_to_change(requests: list[tuple[FakeRequest, float]]) -> None:
    office = Office(limit=3)
    told: dict[tuple[str, str, str], Binding] = {}
    for request, passed in requests:
        office.now += passed
        for gone in office.bindings.expire(office.now):
            del told[gone.key]
        done = office.registrar.handle(as_request(replace(request)), ANNA, office.now)
        for each in done.removed:
            del told[each.key]
        told.update({each.key: each for each in done.changed})
        assert {each.key: each for each in office.bindings.all()} == told
        assert len(told) <= 3
        assert done.reply.code in (200, 400, 403, 423, 500)
        assert done.reply.code == 200 or not (done.changed or done.removed)
        assert all(value.isascii() and value.isprintable() for _, value in done.reply.headers)
        if done.reply.code == 200:
            assert len(listed(done.reply)) == len(told)
