"""The lamp of waiting messages (RFC 3842): asked for or not, after a restart, by baresip too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pbx.control.commands import SetMessage
from pbx.control.configuration import MailboxConfig
from pbx.control.file_client import FileClient
from pbx.files import Files
from pbx.store.store import Store
from tests.phones.baresip import Baresip
from tests.registration.client import asked
from tests.running import RunningCore, organisation
from tests.store.audio import message, write_wav

from .watcher import Watcher, voice

BOXES = [
    MailboxConfig(id="m102", number="902", name="Desk 102", extensions=["102"]),
    MailboxConfig(id="sales", number="950", name="Sales", extensions=["102", "103"]),
]


@pytest.fixture
async def office(new_core: RunningCore) -> AsyncIterator[RunningCore]:
    """A core with a message in each of two mailboxes: `one` for 102 alone, `two` for 102 and 103."""
    folder = new_core.home / "core"
    store = await Store.open(folder)
    files = await Files.open(store, folder)
    for name, mailbox in (("one", "m102"), ("two", "sales")):
        left = message(name, "office", mailbox)
        path = files.mailboxes.begin(left)
        assert path is not None
        write_wav(Path(path), 2.0)
        assert await files.mailboxes.finish("office", name)
    await store.close()
    await new_core.start()
    await new_core.apply(organisation(mailboxes=BOXES))
    yield new_core


async def read(core: RunningCore, name: str, yes: bool = True) -> None:
    await asked(core, lambda client: FileClient(client).change_message("office", name, SetMessage(read=yes)))


async def test_who_subscribes(office: RunningCore) -> None:
    async with Watcher(office) as watcher, Watcher(office) as group:
        await watcher.watch(watcher.account("102"), "102", "message-summary")
        first = watcher.notifies[0]
        assert first.headers.get("Content-Type") == "application/simple-message-summary"
        assert b"Messages-Waiting: yes\r\n" in first.body
        assert b"Message-Account: sip:1233@office.test\r\n" in first.body
        assert voice(first) == "2/0"
        await group.watch(group.account("103"), "950", "message-summary")
        assert voice(group.notifies[0]) == "1/0"
        await read(office, "one")
        assert voice(await watcher.more(1)) == "1/1"
        await read(office, "two")
        assert voice(await watcher.more(2)) == "0/2"
        assert b"Messages-Waiting: no\r\n" in watcher.notifies[-1].body
        assert voice(await group.more(1)) == "0/1"


async def test_who_only_registers_and_a_restart(office: RunningCore) -> None:
    async with Watcher(office) as phone, Watcher(office, "tcp") as other, Watcher(office) as stranger:
        assert (await phone.register(phone.account("102"))).code == 200
        assert (await other.register(other.account("103"))).code == 200
        assert (await stranger.register(stranger.account("104"))).code == 200
        assert voice(await phone.more(0)) == "2/0"
        told = phone.notifies[0]
        assert told.headers.get("Event") == "message-summary"
        assert str(told.headers.get("Subscription-State")).startswith("terminated")
        assert voice(await other.more(0)) == "1/0"
        await read(office, "two")
        assert voice(await phone.more(1)) == "1/1"
        assert voice(await other.more(1)) == "0/1"
        office.kill()
        await office.start()
        assert voice(await phone.more(2)) == "1/1"
        assert stranger.notifies == []


async def test_baresip_watches_its_messages_and_colleagues(office: RunningCore) -> None:
    phone, colleague = Baresip(office.account("102"), watches=["104"]), Baresip(office.account("104"))
    async with phone, colleague:
        await phone.register()
        await phone.wait_registered()

        def heard(text: str) -> bool:
            return text in phone.trace

        await phone.until(lambda: heard("Voice-Message: 2/0"), "messages")
        await phone.until(lambda: heard("<basic>closed</basic>"), "presence")
        await read(office, "one")
        await phone.until(lambda: heard("Voice-Message: 1/1"), "messages")
        await colleague.register()
        await colleague.wait_registered()
        await phone.until(lambda: heard("<basic>open</basic>"), "presence")
