"""The worker with its clock: Celery, with processes of its own that never outlive it.

`python -m config.worker worker --beat …` takes Celery's own arguments.
"""

import os
import sys
from typing import Any

from celery.signals import beat_embedded_init, worker_process_init

from config.celery import app
from config.supervise.lifeline import die_with_parent


@worker_process_init.connect
@beat_embedded_init.connect
def stay_with_worker(**_: Any) -> None:
    """Runs in each process that the worker starts: the kernel ends it with the worker, after kill -9 too."""
    if os.getpid() != WORKER:
        die_with_parent(WORKER)


WORKER = os.getpid()

if __name__ == "__main__":
    app.worker_main(sys.argv[1:])
