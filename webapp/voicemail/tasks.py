"""Work of the worker around voicemail."""

from celery import shared_task

from webapp.voicemail import mailing


@shared_task(name="voicemail.mail")
def mail() -> None:
    """Send the messages that are due by e-mail."""
    mailing.send_due()
