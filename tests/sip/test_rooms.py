"""Conference rooms: who hears whom, who must not, who speaks, and what it sounds like."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pbx.ports import (
    Answer,
    Bridge,
    IncomingCall,
    JoinRoom,
    LeaveRoom,
    MuteMember,
    PlayToRoom,
    RoomSpeaking,
)
from tests.phones.audio import rms_dbov
from tests.phones.baresip import Baresip
from tests.phones.base import Account, BasePhone
from tests.phones.pjsua import Pjsua
from tests.sip.edge import Edge
from tests.sip.test_playing import sound
from tests.sip.voices import LEVEL, Voice, Voices, counts


@pytest.fixture
def voices(edge: Edge) -> Iterator[Voices]:
    with Voices(edge) as made:
        yield made


async def enter(edge: Edge, voices: Voices, room: str, *tones: float) -> list[Voice]:
    """One voice in the room for each tone."""
    found = [await voices.call(f"{room}{index}", hz) for index, hz in enumerate(tones)]
    for voice in found:
        edge.stack.submit(JoinRoom(leg=voice.leg, room=room))
    return found


async def test_everyone_hears_the_others_and_nobody_himself(edge: Edge, voices: Voices) -> None:
    a, b, c = await enter(edge, voices, "r", 600, 1100, 1700)
    (stranger,) = await enter(edge, voices, "other", 2300)
    await a.hears(1100, 1700, not_hz=(600, 2300))
    await b.hears(600, 1700, not_hz=(1100, 2300))
    await c.hears(600, 1100, not_hz=(1700, 2300))
    await stranger.hears(not_hz=(600, 1100, 1700, 2300))


async def test_mute_and_leave(edge: Edge, voices: Voices) -> None:
    a, b, c = await enter(edge, voices, "r", 600, 1100, 1700)
    await a.hears(1100, 1700)
    edge.stack.submit(MuteMember(leg=b.leg, on=True))
    await a.hears(1700, not_hz=(1100,))
    await b.hears(600, 1700)
    edge.stack.submit(MuteMember(leg=b.leg, on=False))
    await a.hears(1100, 1700)
    edge.stack.submit(LeaveRoom(leg=c.leg))
    await a.hears(1100, not_hz=(1700,))
    await c.hears(not_hz=(600, 1100))
    edge.stack.submit(JoinRoom(leg=c.leg, room="r", muted=True))
    await c.hears(600, 1100)
    await a.hears(1100, not_hz=(1700,))


async def test_from_one_room_to_another(edge: Edge, voices: Voices) -> None:
    a, b = await enter(edge, voices, "one", 600, 1100)
    (c,) = await enter(edge, voices, "two", 1700)
    edge.stack.submit(JoinRoom(leg=b.leg, room="two"))
    await c.hears(1100, not_hz=(600,))
    await a.hears(not_hz=(1100, 1700))
    await edge.close()
    assert await counts(edge) == (0, 0, 0)


async def test_who_hangs_up_is_heard_no_more(edge: Edge, voices: Voices) -> None:
    a, b = await enter(edge, voices, "r", 600, 1100)
    await a.hears(1100)
    await b.dialog.ask("BYE")
    await a.hears(not_hz=(1100,))
    assert (await counts(edge))[0] == 1


async def test_all_hear_what_is_played_to_the_room_one_after_the_other(
    edge: Edge, voices: Voices, tmp_path: Path
) -> None:
    a, b = await enter(edge, voices, "r", 600, 1100)
    await a.hears(1100)
    for hz in (1700, 2300):
        edge.stack.submit(PlayToRoom(room="r", sounds=(sound(tmp_path / f"{hz}.wav", hz, 1.5),)))
    await asyncio.gather(a.hears(1100, 1700, not_hz=(2300,)), b.hears(600, 1700, not_hz=(2300,)))
    await asyncio.gather(a.hears(1100, 2300, not_hz=(1700,)), b.hears(600, 2300, not_hz=(1700,)))
    await a.hears(1100, not_hz=(1700, 2300))
    edge.stack.submit(PlayToRoom(room="nobody", sounds=(sound(tmp_path / "x.wav", 500, 1),)))
    await a.hears(1100, not_hz=(500,))


async def test_who_speaks_is_told_with_the_level(edge: Edge, voices: Voices) -> None:
    a, b = await enter(edge, voices, "r", 600, 0)
    spoken = await edge.event(RoomSpeaking, lambda event: len(event.levels) == 1)
    assert spoken.room == "r" and spoken.levels[0][0] == a.leg
    steady = (
        await edge.event(RoomSpeaking, lambda event: abs(event.levels[0][1] - LEVEL) < 1)
        if abs(spoken.levels[0][1] - LEVEL) > 1
        else spoken
    )
    assert abs(steady.levels[0][1] - LEVEL) < 1
    b.hz = 1100
    both = await edge.event(RoomSpeaking, lambda event: len(event.levels) == 2)
    assert {leg for leg, _ in both.levels} == {a.leg, b.leg}
    edge.stack.submit(MuteMember(leg=a.leg, on=True))
    only = await edge.event(RoomSpeaking, lambda event: len(event.levels) == 1)
    assert only.levels[0][0] == b.leg
    b.hz = 0
    await edge.event(RoomSpeaking, lambda event: not event.levels)


async def test_coming_and_going_does_not_click(edge: Edge, voices: Voices) -> None:
    """A tone that begins or ends at once has energy far from its pitch."""
    a, b = await enter(edge, voices, "r", 0, 200)
    await a.hears(200)
    a.forget()
    for _ in range(4):
        edge.stack.submit(MuteMember(leg=b.leg, on=True))
        await a.hears(not_hz=(200,))
        edge.stack.submit(MuteMember(leg=b.leg, on=False))
        await a.hears(200)
    heard = a.heard().astype(float)
    spectrum = np.abs(np.fft.rfft(heard.reshape(-1, 160) * np.hanning(160), axis=1))
    far = spectrum[:, 20:].max()  # from 1 kHz
    assert 20 * np.log10(far / spectrum.max()) < -30


async def test_thirty_parties(edge: Edge, voices: Voices) -> None:
    """Eight say a tone each; all thirty hear every tone but their own."""
    tones = [300.0 + 350 * index for index in range(8)]
    talkers = await enter(edge, voices, "big", *tones)
    for talker in talkers:
        talker.hz = None
    listeners = await enter(edge, voices, "big", *[0.0] * 22)
    for talker, hz in zip(talkers, tones, strict=True):
        talker.hz = hz
    for listener in listeners:
        await listener.hears(*tones)
    for talker, own in zip(talkers, tones, strict=True):
        await talker.hears(*(hz for hz in tones if hz != own), not_hz=(own,))
    assert await counts(edge) == (30, 1, 0)
    assert all(rms_dbov(listener.heard(0.5)) < -8 for listener in listeners)


@pytest.mark.parametrize(
    ("kind", "codecs"),
    [(Pjsua, ("opus", "G722")), (Baresip, ("G722", "opus"))],
    ids=["pjsua", "baresip"],
)
async def test_wideband_parties_stay_wideband_beside_a_narrow_one(
    edge: Edge, voices: Voices, kind: type[BasePhone], codecs: tuple[str, str]
) -> None:
    phones = [
        kind(Account(number=str(101 + index), domain="a.test", port=edge.port, codecs=[codec]))
        for index, codec in enumerate(codecs)
    ]
    try:
        for phone, hz in zip(phones, (5000, 1200), strict=True):
            await phone.start()
            await phone.send_tone(hz)
            await phone.call("102")
            leg = (await edge.event(IncomingCall)).leg
            edge.stack.submit(Answer(leg=leg, number="102", name="Desk", domain="a.test"))
            await phone.wait_established()
            edge.stack.submit(JoinRoom(leg=leg, room="wide"))
        (narrow,) = await enter(edge, voices, "wide", 2000)
        edge.stack.submit(MuteMember(leg=narrow.leg, on=True))
        wide, other = phones
        await other.wait_hears(5000, wide)
        await wide.wait_hears(1200, other)
        await narrow.hears(not_hz=(5000, 3000))  # no alias of what 8 kHz cannot carry
        assert narrow.level(1200) > -40
    finally:
        for phone in phones:
            await phone.stop()


async def test_a_bridge_beside_a_room(edge: Edge, voices: Voices) -> None:
    """Whisper: one who is bridged to a member is heard by that member alone."""
    a, b = await enter(edge, voices, "r", 600, 1100)
    coach = await voices.call("coach", 1700)
    edge.stack.submit(Bridge(a=coach.leg, b=a.leg))
    await a.hears(1100, 1700, not_hz=(600,))
    await b.hears(600, not_hz=(1700,))
    await coach.hears(600, not_hz=(1100,))
