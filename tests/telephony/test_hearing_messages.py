"""Hearing messages by phone: the PIN, the menu, greeting and PIN changed, and the lamps with all that."""

from pathlib import Path

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import SetMessage
from pbx.control.configuration import MailboxConfig
from pbx.control.file_client import FileClient
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.mail import PIN, boxes, lamp, leave, messages, shows_lamp, without_pin
from tests.telephony.music import hears_none
from tests.telephony.office import Office
from tests.telephony.spoken import hears, said, so_far

Phone = Pjsua | Linphone | Baresip
ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)


async def log_in(office: Office, phone: BasePhone, pin: str = PIN) -> None:
    """Call 1233 and give the PIN."""
    await phone.send_tone(0)
    await phone.call("1233")
    await phone.wait_established()
    await phone.send_dtmf(f"{pin}#")


async def press(office: Office, phone: BasePhone, digits: str, *prompts: str) -> None:
    """Press keys and wait until these words were heard after that."""
    after = so_far(phone)
    await phone.send_dtmf(digits)
    await hears(office, phone, *prompts, after=after)


@ALL
async def test_the_whole_menu(office: Office, kind: type[Phone]) -> None:
    """How many, play, next, repeat, delete, take back, and out; the lamp follows each step."""
    await office.open(**boxes(["102"]))
    caller = await office.phone(Pjsua(office.account("101")))
    await leave(office, caller, "*99102", hz=600)
    await leave(office, caller, "*99102", hz=1500)
    owner = await office.phone(kind(office.account("102")))
    await shows_lamp("2/0", owner)
    await log_in(office, owner)
    await hears(office, owner, "digit_2", "vm_new", "digit_0", "vm_old")
    await press(office, owner, "1", "vm_message", "digit_1", "vm_from", "digit_1", "digit_0", "digit_1")
    await owner.wait_hears(600, -20.0, within_db=8.0)
    await owner.send_dtmf("2")
    await owner.wait_hears(1500, -20.0, within_db=8.0, timeout=20)
    await shows_lamp("1/1", owner)
    await owner.send_dtmf("3")
    await shows_lamp("0/2", owner)
    await press(office, owner, "7", "vm_deleted")
    await shows_lamp("0/1", owner)
    await press(office, owner, "7", "vm_undeleted")
    await shows_lamp("0/2", owner)
    await press(office, owner, "2", "vm_end")
    await owner.send_dtmf("#")
    await owner.wait_ended()
    assert all(each.read_at and not each.deleted_at for each in await messages(office))


async def test_wrong_pins(office: Office) -> None:
    """Three end the call; ten in a row shut the mailbox, for the right one too, and only that mailbox."""
    await office.open(**boxes(["102", "103"]))
    guesser, other = Baresip(office.account("102")), Pjsua(office.account("103"))
    await office.phones(guesser, other)
    for _ in range(3):
        await log_in(office, guesser, "1111#2222#3333")
        await guesser.wait_ended(20)
        assert said(office, guesser, "pin_wrong", "goodbye")
    await log_in(office, guesser, "1111")
    await hears(office, guesser, "pin_blocked")
    await guesser.wait_ended(20)
    await log_in(office, guesser)
    await hears(office, guesser, "pin_blocked")
    await guesser.wait_ended(20)
    await log_in(office, other)
    await hears(office, other, "vm_no_messages")


async def test_somebody_elses_mailbox(office: Office, other_office: Office) -> None:
    """From another phone only with its number and PIN; without a PIN nobody else gets in; and none of it
    from another organisation."""
    await office.open(**boxes(["102"]))
    await other_office.open(**without_pin(boxes(["102"])))
    a, b = await office.phones(Linphone(office.account("101")), Pjsua(office.account("103")))
    stranger, owner = Pjsua(other_office.account("103")), Baresip(other_office.account("102"))
    await other_office.phones(stranger, owner)
    await leave(office, b, "*99102")
    await a.send_tone(0)
    await a.call("*99")
    await a.wait_established()
    await a.send_dtmf("102#")
    await hears(office, a, "pin_enter")
    await a.send_dtmf(f"{PIN}#")
    await hears(office, a, "digit_1", "vm_new")
    await a.hangup()
    await a.wait_ended()
    await stranger.send_tone(0)
    await stranger.call("*99")
    await stranger.wait_established()
    await stranger.send_dtmf("102#")
    await hears(other_office, stranger, "code_refused")
    await owner.send_tone(0)
    await owner.call("1233")
    await hears(other_office, owner, "vm_no_messages")
    await owner.hangup()
    await owner.wait_ended()


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_call_back(office: Office, kind: type[Phone]) -> None:
    """8 calls who left the message; they talk."""
    await office.open(**boxes(["102"]))
    caller, owner = Pjsua(office.account("101")), kind(office.account("102"))
    await office.phones(caller, owner)
    await leave(office, caller, "*99102")
    await log_in(office, owner)
    await hears(office, owner, "vm_new")
    await owner.send_dtmf("1")
    await owner.wait_hears(600, -20.0, within_db=8.0, timeout=20)
    await owner.send_dtmf("8")
    await caller.wait_ringing()
    assert caller.caller_shown is not None
    assert caller.caller_shown.number == "102"
    await caller.send_tone(1100)
    await caller.answer()
    await caller.wait_established()
    await owner.wait_hears(1100, caller)
    await owner.send_tone(700)
    await caller.wait_hears(700, owner)
    await caller.hangup()
    await owner.wait_ended()


@ALL
async def test_the_owner_records_a_greeting(office: Office, kind: type[Phone]) -> None:
    """The next caller hears it in place of the standard one; 3 in the menu brings that back."""
    await office.open(**boxes(["102"]))
    caller, owner = Pjsua(office.account("101")), kind(office.account("102"))
    await office.phones(caller, owner)
    await caller.send_tone(0)
    await log_in(office, owner)
    await hears(office, owner, "vm_no_messages")
    await press(office, owner, "9", "vm_greeting_menu")
    await press(office, owner, "2", "vm_greeting_record", "vm_beep")
    await owner.send_tone(1700)
    await owner.until(lambda: greeting_seconds(office) > 2.0, "a greeting", 20)
    await press(office, owner, "#", "vm_greeting_saved")
    await caller.call("*99102")
    await caller.wait_hears(1700, -20.0, within_db=8.0, timeout=15)
    assert not said(office, caller, "vm_intro_unavailable")
    await caller.hangup()
    await press(office, owner, "3", "vm_greeting_standard")
    await caller.call("*99102")
    await hears(office, caller, "vm_intro_unavailable")
    await hears_none(caller, 1700)


def greeting_seconds(office: Office) -> float:
    """How long the greeting is that somebody records now."""
    folder = Path(office.core.home) / "core" / "greetings" / office.tenant
    return max((file.stat().st_size / 32000 for file in folder.glob("*.part")), default=0.0)


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_a_new_pin(office: Office, kind: type[Phone]) -> None:
    """Not an easy one, and the same twice; from then on only that one opens."""
    await office.open(**without_pin(boxes(["102"])))
    owner = await office.phone(kind(office.account("102")))
    await owner.send_tone(0)
    await owner.call("1233")
    await hears(office, owner, "vm_no_messages")
    await press(office, owner, "9", "vm_greeting_menu")
    await press(office, owner, "4", "pin_new")
    await press(office, owner, "1234#", "pin_easy")
    await press(office, owner, "12#", "pin_wrong", "pin_new")
    await press(office, owner, "5937#", "pin_again")
    await press(office, owner, "5938#", "pin_wrong", "pin_new")
    await press(office, owner, "5937#", "pin_again")
    await press(office, owner, "5937#", "pin_saved")
    await owner.hangup()
    await owner.wait_ended()
    await log_in(office, owner, "5937")
    await hears(office, owner, "vm_no_messages")


async def test_by_the_control_api_the_lamp_follows_at_once(office: Office) -> None:
    await office.open(**boxes(["102"]))
    caller, owner, second = (
        Baresip(office.account("101")),
        Pjsua(office.account("102")),
        Linphone(office.account("102")),
    )
    await office.phones(caller, owner, second)
    await leave(office, caller, "*99102")
    (message,) = await messages(office)
    await shows_lamp("1/0", owner, second)
    async with office.client() as client:
        files = FileClient(client)
        for change, counts in (
            (SetMessage(read=True), "0/1"),
            (SetMessage(read=False), "1/0"),
            (SetMessage(deleted=True), "0/0"),
            (SetMessage(deleted=False), "1/0"),
        ):
            await files.change_message(office.tenant, message.id, change)
            await shows_lamp(counts, owner, second)
        assert await files.remove_message(office.tenant, message.id)
        await shows_lamp("0/0", owner, second)
        with pytest.raises(ControlError):
            await files.message_audio(office.tenant, message.id)


async def test_a_mailbox_of_several(office: Office, other_office: Office) -> None:
    """Each member's lamp shows it, each may listen with its number; dialling the number leaves a message."""
    opened = boxes(["102"])
    shared = MailboxConfig(id="shop", number="390", name="Shop", extensions=["103", "104"], language="en")
    opened["mailboxes"].append(shared)
    await office.open(**opened)
    await other_office.open(**boxes(["101"]))
    caller, one, two = (
        Pjsua(office.account("101")),
        Linphone(office.account("103")),
        Baresip(office.account("104")),
    )
    owner = Pjsua(office.account("102"))
    await office.phones(caller, one, two, owner)
    stranger = await other_office.phone(Pjsua(other_office.account("101")))
    await leave(office, caller, "390")
    await shows_lamp("1/0", one, two)
    await one.send_tone(0)
    await one.call("*99")
    await one.wait_established()
    await one.send_dtmf("390#")
    await hears(office, one, "digit_1", "vm_new")
    await one.send_dtmf("1")
    await one.wait_hears(600, -20.0, within_db=8.0, timeout=20)
    await one.send_dtmf("#")
    await shows_lamp("0/1", one, two)
    await stranger.call("390")
    assert (await stranger.wait_ended(20)).code == 404

    async def alone() -> bool:
        return lamp(owner) in ("", "0/0")

    await eventually(alone)
