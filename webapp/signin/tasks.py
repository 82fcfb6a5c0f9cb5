"""Work of the worker around sign-in."""

from celery import shared_task
from django.utils import timezone

from webapp.signin import letters, mailing, sessions


@shared_task(name="signin.mail")
def mail() -> None:
    """Send the letters that are due."""
    mailing.send_due()


@shared_task(name="signin.tidy")
def tidy() -> None:
    """Forget old letters, and sessions that are over."""
    now = timezone.now()
    letters.tidy(now)
    sessions.tidy(now)
