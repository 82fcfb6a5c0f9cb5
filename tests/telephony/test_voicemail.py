"""Voicemail from real phones: leave a message, hear it, delete it, the PIN."""

import asyncio
import wave
from pathlib import Path
from typing import Any

import pytest

from pbx.control import pins
from pbx.control.configuration import ExtensionConfig, MailboxConfig
from pbx.control.file_client import FileClient
from pbx.control.messages import VoicemailMessage
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.heard import message_audio, sounds
from tests.telephony.office import Office

HZ = 700.0
PIN = "2468"


def with_mailbox(**box: Any) -> dict[str, Any]:
    """102 has a mailbox, 101 and 103 have none."""
    return {
        "extensions": [
            ExtensionConfig(
                id=f"x{number}",
                number=number,
                name=f"Desk {number}",
                language="en",
                mailbox="box" if number == "102" else None,
            )
            for number in ("101", "102", "103")
        ],
        "mailboxes": [
            MailboxConfig(id="box", number="102", name="Desk 102", extensions=["102"], language="en", **box)
        ],
    }


NUMBERS = {number: [number] for number in ("101", "102", "103")}


def seconds_of(office: Office, *prompts: str) -> float:
    """How long prompts take."""
    total = 0.0
    for prompt in prompts:
        with wave.open(str(Path(office.core.home) / "prompts" / "en" / f"{prompt}.wav")) as opened:
            total += opened.getnframes() / opened.getframerate()
    return total


async def messages(office: Office) -> list[VoicemailMessage]:
    async with office.client() as client:
        return await FileClient(client).messages(office.tenant)


async def leave_a_message(office: Office, caller: BasePhone) -> VoicemailMessage:
    """Nobody is there at 102: the greeting, the tone, some seconds of HZ, and the caller hangs up."""
    before = len(await messages(office))
    await caller.call("102")
    await caller.wait_established()
    await caller.send_tone(HZ)
    await asyncio.sleep(seconds_of(office, "vm_intro_unavailable", "vm_beep") + 4.0)
    await caller.hangup()
    await caller.wait_ended()
    await eventually(lambda: _count(office, before + 1), 10, "the message")
    return (await messages(office))[-1]


async def _count(office: Office, wanted: int) -> bool:
    return len(await messages(office)) == wanted


@pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)
async def test_a_message_is_left_and_holds_what_was_said(office: Office, kind: type[BasePhone]) -> None:
    await office.open(NUMBERS, **with_mailbox())
    caller = await office.phone(kind(office.account("101")))
    message = await leave_a_message(office, caller)
    assert (message.mailbox, message.caller_number, message.read_at) == ("box", "101", None)
    assert message.seconds > 2
    assert sounds(*await message_audio(office, message.id), HZ)
    assert (await office.record()).outcome == "voicemail"


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_the_menu_plays_deletes_and_takes_back(office: Office, kind: type[BasePhone]) -> None:
    await office.open(NUMBERS, **with_mailbox())
    caller = await office.phone(Pjsua(office.account("101")))
    message = await leave_a_message(office, caller)
    owner = await office.phone(kind(office.account("102")))
    await owner.call("1233")
    await owner.wait_established()
    await owner.send_dtmf("1")
    await owner.wait_hears(HZ, caller, within_db=6.0, timeout=20)
    await owner.send_dtmf("7")

    async def now() -> VoicemailMessage:
        return next(each for each in await messages(office) if each.id == message.id)

    async def deleted() -> bool:
        return (await now()).deleted_at is not None

    async def back() -> bool:
        return not await deleted()

    await eventually(deleted, 10, "deleted")
    assert (await now()).read_at is not None
    await owner.send_dtmf("7")
    await eventually(back, 10, "taken back")
    await owner.hangup()
    await owner.wait_ended()
    await office.records(2)


async def test_a_mailbox_with_a_pin_opens_for_nobody_else(office: Office) -> None:
    await office.open(NUMBERS, **with_mailbox(pin=pins.hashed(PIN)))
    phone = await office.phone(Pjsua(office.account("102")))
    await phone.call("1233")
    await phone.wait_established()
    for _ in range(3):
        await phone.send_dtmf("1111#")
        await asyncio.sleep(1.5)
    await phone.wait_ended(30)
    refused = await office.record()
    assert ("PIN", "wrong") in [(step.step, step.result) for step in refused.path]
    await phone.call("1233")
    await phone.wait_established()
    await phone.send_dtmf(f"{PIN}#")

    async def inside() -> bool:
        return any("0 new messages" in step.result for call in await office.calls() for step in call.path)

    await eventually(inside, 10, "the menu")
    await phone.hangup()
    await phone.wait_ended()
    await office.records(2)


async def test_a_full_mailbox_says_so_and_takes_nothing(office: Office) -> None:
    await office.open(NUMBERS, **with_mailbox(max_messages=1))
    caller = await office.phone(Pjsua(office.account("101")))
    await leave_a_message(office, caller)
    await caller.call("102")
    await caller.wait_ended(30)
    assert len(await messages(office)) == 1
    full = (await office.records(2))[-1]
    assert any("is full" in step.result for step in full.path)
