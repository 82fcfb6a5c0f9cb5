"""Leaving messages from real phones: when, what is kept, who is told, and what happens when it cannot be."""

import os
import subprocess
from collections.abc import AsyncIterator

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Divert, SetMessage, SetState
from pbx.control.file_client import FileClient
from tests.phones.audio import assert_hears
from tests.phones.baresip import Baresip
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import RunningCore
from tests.telephony.heard import message_audio
from tests.telephony.mail import boxes, has_messages, leave, messages, shows_lamp, speak
from tests.telephony.office import Office, both_hear, connect
from tests.telephony.spoken import hears, said

Phone = Pjsua | Linphone | Baresip
ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)


@ALL
async def test_nobody_answers_and_the_caller_leaves_a_message(office: Office, kind: type[Phone]) -> None:
    """Stored as soon as the caller hangs up: who, how long, and what was said. All lamps come on."""
    await office.open(**boxes(["102"], ring_seconds=1))
    caller = kind(office.account("101"))
    owner, other = Pjsua(office.account("102")), Linphone(office.account("102"))
    await office.phones(caller, owner, other)
    await shows_lamp("0/0", owner, other)
    await caller.call("102")
    await owner.wait_ringing()
    await speak(office, caller, 2.0)
    assert said(office, caller, "vm_intro_unavailable", "vm_beep")
    level = caller.sent_level_dbov
    await caller.hangup()
    (message,) = await has_messages(office, 1)
    assert (message.caller_number, message.caller_name) == ("101", "Desk 101")
    assert message.mailbox == "box102"
    assert message.read_at is None
    assert 2.0 <= message.seconds < 8.0
    assert_hears(*await message_audio(office, message.id), 600, level, within_db=1.5)
    await shows_lamp("1/0", owner, other)
    record = await office.record()
    assert record.outcome == "voicemail"
    assert record.id == message.call


@pytest.mark.parametrize("kind", [Pjsua, Baresip, Linphone], ids=lambda kind: kind.kind)
async def test_busy_or_declined(office: Office, kind: type[Phone]) -> None:
    """486 (baresip, pjsua) and 603 (linphone) lead to the mailbox too."""
    await office.open(**boxes(["102"]))
    caller, owner = await office.phones(Pjsua(office.account("101")), kind(office.account("102")))
    await caller.call("102")
    await owner.wait_ringing()
    await owner.decline()
    await speak(office, caller)
    await caller.hangup()
    await has_messages(office, 1)
    await shows_lamp("1/0", owner)


async def test_sent_to_voicemail_while_it_rings(office: Office, other_office: Office) -> None:
    """By command, for oneself only; the phone stops ringing and a forward when busy does not come first."""
    await office.open(**boxes(["102"]))
    await other_office.open()
    caller, owner, other = await office.phones(
        Pjsua(office.account("101")), Baresip(office.account("102")), Pjsua(office.account("103"))
    )
    async with office.client() as client:
        await client.set_state(office.tenant, "102", SetState(forward_busy="103"))
        await caller.call("102")
        await owner.wait_ringing()
        (call,) = await office.calls()
        for tenant, extension, status in ((office.tenant, "103", 403), (other_office.tenant, "102", 404)):
            with pytest.raises(ControlError) as refused:
                await client.command(call.id, Divert(tenant=tenant, extension=extension))
            assert refused.value.status == status
        await client.command(call.id, Divert(tenant=office.tenant, extension="102"))
    await owner.wait_ended()
    await speak(office, caller)
    await caller.hangup()
    await has_messages(office, 1)
    assert not other.received("INVITE")
    assert (await office.record()).outcome == "voicemail"


async def test_without_ringing_and_only_in_ones_own_organisation(
    office: Office, other_office: Office
) -> None:
    """*99102 leaves a message and 102 stays silent. Elsewhere that mailbox does not exist."""
    await office.open(**boxes(["102"]))
    await other_office.open(**boxes(["101"]))
    caller, owner = Baresip(office.account("101")), Linphone(office.account("102"))
    stranger = Pjsua(other_office.account("103"))
    await office.phones(caller, owner)
    await other_office.phones(stranger)
    await leave(office, caller, "*99102")
    assert not owner.received("INVITE")
    (message,) = await messages(office)
    await stranger.call("*99102")
    assert (await stranger.wait_ended(20)).code == 404
    async with office.client() as client:
        files = FileClient(client)
        assert await files.messages(other_office.tenant) == []
        assert (await files.message_audio(office.tenant, message.id)).total
        with pytest.raises(ControlError) as refused:
            await files.message_audio(other_office.tenant, message.id)
        assert refused.value.status == 404
        with pytest.raises(ControlError) as refused:
            await files.change_message(other_office.tenant, message.id, SetMessage(deleted=True))
        assert refused.value.status == 404
    await shows_lamp("1/0", owner)


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_hash_ends_the_message(office: Office, kind: type[Phone]) -> None:
    """The caller hears that it was kept."""
    await office.open(**boxes(["102"]))
    caller = await office.phone(kind(office.account("101")))
    await caller.call("102")
    await speak(office, caller)
    await caller.send_tone(0)
    await caller.send_dtmf("#")
    await has_messages(office, 1)
    await hears(office, caller, "vm_saved")
    await caller.wait_ended(20)
    assert (await office.record()).outcome == "voicemail"


async def test_silence_and_the_longest_time_end_it(office: Office) -> None:
    """One that goes on for ever is cut at the limit; where nothing is said there is no message."""
    await office.open(**boxes(["102"], max_seconds=4))
    talker, silent = Pjsua(office.account("101")), Linphone(office.account("103"))
    await office.phones(talker, silent)
    await silent.send_tone(0)
    await talker.call("102")
    await talker.wait_established()
    await talker.send_tone(600)
    (message,) = await has_messages(office, 1)
    assert message.seconds == pytest.approx(4.0, abs=0.2)
    await talker.wait_ended(20)
    assert said(office, talker, "vm_saved")
    await office.open(**boxes(["102"]))
    await silent.call("102")
    await silent.wait_ended(50)
    assert said(office, silent, "vm_too_short")
    assert len(await messages(office)) == 1


async def test_too_short_is_no_message(office: Office) -> None:
    await office.open(**boxes(["102"]))
    caller, owner = Baresip(office.account("101")), Pjsua(office.account("102"))
    await office.phones(caller)
    await caller.call("102")
    await speak(office, caller, 0.1)
    await caller.hangup()
    await caller.wait_ended()
    record = await office.record()
    assert record.outcome == "voicemail"
    await office.phones(owner)
    await shows_lamp("0/0", owner)
    assert await messages(office) == []


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_zero_leads_to_the_operator(office: Office, kind: type[Phone]) -> None:
    """During the greeting, and while speaking: then what was said is no message."""
    await office.open(**boxes(["102"], operator="103"))
    caller, operator = kind(office.account("101")), Pjsua(office.account("103"))
    await office.phones(caller, operator)
    await caller.call("102")
    await caller.wait_established()
    await caller.send_dtmf("0")
    await operator.wait_ringing()
    await operator.answer()
    await operator.wait_established()
    await caller.send_tone(600)
    await operator.wait_hears(600, caller)
    await caller.hangup()
    await operator.wait_ended()
    await caller.call("102")
    await speak(office, caller, 1.5)
    await caller.send_dtmf("0")
    await operator.wait_ringing()
    await caller.hangup()
    await operator.wait_ended()
    await office.records(2)
    assert await messages(office) == []


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_transferred_to_somebody_with_a_mailbox(office: Office, kind: type[Pjsua | Linphone]) -> None:
    """When nobody answers there the call comes back; a transfer to `*99102` is for the mailbox itself."""
    await office.open(**boxes(["102"], ring_seconds=1))
    caller, transferor = Baresip(office.account("101")), kind(office.account("103"))
    owner = Pjsua(office.account("102"))
    await office.phones(caller, transferor, owner)
    await connect(caller, transferor, "103")
    await transferor.transfer("102")
    await owner.wait_ringing()
    await owner.wait_ended()
    await both_hear(caller, transferor)
    assert await messages(office) == []
    await transferor.transfer("*99102")
    await transferor.wait_ended()
    await speak(office, caller)
    await caller.hangup()
    (message,) = await has_messages(office, 1)
    assert (message.caller_number, message.mailbox) == ("101", "box102")
    await shows_lamp("1/0", owner)


@pytest.fixture
async def small(new_core: RunningCore) -> AsyncIterator[Office]:
    """An organisation in a core with a small disk of its own."""
    folder = new_core.home / "core"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "centrale-test", str(folder)]
    made = subprocess.run(mount, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"this machine permits no mount, so no disk can be filled: {made.stderr.strip()}")
    try:
        await new_core.start()
        office = Office(new_core, "small")
        yield office
        await office.close()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_says_so(small: Office) -> None:
    """Before anybody speaks, and with a notice; once there is room again, messages are taken."""
    await small.open(**boxes(["102"]))
    caller = await small.phone(Pjsua(small.account("101")))
    filler = small.core.home / "core" / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 90 * 2**20)
    await caller.call("102")
    await hears(small, caller, "vm_no_disk")
    await caller.wait_ended()
    assert await messages(small) == []
    notices = await small.notices()
    assert [each.kind for each in notices] == ["voicemail.refused"]
    assert "no room on the disk" in notices[0].text
    filler.unlink()
    await leave(small, caller, "102")


async def test_a_full_mailbox_says_so(office: Office) -> None:
    """In the language of the mailbox; the administrator gets a notice."""
    await office.open(**boxes(["102"], max_messages=1, language="nl"))
    caller, second = Pjsua(office.account("101")), Baresip(office.account("103"))
    await office.phones(caller, second)
    await leave(office, caller, "102")
    await second.call("102")
    await hears(office, second, "vm_full", language="nl")
    await second.wait_ended()
    notices = await office.notices()
    assert [each.kind for each in notices] == ["voicemail.refused"]
    assert "102 is full" in notices[0].text
    assert len(await messages(office)) == 1
