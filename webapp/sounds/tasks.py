"""Work of the worker around sounds."""

import time

from celery import shared_task

from webapp.sounds import actions


@shared_task(name="sounds.tidy")
def tidy() -> None:
    """Remove files that no sound has any more."""
    actions.tidy(time.time())
