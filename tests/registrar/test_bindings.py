"""The table of bindings: order, expiry, flows, bounded leftovers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pbx.ports import Binding, Locations
from pbx.registrar.bindings import Bindings


def binding(
    contact: str = "sip:u1@h", device: str = "d1", expires_at: float = 100.0, **changes: object
) -> Binding:
    made = Binding(
        tenant="t1",
        device=device,
        aor="sip:u1@a.example",
        contact=contact,
        call_id="c",
        cseq=1,
        q=-1.0,
        source_ip="192.0.2.10",
        source_port=5062,
        transport="udp",
        path=(),
        user_agent="",
        instance="",
        registered_at=0.0,
        expires_at=expires_at,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_best_q_first_then_the_latest() -> None:
    table: Locations = Bindings()
    assert isinstance(table, Bindings)
    for name, q, at in [("a", 0.5, 1.0), ("b", -1.0, 1.0), ("c", 1.0, 2.0), ("d", 0.5, 3.0), ("e", 0.0, 9.0)]:
        table.put(binding(f"sip:{name}@h", q=q, registered_at=at))
    found = table.of_device("t1", "d1", 0.0)
    assert [each.contact[4] for each in found] == ["c", "b", "d", "a", "e"]


def test_what_is_loaded_is_live_at_once_and_the_expired_is_left_out() -> None:
    table = Bindings()
    table.load([binding(), binding("sip:old@h", expires_at=50.0)], now=50.0)
    assert [each.contact for each in table.of_device("t1", "d1", 50.0)] == ["sip:u1@h"]
    assert table.of_device("t1", "d1", 100.0) == () == table.of_device("t2", "d1", 50.0)
    assert len(table) == 1


def test_expire_returns_each_binding_once_and_not_those_refreshed() -> None:
    table = Bindings()
    table.load([binding(), binding("sip:b@h", expires_at=60.0)], now=0.0)
    table.put(binding(expires_at=200.0))
    assert [each.contact for each in table.expire(150.0)] == ["sip:b@h"]
    assert table.expire(150.0) == []
    assert [each.contact for each in table.expire(200.0)] == ["sip:u1@h"]
    assert len(table) == 0 and table.all() == []


def test_remove() -> None:
    table = Bindings()
    first = binding()
    table.load([first, binding("sip:b@h"), binding(device="d2")], now=0.0)
    assert table.remove(first.key) == first and table.remove(first.key) is None
    assert table.get(("t1", "d1", "sip:b@h")) is not None
    assert len(table.remove_device("t1", "d1")) == 1 and table.remove_device("t1", "d1") == ()
    assert len(table) == 1


def test_flows_are_known_as_long_as_a_binding_uses_them() -> None:
    table = Bindings()
    one, two = binding(), binding("sip:b@h")
    other = binding("sip:c@h", source_port=7, transport="tcp")
    table.load([one, two, other], now=0.0)
    assert table.ports("192.0.2.10") == [7, 5062] and table.ports("x") == []
    assert table.of_flow("192.0.2.10", 7, "tcp") == [other] and table.of_flow("192.0.2.10", 7, "tls") == []
    table.remove(one.key)
    assert table.live("192.0.2.10", 5062)
    table.put(replace(two, source_port=8))
    assert not table.live("192.0.2.10", 5062) and table.live("192.0.2.10", 8)
    table.expire(1000.0)
    assert table.ports("192.0.2.10") == []


def test_refreshes_leave_no_memory_behind() -> None:
    table = Bindings()
    for turn in range(10_000):
        table.put(binding(f"sip:{turn % 10}@h", expires_at=100.0 + turn))
    assert len(table) == 10 and len(table._ends) <= 4 * 10 + 64 and len(table._flows) == 1


changes = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "expire"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["d1", "d2"]),
        st.integers(1, 3),
        st.integers(0, 100),
    ),
    max_size=60,
)


@given(changes)
def test_the_table_is_as_a_simple_one(steps: list[tuple[str, str, str, int, int]]) -> None:
    table = Bindings()
    simple: dict[tuple[str, str, str], Binding] = {}
    for what, contact, device, port, time in steps:
        made = binding(contact, device, expires_at=float(time), source_port=port)
        if what == "put":
            table.put(made)
            simple[made.key] = made
        elif what == "remove":
            assert table.remove(made.key) == simple.pop(made.key, None)
        else:
            gone = {each.key for each in table.expire(float(time))}
            assert gone == {key for key, each in simple.items() if each.expires_at <= time}
            simple = {key: each for key, each in simple.items() if key not in gone}
        assert {each.key: each for each in table.all()} == simple and len(table) == len(simple)
        assert table.ports("192.0.2.10") == sorted({each.source_port for each in simple.values()})
