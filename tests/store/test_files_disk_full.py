"""Voicemail on a disk that is really full: refused before it begins, and what was recorded is kept."""

from pathlib import Path

import pytest

from pbx.files import Files
from pbx.store import Store, audio_files
from tests.store.audio import length, message, write_wav
from tests.store.test_disk_full import RESERVE, disk, fill

__all__ = ["disk"]


async def test_a_full_disk_is_known_before_and_keeps_what_it_has(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_files, "SPARE", 2 * RESERVE)  # more than the reserve, as in earnest
    store = await Store.open(disk / "core", reserve=RESERVE)
    store.recover()
    files = await Files.open(store, disk / "core")
    (disk / "core" / "voicemail").mkdir()
    assert files.mailboxes.room(2**20)
    assert not files.mailboxes.room(2**30)
    path = files.mailboxes.begin(message("m1"))
    assert path is not None
    write_wav(Path(path), 4.0)
    filler = fill(disk, "filler")
    assert not files.mailboxes.room(1)
    # The caller hangs up now: what was recorded becomes a message all the same.
    done = await files.mailboxes.finish("demo", "m1")
    assert done is not None and done.seconds == pytest.approx(4.0)
    assert await store.journal.settled(store.journal.last, 20)
    filler.unlink()
    assert files.mailboxes.room(2**20)
    assert await store.close()
    store = await Store.open(disk / "core", reserve=RESERVE)
    store.recover()
    files = await Files.open(store, disk / "core")
    (found,) = files.mailboxes.messages("demo", "box")
    assert found == done
    assert length(Path(files.mailboxes.audio("demo", "m1") or "")) == pytest.approx(4.0)
    assert await store.close()
