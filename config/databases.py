"""Django's database settings out of DATABASE_URL: SQLite in the data folder, or PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config.settings import SettingsError

# One writer at a time: a write transaction takes its lock at the start (never "locked" half-way) and waits
# for
# it. FULL: the core forgets a call record once we acknowledge it, so a commit must survive a power cut.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 15,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database(url: str | None, home: Path) -> dict[str, Any]:
    """The `DATABASES["default"]` for `url` (None: SQLite in `home`). Raises SettingsError on a bad one."""
    if url is None:
        return _sqlite(home / "centrale.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgres", "postgresql"):
        raise SettingsError(
            "DATABASE_URL: give postgresql://user:password@host:port/name, or leave it empty."
        )
    options: dict[str, Any] = {"connect_timeout": 3, **dict(parse_qsl(parts.query))}
    try:
        port = parts.port
    except ValueError:
        raise SettingsError("DATABASE_URL: the port is not a number between 1 and 65535.") from None
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise SettingsError("DATABASE_URL: the name of the database is missing after the last slash.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": dict(SQLITE_OPTIONS),
        "TEST": {"NAME": str(path.with_name("test-" + path.name))},
    }
