"""The worker with its clock: Celery, with processes of its own that never outlive it.

`python -m config.worker --beat …` takes the options of `celery worker`.
"""

import logging
import os
import sys
import warnings
from typing import Any

from celery.platforms import SecurityWarning
from celery.signals import beat_embedded_init, worker_process_init, worker_ready
from kombu.transport import TRANSPORT_ALIASES

from config.celery import app
from config.supervise.lifeline import die_with_parent

WORKER = os.getpid()


@worker_process_init.connect
@beat_embedded_init.connect
def stay_with_worker(**_: Any) -> None:
    """Runs in each process that the worker starts: the kernel ends it with the worker, after kill -9 too."""
    if os.getpid() != WORKER:
        die_with_parent(WORKER)


@worker_ready.connect
def show_itself(**_: Any) -> None:
    """The first sign of life at once, as a task: the clock would give it only after its first period."""
    app.send_task("link.heartbeat")


def main(options: list[str]) -> None:
    # As root in a container is a choice of whoever made the container; tasks come as JSON, never as pickles.
    warnings.simplefilter("ignore", SecurityWarning)
    # It warns about every URL without a host; the folder broker has none.
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)
    TRANSPORT_ALIASES["filesystem"] = "config.folder_broker:Transport"
    app.worker_main(["--quiet", "worker", *options])


if __name__ == "__main__":
    main(sys.argv[1:])
