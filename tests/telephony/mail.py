"""Mailboxes of a test's organisation: messages left by real phones, and the lamps."""

import asyncio
import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pbx.control import pins
from pbx.control.configuration import ExtensionConfig, MailboxConfig
from pbx.control.file_client import FileClient
from pbx.control.messages import VoicemailMessage
from tests.phones.base import BasePhone
from tests.running import eventually
from tests.telephony.office import Office

PIN = "4826"


def boxes(numbers: Sequence[str], **changes: Any) -> dict[str, Any]:
    """What `Office.open` needs so that each of 101 to 105 exists, and these have a mailbox with the PIN."""
    ring = changes.pop("ring_seconds", 20)
    fields = {"pin": pins.hashed(PIN), "language": "en"} | changes
    return {
        "extensions": [
            ExtensionConfig(
                id=f"x{number}",
                number=number,
                name=f"Desk {number}",
                language="en",
                ring_seconds=ring,
                mailbox=f"box{number}" if number in numbers else None,
            )
            for number in map(str, range(101, 106))
        ],
        "numbers": {str(number): [str(number)] for number in range(101, 106)},
        "mailboxes": [
            MailboxConfig(id=f"box{n}", number=n, name=f"Desk {n}", extensions=[n], **fields) for n in numbers
        ],
    }


async def messages(office: Office) -> list[VoicemailMessage]:
    """All messages of the organisation, the deleted ones too."""
    async with office.client() as client:
        return await FileClient(client).messages(office.tenant)


async def has_messages(office: Office, count: int) -> list[VoicemailMessage]:
    """Wait until there are that many."""

    async def there() -> list[VoicemailMessage] | None:
        found = await messages(office)
        return found if len(found) == count else None

    found: list[VoicemailMessage] = await eventually(there, 15, f"{count} messages")
    return found


def recording_now(office: Office) -> list[Path]:
    """Files of messages that are being left, with audio in them."""
    found = (Path(office.core.home) / "core" / "voicemail" / office.tenant).rglob("*.part")
    return [path for path in found if path.stat().st_size > 44]


async def speak(office: Office, phone: BasePhone, seconds: float = 2.5, hz: float = 600) -> None:
    """Wait for the tone after the greeting, then leave `seconds` of a message."""
    await phone.wait_established(20)
    await phone.send_tone(hz)

    def long_enough() -> bool:
        return any(path.stat().st_size > seconds * 32000 for path in recording_now(office))

    await phone.until(long_enough, f"{seconds} s of a message", 40)


async def leave(office: Office, phone: BasePhone, number: str, seconds: float = 2.5, hz: float = 600) -> None:
    """Call `number`, whose mailbox answers, leave a message and hang up."""
    before = len(await messages(office))
    await phone.call(number)
    await speak(office, phone, seconds, hz)
    await phone.hangup()
    await phone.wait_ended()
    await has_messages(office, before + 1)


def lamp(phone: BasePhone) -> str:
    """New and old messages as the last NOTIFY to the phone says ("1/0"), "" without any."""
    found = re.findall(r"Voice-Message: (\d+/\d+)", phone.trace)
    return found[-1] if found else ""


async def shows_lamp(counts: str, *phones: BasePhone) -> None:
    """Wait until each of these phones was told these counts last."""
    await asyncio.gather(
        *(each.until(lambda each=each: lamp(each) == counts, f"lamp {counts}") for each in phones)  # type: ignore[misc]
    )


def without_pin(opened: dict[str, Any]) -> dict[str, Any]:
    """The same, but nobody has chosen a PIN yet."""
    opened["mailboxes"] = [dataclasses.replace(box, pin=None) for box in opened["mailboxes"]]
    return opened
