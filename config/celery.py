"""The worker: `celery -A config.celery worker --beat`. Redis carries the tasks when REDIS_URL is set,
else a folder in the data folder does."""

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings

HEARTBEAT_SECONDS = 10


def _folder_broker(home: Path) -> dict[str, Any]:
    folders = {name: home / "broker" / name for name in ("tasks", "control", "processed")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(folders["tasks"]),
            "data_folder_out": str(folders["tasks"]),
            "processed_folder": str(folders["processed"]),
            "control_folder": str(folders["control"]),
            "store_processed": False,
        },
    }


def _broker() -> dict[str, Any]:
    url = settings.CENTRALE.redis_url
    if not url:
        return _folder_broker(settings.HOME)
    # Celery has a name of its own for Redis on a Unix socket.
    return {"broker_url": url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url}


app = Celery("centrale")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    beat_schedule_filename=str(settings.HOME / "beat-schedule"),
    beat_schedule={
        "heartbeat": {
            "task": "link.heartbeat",
            "schedule": HEARTBEAT_SECONDS,
            # A worker that was away must not work off a pile of old beats.
            "options": {"expires": HEARTBEAT_SECONDS},
        },
        "voicemail": {"task": "voicemail.mail", "schedule": 5, "options": {"expires": 5}},
        "recordings": {"task": "recordings.fetch", "schedule": 5, "options": {"expires": 5}},
        "retention": {"task": "recordings.expire", "schedule": 3600, "options": {"expires": 3600}},
        "sounds": {"task": "sounds.tidy", "schedule": 3600, "options": {"expires": 3600}},
        # Hands planned changes of status to the worker, each for its very second.
        "plans": {"task": "statuses.sweep", "schedule": 5, "options": {"expires": 5}},
        "tidy": {"task": "people.tidy", "schedule": 3600, "options": {"expires": 3600}},
        # Often: somebody waits for a code.
        "letters": {"task": "signin.mail", "schedule": 2, "options": {"expires": 2}},
        "letters.tidy": {"task": "signin.tidy", "schedule": 3600, "options": {"expires": 3600}},
    },
    **_broker(),
)
app.autodiscover_tasks()


@worker_ready.connect
def _first_beat(**_: object) -> None:
    """The first sign of life at once, through the broker; the clock sends the next one in ten seconds."""
    app.send_task("link.heartbeat", expires=HEARTBEAT_SECONDS)


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Celery leaves logging alone when someone listens to this signal; Django's LOGGING holds."""
