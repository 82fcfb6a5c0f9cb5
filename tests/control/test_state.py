"""Old live state + events = a fresh live state, over the real server, for any history."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.control.client import ControlClient
from pbx.control.messages import BanState, Event, EventKind, Hello
from pbx.control.state import View, apply_event, apply_events, of_tenant
from tests.control.conftest import running
from tests.control.target import Core, _event
from tests.store.samples import binding_event, call_event

TENANTS = ("demo", "other")

calls = st.builds(
    lambda kind, name, tenant, at: call_event(kind, f"{tenant}-{name}", tenant, at),
    st.sampled_from(["call.started", "call.changed", "call.ended"]),
    st.sampled_from("abc"),
    st.sampled_from(TENANTS),
    st.floats(1, 9),
)
bindings = st.builds(
    binding_event,
    st.sampled_from(["d1", "d2"]),
    st.sampled_from(["sip:a@b", "sip:c@d"]),
    st.floats(1, 9),
    st.booleans(),
)


@st.composite
def others(draw: st.DrawFn) -> Event:
    if draw(st.booleans()):
        ban = BanState(address=draw(st.sampled_from(["192.0.2.1", "::1"])), failures=1, since=1.0, until=2.0)
        kind: EventKind = draw(st.sampled_from(["ban.added", "ban.removed"]))
        return _event(kind, ban=ban)
    version = draw(st.integers(1, 5))
    kind = draw(st.sampled_from(["tenant.applied", "tenant.removed"]))
    return _event(kind, tenant=draw(st.sampled_from(TENANTS)), version=version)


histories = st.lists(calls | bindings | others() | st.just("look"), min_size=1, max_size=60)


async def play(folder: Path, history: list[Event | str]) -> None:
    """Emits the history; at each "look" a state is fetched. All of them must grow into the last one."""
    async with running(folder) as (core, address), ControlClient(address) as client:
        looks = [await fetch(client)]
        for item in history:
            if isinstance(item, Event):
                core.emit(item)
            else:
                looks.append(await fetch(client))
        looks.append(await fetch(client))
        await check(core, client, looks)


async def check(core: Core, client: ControlClient, looks: list[Hello]) -> None:
    fresh = looks[-1].state
    assert fresh is not None
    assert fresh == core.live_state()
    for look in looks:
        assert look.state is not None
        events = []
        view = View.of(look.state)
        messages = client.events(since=look.number)
        while look.number + len(events) < fresh.number:
            message = await anext(messages)
            if isinstance(message, Event):
                events.append(message)
                view.apply(message)
        await messages.aclose()
        assert view.state() == apply_events(look.state, events) == fresh
        # Seeing an event again changes nothing.
        assert apply_events(fresh, events) == fresh
        for tenant in TENANTS:
            mine = [event for event in events if event.tenant == tenant]
            grown = apply_events(of_tenant(look.state, tenant), mine)
            wanted = of_tenant(fresh, tenant)
            assert (grown.calls, grown.bindings, grown.tenants) == (
                wanted.calls,
                wanted.bindings,
                wanted.tenants,
            )


async def fetch(client: ControlClient) -> Hello:
    messages = client.events()
    hello = await anext(messages)
    await messages.aclose()
    assert isinstance(hello, Hello)
    return hello


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_old_state_and_events_are_a_fresh_state(history: list[Event | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), history))


def test_one_event_at_a_time() -> None:
    started, ended = call_event("call.started", "a"), call_event("call.ended", "a")
    view = View()
    state = apply_event(view.state(), Event(number=1, at=1.0, kind=started.kind, call=started.call))
    assert [call.id for call in state.calls] == ["a"]
    state = apply_event(state, Event(number=2, at=1.0, kind=ended.kind, call=ended.call))
    assert (state.calls, state.number) == ([], 2)
