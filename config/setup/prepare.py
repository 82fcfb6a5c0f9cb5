"""Brings the data folder up to date: prompts, certificate, translations, static files, database, demo.

`python -m config.setup.prepare`. Exit codes: 0 done; 2 a setting is wrong; 75 the database is away for now
(then all that the core needs is done, and trying again later makes sense).
"""

import hashlib
import io
import logging
import os
import sys
from pathlib import Path

from config.settings import Settings, SettingsError, load
from config.setup import certificate, prompts, translations
from config.setup.steps import BUILD, ROOT, SetupError, below, say
from webapp.push import vapid

DATABASE_AWAY = 75


def core(settings: Settings) -> None:
    """What the core needs. Nothing of this touches the database."""
    prompts.ensure(settings.prompts)
    if settings.tls_certificate is None:
        certificate.ensure(*settings.tls_files, settings.shown_host)


def control_plane(settings: Settings) -> None:
    """Key of web push, database, demo and static files. Raises django.db.OperationalError when the database
    is away."""
    home = settings.home.resolve()
    translations.ensure()
    vapid.ensure(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")
    import django  # noqa: PLC0415 - takes a second: only after all that could refuse
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    # What the set-up does, it says itself.
    logging.getLogger().setLevel(logging.WARNING)
    migrate(call_command)
    call_command("policies", stdout=io.StringIO())
    static_files(home, call_command)
    if settings.demo:
        if not (home / "demo.json").exists():
            say("==> Making the demo organisation (a few seconds)")
        call_command("demo", stdout=io.StringIO())


def migrate(call_command: object) -> None:
    """Applies what is new of the database's form; says so only when there is something."""
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("==> Bringing the database up to date (a few seconds)")
        call_command("migrate", interactive=False, verbosity=0)  # type: ignore[operator]


def static_files(home: Path, call_command: object) -> None:
    """Gathers static files when the libraries or our own files changed since the last time."""
    stamp = home / "static" / ".centrale-key"
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    own = [path for folder in below(ROOT / "webapp", "static") for path in folder.rglob("*")]
    for path in sorted([*own, *(BUILD / "client").rglob("*")]):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.relative_to(ROOT)} {state.st_size} {state.st_mtime_ns}\n".encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say("==> Gathering static files (a few seconds)")
    call_command("collectstatic", interactive=False, verbosity=0)  # type: ignore[operator]
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def main() -> int:
    try:
        settings = load()
        core(settings)
        sys.stdout.flush()
        from django.db import OperationalError  # noqa: PLC0415

        try:
            control_plane(settings)
        except OperationalError as error:
            reason = " ".join(str(error).split())
            print(f"The database cannot be used: {reason}.", file=sys.stderr)
            return DATABASE_AWAY
    except (SettingsError, SetupError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The data folder cannot be prepared: {error}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
