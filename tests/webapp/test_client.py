"""The browser client as the web serves it: page, policy, caching, compression, size."""

import gzip
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.setup.steps import PYTHON, ROOT
from tests.webapp.conftest import World

pytestmark = pytest.mark.django_db

# kB of compressed script that the phone may take at its first load (issue: the web softphone).
BUDGET = 300
SOURCES = ROOT / "webapp" / "client" / "src"


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    """The manifest of an up-to-date build."""
    subprocess.run([PYTHON, "-m", "config.setup.client", "build"], cwd=ROOT, check=True, timeout=900)
    chunks: dict[str, Any] = json.loads((settings.CLIENT_FOLDER / "manifest.json").read_text())
    return chunks


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/phone", "/app/contacts/1?q=x"])
def test_every_address_of_the_client_is_its_page(built: object, client: Client, path: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200 and '<div id="root">' in page
    assert answer.cookies["centrale_csrf"].value
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post(path).status_code in (403, 405)


def test_scripts_run_by_a_nonce_of_this_answer_only(built: object, client: Client) -> None:
    seen = set()
    for _ in range(2):
        answer = client.get("/app/")
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
        assert nonce and "unsafe" not in policy and "default-src 'self'" in policy and "*" not in policy
        page = answer.content.decode()
        assert "__" not in page
        for tag in re.findall(r"<(?:script|style)[^>]*>", page):
            assert f'nonce="{nonce[1]}"' in tag
        seen.add(nonce[1])
    assert len(seen) == 2
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]


def test_nothing_comes_from_elsewhere(built: dict[str, Any], client: Client) -> None:
    """Addresses in the page and its style sheets; those in scripts are names of namespaces and documents."""
    assert "//" not in re.sub(r"^\s*//.*$", "", client.get("/app/").content.decode(), flags=re.MULTILINE)
    for path in (settings.CLIENT_FOLDER / "assets").glob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", path.read_text()), path.name
        assert "@import" not in path.read_text(), path.name


def test_the_page_speaks_the_language_of_whoever_asks(built: object, world: World, client: Client) -> None:
    assert '<html lang="nl"' in client.get("/app/", headers={"accept-language": "nl-BE,nl"}).content.decode()
    assert '<html lang="en"' in client.get("/app/", headers={"accept-language": "fr"}).content.decode()
    world.people["member"].language = "nl"
    world.people["member"].save()
    assert '<html lang="nl"' in world.client("member").get("/app/").content.decode()


def test_assets_are_compressed_and_kept_for_good(built: dict[str, Any]) -> None:
    entry = built["index.html"]["file"]
    for encoding in ("br", "gzip"):
        answer = Client().get(f"/static/client/{entry}", headers={"accept-encoding": encoding})
        assert answer.status_code == 200 and answer.headers["Content-Encoding"] == encoding
        assert "immutable" in answer.headers["Cache-Control"]
    plain = Client().get(f"/static/client/{entry}")
    assert "Content-Encoding" not in plain.headers
    assert "immutable" not in Client().get("/static/client/icon.svg").headers["Cache-Control"]


def test_it_can_be_installed_and_opens_tel_links(built: object, client: Client) -> None:
    answer = client.get("/static/client/app.webmanifest")
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    manifest = json.loads(b"".join(answer.streaming_content))
    assert manifest["scope"] == "/app/"
    assert manifest["protocol_handlers"] == [{"protocol": "tel", "url": "/app/phone?dial=%s"}]
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200


def test_the_worker_keeps_only_files_that_are_there(built: object, client: Client) -> None:
    answer = client.get("/app/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    listed = re.search(r"const FILES = (\[.*?\]);", answer.content.decode(), re.DOTALL)
    assert listed
    files = json.loads(listed[1])
    assert files and all(name.startswith("/static/client/") for name in files)
    for name in files:
        assert (settings.CLIENT_FOLDER / name.removeprefix("/static/client/")).is_file()


def test_the_phone_loads_little(built: dict[str, Any]) -> None:
    routes = (SOURCES / "phone" / "routes.ts").read_text()
    pages = [f"src/phone/{name}.tsx" for name in re.findall(r'import\("(?:\./|@/phone/)([^"]+)"\)', routes)]
    shell = "src/shell/Shell.tsx"
    wanted = {"index.html", shell, "src/i18n/nl/atOnce.ts", *pages, "src/phone/Dock.tsx"}
    files = {file for name in wanted for file in scripts(built, name)}
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) / 1000
    assert pages and total <= BUDGET, f"{total:.0f} kB"


def scripts(chunks: dict[str, Any], name: str) -> set[Path]:
    """The files of a chunk and of all that it imports at once."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += chunks[each].get("imports", [])
    return {settings.CLIENT_FOLDER / chunks[each]["file"] for each in found}
