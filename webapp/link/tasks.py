"""The worker's own sign of life."""

from celery import shared_task

from webapp.link import heartbeats


@shared_task(name="link.heartbeat")
def heartbeat() -> None:
    """Runs every ten seconds; shows that beat, broker, worker and database work together."""
    heartbeats.beat("worker")
