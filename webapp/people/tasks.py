"""Work of the worker around people."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from webapp.people.models import ApiToken


@shared_task(name="people.tidy")
def tidy() -> None:
    """Remove sessions and tokens whose time is over."""
    call_command("clearsessions")
    ApiToken.objects.filter(expires_at__lt=timezone.now()).delete()
