"""The state of every part, for /healthz: a name to 'ok' or a sentence that says what is wrong."""

import threading
import time

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from pbx.control.client import ControlError, ControlUnreachable
from webapp.link import core, heartbeats

log = structlog.get_logger(__name__)

CACHE_SECONDS = 1.0
_lock = threading.Lock()
_latest: tuple[float, dict[str, str]] = (float("-inf"), {})


def parts() -> dict[str, str]:
    """The state of each part, at most a second old. One request asks, others wait for its answer."""
    global _latest  # noqa: PLW0603
    with _lock:
        taken, state = _latest
        if time.monotonic() - taken > CACHE_SECONDS:
            state = _look()
            _latest = (time.monotonic(), state)
        return state


def _look() -> dict[str, str]:
    return {"web": "ok", "core": _core(), **_database_and_heartbeats()}


def _core() -> str:
    try:
        health = core.ask(lambda client: client.health())
    except ControlUnreachable:
        return "The core cannot be reached on its control API."
    except ControlError as error:
        return f"The core answered {error.status} on its control API."
    if health.ready:
        return "ok"
    troubled = [f"{name}: {state}" for name, state in sorted(health.parts.items()) if state != "ok"]
    return "The core is not ready: " + "; ".join(troubled)


def _database_and_heartbeats() -> dict[str, str]:
    try:
        close_old_connections()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"database": "ok", **heartbeats.states()}
    except (DatabaseError, InterfaceError) as error:
        # The driver's own words may hold names and addresses: they go to the log, not to the world.
        log.warning("health.database", error=str(error).strip())
        connection.close()
        unknown = "Not known while the database cannot be reached."
        return {
            "database": "The database cannot be reached or is not set up.",
            **dict.fromkeys(heartbeats.LIMITS, unknown),
        }
