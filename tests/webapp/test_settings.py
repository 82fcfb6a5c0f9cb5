"""The web's settings as a process sees them: the key, the proxy, mistakes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.databases import database
from config.secret_key import secret_key
from config.settings import ROOT, SettingsError


def python(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with these settings."""
    env = {**os.environ, "CENTRALE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.django_settings"}
    env |= environment
    return subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, env=env, capture_output=True, text=True
    )


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "new")
    assert len(first) > 60 and secret_key(tmp_path / "new") == first
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]
    (tmp_path / "new" / "secret.key").write_text("short")
    with pytest.raises(OSError, match="no usable key"):
        secret_key(tmp_path / "new")


def test_a_proxy_is_believed_only_when_it_is_set(tmp_path: Path) -> None:
    code = "from django.conf import settings as s; print(s.SECURE_PROXY_SSL_HEADER, s.SESSION_COOKIE_SECURE)"
    assert python(code, tmp_path).stdout.strip() == "None False"
    behind = python(code, tmp_path, CENTRALE_PROXY="true").stdout.strip()
    assert behind == "('HTTP_X_FORWARDED_PROTO', 'https') True"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://host:99999999/x"}, "the port is not a number"),
        ({"DATABASE_URL": "postgresql://host/"}, "the name of the database is missing"),
        ({"CENTRALE_HOME": "/proc/nowhere"}, "cannot be used"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(
    environment: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = python("import config.django_settings", tmp_path, **environment)
    assert done.returncode == 2 and sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_database_urls() -> None:
    made = database("postgresql://us%40er:p%2Fw@db.example:5433/cen?sslmode=require", Path("/x"))
    assert (made["USER"], made["PASSWORD"], made["HOST"]) == ("us@er", "p/w", "db.example")
    assert (made["PORT"], made["NAME"], made["OPTIONS"]["sslmode"]) == ("5433", "cen", "require")
    assert database(None, Path("/x"))["NAME"] == "/x/centrale.sqlite3"
    assert database("postgresql://postgres@/db?host=/run/pg", Path("/x"))["HOST"] == "/run/pg"
    with pytest.raises(SettingsError):
        database("sqlserver://x/y", Path("/x"))
