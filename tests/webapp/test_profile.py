"""Profiles, photos made anew, preferences."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tests.webapp.conftest import World
from webapp.profile.models import Photo

pytestmark = pytest.mark.django_db


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 300), **more: Any) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "navy")
    image.paste("red", (size[0] // 2, 0, size[0], size[1]))
    image.save(out, kind, **more)
    return out.getvalue()


def put(world: World, data: bytes, who: str = "member", name: str = "me.jpg") -> Any:
    body = {"file": SimpleUploadedFile(name, data)}
    return world.client(who).put(reverse("own-photo"), body, format="multipart")


def test_what_colleagues_see(world: World) -> None:
    member, url = world.client("member"), reverse("own-profile")
    change = {
        "job_role": "Baker",
        "department": "Ovens",
        "numbers": [{"number": "0612345678", "type": "mobile"}],
    }
    changed = member.patch(url, change, format="json").json()
    assert changed["numbers"] == [{"number": "+31612345678", "type": "mobile", "display": "06 12345678"}]
    assert changed["extensions"][0]["number"] == "201" and changed["photo"] is None
    assert member.patch(url, {"note": "Hi"}, format="json").json()["job_role"] == "Baker"
    (entry,) = world.client("agent").get(reverse("contact-list"), {"q": "ovens"}).json()["results"]
    assert entry["job_role"] == "Baker" and entry["numbers"][1]["number"] == "+31612345678"
    found = world.client("agent").get(reverse("contact-lookup"), {"number": "06 12345678"}).json()
    assert found["contacts"][0]["name"] == "Member"
    wrong = {"numbers": [{"number": "hello"}]}
    assert member.patch(url, wrong, format="json").status_code == 400
    assert member.patch(url, {"numbers": [{"number": "1"}] * 6}, format="json").status_code == 400


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_is_made_anew(world: World, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 3  # upside down
    data = picture(kind, exif=exif) if kind != "GIF" else picture(kind)
    answer = put(world, data, name="photo.txt")
    assert answer.status_code == 200, answer.content
    address = answer.json()["photo"]
    for size, extra in ((256, ""), (64, "&size=64")):
        got = world.client("agent").get(address + extra)
        assert got.status_code == 200 and got["Content-Type"] == "image/webp"
        assert b"taken at home" not in got.content and b"EXIF" not in got.content.upper()[:64]
        image = Image.open(io.BytesIO(got.content)).convert("RGB")
        assert image.size == (size, size)
        left = image.getpixel((size // 8, size // 2))
        assert isinstance(left, tuple) and (left[0] > left[2]) == (kind != "GIF")
    revision = got["ETag"].strip('"').removesuffix("-64")  # may itself have a "-64"
    again = world.client("agent").get(address, HTTP_IF_NONE_MATCH=f'"{revision}-256"')
    assert again.status_code == 304 and not again.content
    assert world.client("outsider").get(address).status_code == 404
    assert (
        world.client("agent").get(reverse("contact-list"), {"q": "member"}).json()["results"][0]["photo"]
        == address
    )
    newer = put(world, data).json()["photo"]
    assert newer != address and Photo.objects.count() == 2
    assert world.client("member").delete(reverse("own-photo")).status_code == 204
    assert world.client("agent").get(newer).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("PNG")[:200],
        picture("BMP"),
        picture("PNG", (9000, 9000)),
        b"\xff\xd8" + b"\x00" * (10 * 2**20),
    ],
    ids=["empty", "text", "svg", "cut", "bmp", "huge", "large"],
)
def test_what_is_no_photo(world: World, data: bytes) -> None:
    answer = put(world, data)
    assert answer.status_code == 400 and "file" in answer.json()
    assert not Photo.objects.exists()


def test_preferences(world: World) -> None:
    member, url = world.client("member"), reverse("own-preferences")

    def change(**body: Any) -> Any:
        return member.patch(url, body, format="json")

    start = member.get(url).json()
    assert start["theme"] == "auto" and start["ring_audio"] == {
        "output": "",
        "volume": 1.0,
        "ringtone": "classic",
    }
    assert change(ring_audio={"volume": 0.5}).json()["ring_audio"]["volume"] == 0.5
    assert change(theme="dark", shortcuts={"mute": "mod+m"}).status_code == 200
    whole = change(ring_audio={"ringtone": "bell"}, shortcuts={"hold": "mod+h"}).json()
    assert whole["ring_audio"] == {"output": "", "volume": 0.5, "ringtone": "bell"}
    assert whole["shortcuts"] == {"mute": "mod+m", "hold": "mod+h"} and whole["theme"] == "dark"
    for wrong in (
        {"theme": "pink"},
        {"colour": "pink"},
        {"ring_audio": {"volume": 3}},
        {"ring_audio": {"loud": True}},
        {"ring_audio": None},
        {"shortcuts": {"fly": "f"}},
        {"shortcuts": {"park": "mod+m"}},
        {"shortcuts": {"park": "a b"}},
    ):
        assert change(**wrong).status_code == 400, wrong
    assert change(shortcuts={"mute": "", "park": "mod+m"}).status_code == 200
    assert change(shortcuts=None).json()["shortcuts"] == {}
    assert change(shortcuts={"hold": "mod+m"}).json()["shortcuts"] == {"hold": "mod+m"}
    assert world.client("agent").get(url).json()["theme"] == "auto"
