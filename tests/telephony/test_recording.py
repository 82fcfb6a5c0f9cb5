"""Recordings of calls between real phones: each side its own channel, pauses, wishes, and who may."""

import asyncio

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Record
from pbx.control.configuration import RecordingRule
from pbx.control.file_client import FileClient
from pbx.control.messages import RecordingState
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.heard import recording_audio, sounds
from tests.telephony.office import Office, both_hear, connect, hang_up


async def recordings(office: Office) -> list[RecordingState]:
    """Those that are on disk."""
    async with office.client() as client:
        return await FileClient(client).recordings(office.tenant)


async def one(office: Office) -> bool:
    return len(await recordings(office)) == 1


async def ask(office: Office, action: str, extension: str = "101") -> None:
    (call,) = await office.calls()
    async with office.client() as client:
        await client.command(
            call.id,
            Record(tenant=office.tenant, extension=extension, action=action),  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_a_rule_records_each_side_in_its_own_channel(office: Office, kind: type[BasePhone]) -> None:
    await office.open(recording_rules=[RecordingRule(id="all")])
    a, b = await office.phones(kind(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    (call,) = await office.calls()
    assert call.recording
    await asyncio.sleep(2.0)
    await hang_up(a, b)
    await eventually(lambda: one(office), 10, "the recording")
    (state,) = await recordings(office)
    assert (state.by, state.channels, state.personal) == ("all", 2, False)
    (left, right), rate = await recording_audio(office, state.id)
    assert sounds(left, rate, 600)
    assert not sounds(left, rate, 1100)
    assert sounds(right, rate, 1100)
    assert not sounds(right, rate, 600)


async def test_on_demand_with_a_pause_and_by_nobody_else(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    with pytest.raises(ControlError) as refused:
        await ask(office, "start", "103")
    assert refused.value.status == 403
    await ask(office, "start")
    await asyncio.sleep(1.0)
    await ask(office, "pause")
    await asyncio.sleep(1.0)
    await ask(office, "resume")
    await ask(office, "stop")
    await eventually(lambda: one(office), 10, "the recording")
    (state,) = await recordings(office)
    assert state.personal
    assert state.by == "101"
    await hang_up(a, b)


async def test_what_is_discarded_leaves_nothing(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await ask(office, "start")
    await ask(office, "discard")

    async def over() -> bool:
        (call,) = await office.calls()
        return not call.recording

    await eventually(over, 10, "an end of the recording")
    await hang_up(a, b)
    assert await recordings(office) == []


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_keys_switch_it_on(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, b = await office.phones(kind(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.send_dtmf("*1")

    async def on() -> bool:
        return any(call.recording for call in await office.calls())

    await eventually(on, 10, "the recording")
    await asyncio.sleep(1.0)
    await hang_up(a, b)
    await eventually(lambda: one(office), 10, "the recording")
