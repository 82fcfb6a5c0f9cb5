"""What an administrator and a user arrange by REST, and what calls then meet: numbers shown, messages,
recordings, music, rooms."""

import asyncio
import io
import wave
from typing import Any

import numpy as np
import pytest

from tests.operations.house import House, Phones, Rest
from tests.operations.provider import provider
from tests.operations.test_office_flows import unique
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.subscriptions.watcher import Watcher
from tests.telephony.office import both_hear, connect, hang_up

pytestmark = pytest.mark.timeout(300)

MAIN, MOBILE = "+31201234500", "+31612345678"


def sine(seconds: float, hz: float) -> bytes:
    """A WAV to upload."""
    made = io.BytesIO()
    samples = np.sin(np.arange(int(seconds * 16000)) * 2 * np.pi * hz / 16000) * 8000
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return made.getvalue()


async def test_the_number_that_a_user_chooses_is_on_the_wire(house: House, phones: Phones) -> None:
    user, own = house.person("user"), await house.id("102")
    main = await house.admin.post("caller-ids/", kind="company", name="Main", shown=MAIN, everyone=True)
    mobile = await house.admin.post("caller-ids/", kind="mobile", shown=MOBILE, extensions=[own])
    secret = await house.admin.post(
        "caller-ids/", kind="company", shown="+31201234599", extensions=[await house.id("101")]
    )
    seen = {row["id"] for row in (await user.get("caller-ids/"))["results"]}
    assert {main["id"], mobile["id"]} <= seen and secret["id"] not in seen
    far = await provider(house, phones)
    (phone,) = await phones.add("102")
    for choice, number in ((main["id"], MAIN), (mobile["id"], MOBILE)):
        await user.patch(f"extensions/{own}/state/", caller_id=choice)
        await connect(phone, far, "0101234567")
        assert far.caller_shown is not None and far.caller_shown.number == number
        await hang_up(phone, far)
    refused = await user.ask("PATCH", f"extensions/{own}/state/", {"caller_id": secret["id"]})
    assert refused.code == 400
    await house.last_record(direction="outbound", shown=MOBILE)


async def test_a_message_is_left_mailed_read_and_lamps_change(house: House, phones: Phones) -> None:
    user = house.person("user")
    (box,) = [
        row for row in (await user.get("mailboxes/"))["results"] if row["extension"] == await house.id("102")
    ]
    await user.wants(204, "PUT", f"mailboxes/{box['id']}/pin/", {"pin": "739164"})
    assert (await user.ask("PUT", f"mailboxes/{box['id']}/pin/", {"pin": "12"})).code == 400
    await user.patch(f"mailboxes/{box['id']}/", mail=True)
    earlier = (await user.get(f"voicemail/?mailbox={box['id']}"))["results"]
    for message in earlier:
        await user.patch(f"voicemail/{message['id']}/", deleted=True)
    (caller,) = await phones.add("107")
    state = f"extensions/{await house.id('102')}/state/"
    await user.patch(state, forward_all="voicemail")
    await house.settled()
    try:
        await left_mailed_and_read(house, caller, box["id"], {message["id"] for message in earlier})
    finally:
        await user.patch(state, forward_all=None)


async def left_mailed_and_read(house: House, caller: Pjsua, box: str, known: set[str]) -> None:
    user, mailed = house.person("user"), len(house.mail.mails)
    async with Watcher(house) as lamp:  # type: ignore[arg-type]
        account = house.account("102")
        await lamp.register(account)
        await lamp.watch(account, "102", "message-summary")
        await eventually(lambda: b"Messages-Waiting: no" in lamp.notifies[-1].body, 20, "lamp off")
        await caller.call("102")
        await caller.wait_established()
        await asyncio.sleep(8)  # the message has a length
        await caller.hangup()
        await eventually(lambda: b"Messages-Waiting: yes" in lamp.notifies[-1].body, 20, "lamp")

        async def messages() -> Any:
            found = (await user.get(f"voicemail/?mailbox={box}"))["results"]
            return [each for each in found if each["id"] not in known]

        def audio_files() -> Any:
            return [part for mail in house.mail.mails[mailed:] for part in mail.iter_attachments()]

        (message,) = await eventually(messages, 40, "the message")
        (part,) = await eventually(audio_files, 40, "the mail")
        assert part.get_content_type() == "audio/mpeg" and len(part.get_content()) > 5000
        audio = await user.ask("GET", f"voicemail/{message['id']}/audio/", Range="bytes=0-3")
        assert (audio.code, audio.body) == (206, b"RIFF")
        await user.patch(f"voicemail/{message['id']}/", read=True)
        await eventually(lambda: b"Messages-Waiting: no" in lamp.notifies[-1].body, 20, "lamp off")


async def test_a_recording_by_rule_is_heard_audited_and_deleted(house: House, phones: Phones) -> None:
    rest = house.admin
    rule = await rest.post(
        "recording-rules/", name="Inside", internal=True, extensions=[await house.id("109")]
    )
    try:
        await recorded_and_deleted(house, phones, rule["id"])
    finally:
        await rest.wants(204, "DELETE", f"recording-rules/{rule['id']}/")


async def recorded_and_deleted(house: House, phones: Phones, rule: str) -> None:
    rest, agent = house.admin, house.person("agent")
    one, two = await phones.add("109", "110")
    await house.settled()
    await connect(one, two, "110")
    await both_hear(one, two)
    await hang_up(one, two)

    async def stored() -> Any:
        rows = (await rest.get("recordings/?personal=false"))["results"]
        return next((row for row in rows if row["rule"] == rule and row["state"] == "done"), None)

    recording = await eventually(stored, 60, "a compressed recording")
    where = f"recordings/{recording['id']}/"
    whole = await rest.ask("GET", f"{where}audio/")
    part = await rest.ask("GET", f"{where}audio/?download=true", Range="bytes=100-199")
    assert whole.headers["Content-Type"] == "audio/mpeg"
    assert (part.code, part.body) == (206, whole.body[100:200])
    assert (await agent.ask("GET", where)).code == 404
    await rest.wants(204, "DELETE", where)
    assert (await rest.ask("GET", f"{where}audio/")).code == 404
    deeds = [
        row["deed"]
        for row in (await rest.get("recording-accesses/"))["results"]
        if row["call"] == recording["call"]
    ]
    assert deeds == ["deleted", "downloaded", "listened"]


async def test_music_pickup_group_and_room(house: House, phones: Phones) -> None:
    rest: Rest = house.admin
    fields = {"name": "Waiting", "kind": "music", "on_hold": "true"}
    made = await rest.wants(201, "POST", "sounds/", fields, upload=sine(3, 523))
    assert made["seconds"] == pytest.approx(3, abs=0.1)
    bad = await rest.ask("POST", "sounds/", fields, upload=b"not audio")
    assert bad.code == 400 and bad.body["file"]
    group = await rest.post("pickup-groups/", name=unique("Back office"))
    for number in ("107", "108", "109"):
        await rest.patch(f"extensions/{await house.id(number)}/", pickup_group=group["id"])
    for left in (await rest.get("rooms/"))["results"]:  # by a first try
        if left["number"] == "811":
            await rest.wants(204, "DELETE", f"rooms/{left['id']}/")
    room = await rest.post("rooms/", number="811", name="Board", pin="482913")
    assert room["has_pin"] and "pin" not in room
    await house.settled()
    one, two, three = await phones.add("107", "108", "109")
    await connect(one, two, "108")
    await one.hold()
    await two.wait_hears(523, -12.0, within_db=15)
    await one.resume()
    await hang_up(one, two)
    await one.call("811")
    await one.wait_established()
    await one.send_dtmf("482913#")

    async def inside() -> Any:
        rooms = await rest.get("live/rooms/")
        return any(each["room"] == room["id"] for each in rooms)

    await eventually(inside, 20, "someone in the room")
    await one.hangup()
    await one.call("108")
    await two.wait_ringing()
    await three.call("*8")
    await three.wait_established()
    await one.hangup()
    await rest.wants(204, "DELETE", f"sounds/{made['id']}/")
