"""Uploaded sounds: converted, bounded, kept apart, brought to the core before their snapshot."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.webapp.conftest import World, until
from tests.webapp.running_core import RunningCore
from tests.webapp.sounding import content, strongest, wav_file, wav_samples
from tests.webapp.test_courier import RunningCourier
from webapp.common import audio
from webapp.link.snapshot import load
from webapp.sounds import actions
from webapp.sounds.models import Sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture
def courier(core: RunningCore, world: World) -> Iterator[RunningCourier]:
    running = RunningCourier(core)
    yield running
    running.stop()


def upload(world: World, who: str = "admin", **fields: Any) -> Any:
    data = {"name": "Welcome", "file": wav_file(), **fields}
    return world.client(who).post(reverse("sound-list"), data, format="multipart")


def test_an_upload_becomes_what_the_core_plays(world: World, home: Path) -> None:
    answer = upload(world, file=wav_file(3.0, 700.0))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["seconds"] == pytest.approx(3.0, abs=0.05) and made["kind"] == "announcement"
    page = world.client("admin").get(reverse("sound-audio", args=[made["id"]]))
    assert page["Content-Type"] == "audio/wav"
    samples, rate = wav_samples(content(page))
    assert rate == 16_000 and strongest(samples, rate) == pytest.approx(700, abs=5)
    sound = Sound.objects.get()
    assert sound.path.stat().st_mode & 0o077 == 0
    assert [path.name for path in sound.path.parent.iterdir()] == [sound.path.name]


@pytest.mark.parametrize("start,end,status", [(0, 99, 206), (100, "", 206), ("", 50, 206), (10**9, "", 416)])
def test_a_player_may_ask_for_a_part(world: World, start: Any, end: Any, status: int) -> None:
    made = upload(world).json()
    client, url = world.client("admin"), reverse("sound-audio", args=[made["id"]])
    whole = content(client.get(url))
    answer = client.get(url, HTTP_RANGE=f"bytes={start}-{end}")
    assert answer.status_code == status
    if status == 206:
        part = content(answer)
        wanted = whole[-end:] if start == "" else whole[start : end + 1 if end != "" else None]
        assert part == wanted and answer["Content-Length"] == str(len(part))
        assert answer["Content-Range"].endswith(f"/{len(whole)}")


def test_quiet_and_loud_come_out_alike(world: World, home: Path) -> None:
    def loudness(gain: float) -> float:
        source = wav_file(2.0)
        samples, rate = wav_samples(source.read())
        path = home / "in.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes((samples * gain).astype("<i2").tobytes())
        audio.to_wav(path, home / "out.wav", 60)
        out, _rate = wav_samples((home / "out.wav").read_bytes())
        return float((out.astype(float) ** 2).mean() ** 0.5)

    assert loudness(0.2) == pytest.approx(loudness(0.6), rel=0.2)


@pytest.mark.parametrize(
    "fields",
    [{"file": None}, {"name": ""}, {"kind": "greeting"}, {"kind": "x"}, {"organisation": "nonsense"}],
)
def test_what_does_not_fit_is_refused(world: World, fields: dict[str, Any]) -> None:
    data = {"name": "Welcome", "file": wav_file(), **fields}
    answer = world.client("admin").post(
        reverse("sound-list"), {k: v for k, v in data.items() if v is not None}, format="multipart"
    )
    assert answer.status_code == 400 and not Sound.objects.exists()


def test_what_is_no_audio_or_too_much_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    junk = wav_file()
    junk.truncate(0)
    junk.write(b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    junk.seek(0)
    assert "cannot" not in str(junk) and upload(world, file=junk).status_code == 400
    monkeypatch.setattr(actions, "MAX_UPLOAD", 1000)
    assert "MB" in upload(world).json()["file"][0]
    monkeypatch.undo()
    sound = Sound(organisation=world.alpha, name="Long")
    with pytest.raises(Exception, match="too long"):
        actions.load(sound, _Upload(wav_file(3.0).read()), seconds=2)
    monkeypatch.setattr(actions, "MAX_SOUNDS", 0)
    assert "no room" in upload(world).json()["file"][0]
    assert not Sound.objects.exists()


class _Upload:
    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def chunks(self) -> list[bytes]:
        return [self.data]


def test_replacing_and_removing_leave_no_files(world: World, home: Path) -> None:
    made = upload(world).json()
    client, url = world.client("admin"), reverse("sound-audio", args=[made["id"]])
    answer = client.put(url, {"file": wav_file(5.0)}, format="multipart")
    assert answer.status_code == 200 and answer.json()["seconds"] == pytest.approx(5.0, abs=0.05)
    assert len(list((home / "sounds").glob("*/*"))) == 1
    assert client.delete(reverse("sound-detail", args=[made["id"]])).status_code == 204
    assert list((home / "sounds").glob("*/*")) == []
    stray = home / "sounds" / str(world.alpha.pk) / "stray.wav"
    stray.write_bytes(b"x")
    assert actions.tidy(stray.stat().st_mtime + 10) == 0
    assert actions.tidy(stray.stat().st_mtime + 4000) == 1


def test_one_music_on_hold(world: World) -> None:
    first, second = (upload(world, name=name, kind="music", on_hold="true").json() for name in ("A", "B"))
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.music == second["id"]
    assert {each.id for each in snapshot.sounds} == {first["id"], second["id"]}
    client = world.client("admin")
    client.patch(reverse("sound-detail", args=[first["id"]]), {"on_hold": True}, format="json")
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.music == first["id"]
    other = load(world.bravo.pk)
    assert other is not None and other.music is None and other.sounds == []


def test_the_courier_brings_sounds_first(world: World, core: RunningCore, courier: RunningCourier) -> None:
    made = upload(world).json()
    sound = Sound.objects.get(pk=made["id"])
    tenant = str(world.alpha.pk)

    def applied() -> Any:
        assert core.core is not None
        return any(s.tenant == tenant and s.sounds for s in core.core.applied)

    until(applied)
    assert core.core is not None and core.core.files is not None
    found = core.core.files.sounds.find(tenant, made["id"])
    assert found is not None and Path(found.path).read_bytes() == sound.path.read_bytes()
    assert core.core.files.sounds.find(str(world.bravo.pk), made["id"]) is None
    # A replaced one is brought anew, a removed one is forgotten.
    url = reverse("sound-audio", args=[made["id"]])
    world.client("admin").put(url, {"file": wav_file(4.0)}, format="multipart")
    sound.refresh_from_db()
    until(lambda: Path(found.path).read_bytes() == sound.path.read_bytes())
    world.client("admin").delete(reverse("sound-detail", args=[made["id"]]))
    until(lambda: not Path(found.path).exists())


def test_a_sound_that_is_lost_stops_no_configuration(world: World, core: RunningCore) -> None:
    made = upload(world).json()
    Sound.objects.get(pk=made["id"]).path.unlink()
    courier = RunningCourier(core)
    until(lambda: str(world.alpha.pk) in core.tenants)
    courier.stop()


def test_admin_page(world: World) -> None:
    page = reverse("admin:sounds_sound_add")
    client = world.client("admin")
    form = {"name": "By admin", "kind": "music", "on_hold": "on"}
    assert "Give the audio" in client.post(page, form).content.decode()
    answer = client.post(page, {**form, "file": wav_file()})
    assert answer.status_code == 302, answer.content.decode()
    sound = Sound.objects.get()
    assert sound.organisation == world.alpha and sound.on_hold and sound.path.exists()
