"""Work of the worker around statuses."""

from celery import shared_task

from webapp.statuses import planning


@shared_task(name="statuses.sweep")
def sweep() -> None:
    """Hands over the plans that are due soon."""
    planning.sweep()


@shared_task(name="statuses.carry_out")
def carry_out(key: str) -> None:
    """Does one plan at its moment."""
    planning.carry_out(key)
