"""Calls and messages of some length."""

from typing import Any

from tests.operations.house import House
from tests.phones.pjsua import Pjsua
from tests.running import eventually

BYTES_PER_SECOND = 32000  # 16 kHz, 16 bit


async def leave_message(house: House, desk: Pjsua, number: str, hz: float, seconds: float = 4.0) -> None:
    """The desk phone leaves a tone of so many seconds in the mailbox of that number, without ringing it."""
    await desk.send_tone(0)
    await desk.call(f"*99{number}")
    await desk.wait_established()
    await say_to_mailbox(house, desk, hz, seconds)


async def say_to_mailbox(house: House, desk: Pjsua, hz: float, seconds: float) -> None:
    """The desk phone is connected with a mailbox: after the greeting it leaves a tone, and hangs up."""

    def being_left() -> int:
        """Bytes of the message that is being left; none is during the greeting."""
        files = (house.home / "core" / "voicemail").rglob("*.part")
        return max((file.stat().st_size for file in files), default=0)

    await eventually(lambda: being_left() > 0, 40, "the beep after the greeting")
    await desk.send_tone(hz)
    await eventually(lambda: being_left() > seconds * BYTES_PER_SECOND, 60, "a message of some length")
    await desk.hangup()
    await desk.wait_ended()


async def heard_for(phone: Pjsua, seconds: float) -> None:
    """Until the phone has heard so much more of its call."""
    before, _ = phone.heard()

    def enough() -> bool:
        samples, rate = phone.heard()
        return len(samples) > len(before) + seconds * rate > 0

    await phone.until(enough, f"{seconds:g} s more of the call", 40)


async def messages_in(house: House, mailbox: str, role: str = "user") -> list[dict[str, Any]]:
    """What somebody sees in that mailbox, newest first."""
    found: list[dict[str, Any]] = (await house.person(role).get(f"voicemail/?mailbox={mailbox}"))["results"]
    return found
