"""Voicemail by e-mail, through a real mail server: attached, tried again, never twice."""

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from tests.services import mail
from tests.services.mail import MailServer
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore
from tests.webapp.sounding import leave, mailbox, strongest, wav_samples
from webapp.common import audio
from webapp.voicemail import actions, mailing
from webapp.voicemail.models import Mailbox, Message

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.Mail


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail.server() as server:
        settings.CENTRALE = settings.CENTRALE.model_copy(update={"smtp": server.url})
        yield server


@pytest.fixture
def box(world: World) -> Mailbox:
    return mailbox(world.extensions["201"], mail=True)


def told(core: RunningCore, box: Mailbox, name: str = "m1", **fields: Any) -> Message:
    """A message that was left, and came to the database."""
    actions.take_in_messages([leave(core, box, name, 3.0, **fields)])
    return Message.objects.get(message_id=name)


def now_due() -> None:
    Message.objects.filter(mail_due__isnull=False).update(mail_due=timezone.now())


def state() -> str:
    return Message.objects.values_list("mail_state", flat=True).get()


def test_the_message_is_attached(
    world: World, core: RunningCore, box: Mailbox, server: MailServer, tmp_path: Path
) -> None:
    row = told(core, box, caller="0612345678", at=1_790_000_000.0)
    assert row.mail_state == State.WAITING
    assert mailing.send_due() == 1
    (sent,) = server.mails
    assert server.recipients == ["member@alpha.test"]
    assert sent["Subject"] == "Voicemail from Ann 0612345678"
    assert sent["From"] == "voicemail@alpha.test" and sent["Message-ID"] == f"<voicemail-{row.pk}@alpha.test>"
    (attached,) = sent.iter_attachments()
    assert attached.get_content_type() == "audio/mpeg"
    made = tmp_path / "attached.mp3"
    made.write_bytes(attached.get_content())
    assert audio.to_wav(made, tmp_path / "back.wav", 60) == pytest.approx(3.0, abs=0.2)
    samples, rate = wav_samples((tmp_path / "back.wav").read_bytes())
    assert strongest(samples, rate) == pytest.approx(440, abs=5)
    text = sent.get_body(("plain",))
    assert text is not None and "0:03" in text.get_content() and "Mailbox 201" in text.get_content()
    assert state() == State.SENT
    assert mailing.send_due() == 0 and len(server.mails) == 1


def test_only_where_it_is_wanted(world: World, core: RunningCore, server: MailServer, settings: Any) -> None:
    quiet = mailbox(world.extensions["202"])
    assert told(core, quiet, "quiet").mail_state == State.NONE
    shared = Mailbox.objects.create(
        organisation=world.alpha, number="300", name="Sales", mail=True, mail_to="sales@alpha.test"
    )
    assert told(core, shared, "shared").mail_state == State.WAITING
    nobody = Mailbox.objects.create(organisation=world.alpha, number="301", name="Nobody", mail=True)
    assert told(core, nobody, "nobody").mail_state == State.NONE
    settings.CENTRALE = settings.CENTRALE.model_copy(update={"smtp": None})
    assert told(core, shared, "no-server").mail_state == State.NONE
    settings.CENTRALE = settings.CENTRALE.model_copy(update={"smtp": server.url})
    assert mailing.send_due() == 1 and server.recipients == ["sales@alpha.test"]


def test_what_is_refused_is_tried_again(core: RunningCore, box: Mailbox, server: MailServer) -> None:
    row = told(core, box)
    server.answers = ["451 try later", "554 no", "250 taken"]
    for count, wanted in ((1, State.WAITING), (2, State.WAITING), (3, State.SENT)):
        mailing.send_due()
        assert state() == wanted, count
        row.refresh_from_db()
        assert wanted == State.SENT or row.mail_due > timezone.now() + datetime.timedelta(seconds=20)
        assert mailing.send_due() == 0  # not before its time
        now_due()
    assert len(server.mails) == 1


def test_a_server_or_core_that_is_away_is_waited_for(
    core: RunningCore, box: Mailbox, server: MailServer, settings: Any
) -> None:
    told(core, box)
    there = settings.CENTRALE
    settings.CENTRALE = there.model_copy(update={"smtp": "smtp://127.0.0.1:1"})
    assert mailing.send_due() == 0 and state() == State.WAITING
    settings.CENTRALE = there
    core.stop()
    now_due()
    assert mailing.send_due() == 0 and state() == State.WAITING
    core.start()
    now_due()
    assert mailing.send_due() == 1 and len(server.mails) == 1


def test_it_gives_up_in_the_end(core: RunningCore, box: Mailbox, server: MailServer) -> None:
    told(core, box)
    server.answers = ["451 later"] * 20
    for _ in range(len(mailing.PAUSES) + 1):
        now_due()
        mailing.send_due()
    assert state() == State.FAILED and server.mails == []


def test_when_nobody_knows_whether_it_arrived_it_is_not_sent_again(
    core: RunningCore, box: Mailbox, server: MailServer
) -> None:
    told(core, box)
    server.answers = ["break"]
    assert mailing.send_due() == 0
    assert len(server.mails) == 1  # it did arrive, though the answer never came
    now_due()
    mailing.send_due()
    assert state() == State.FAILED and len(server.mails) == 1


@pytest.mark.parametrize("left,sent", [(State.CLAIMED, 1), (State.HANDED, 0)])
def test_a_worker_that_dies(
    core: RunningCore, box: Mailbox, server: MailServer, left: str, sent: int
) -> None:
    """While it makes the mail: another one sends it. While it hands it over: nobody does."""
    row = told(core, box)
    later = timezone.now() + mailing.LEASE
    Message.objects.filter(pk=row.pk).update(mail_state=left, mail_due=later)
    assert mailing.send_due() == 0 and state() == left  # it may still be at it
    now_due()
    assert mailing.send_due() == sent
    assert state() == (State.SENT if sent else State.FAILED) and len(server.mails) == sent


def test_many_workers_at_once_send_one(core: RunningCore, box: Mailbox, server: MailServer) -> None:
    told(core, box)
    failed: list[Exception] = []

    def work() -> None:
        try:
            mailing.send_due()
        except Exception as error:
            failed.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed and len(server.mails) == 1 and state() == State.SENT


def test_a_callers_name_writes_no_headers(core: RunningCore, box: Mailbox, server: MailServer) -> None:
    row = told(core, box)
    Message.objects.filter(pk=row.pk).update(caller_name="Eve\r\nBcc: all@alpha.test")
    assert mailing.send_due() == 1
    assert server.mails[0]["Bcc"] is None and server.recipients == ["member@alpha.test"]


def test_a_message_without_audio_any_more(core: RunningCore, box: Mailbox, server: MailServer) -> None:
    told(core, box)
    assert core.core is not None and core.core.files is not None
    files = core.core.files
    core.run(lambda: files.mailboxes.remove(str(box.organisation_id), "m1"))
    assert mailing.send_due() == 0 and state() == State.FAILED
