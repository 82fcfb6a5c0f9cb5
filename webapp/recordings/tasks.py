"""Work of the worker around recordings."""

from celery import shared_task
from django.utils import timezone

from webapp.recordings import actions, fetching


@shared_task(name="recordings.fetch")
def fetch() -> None:
    """Take over and compress what waits at the core."""
    fetching.fetch_due()


@shared_task(name="recordings.expire")
def expire() -> None:
    """Delete what has been kept long enough, and files that nobody has any more."""
    actions.expire(timezone.now())
    fetching.tidy()
