"""Browsers that may be told something while no page of ours is open."""

from django.db import models

from webapp.common.models import Row
from webapp.signin.models import KnownSession


class Subscription(Row):
    """Where a push service takes messages for a browser, and the browser's keys for them (RFC 8291). One for
    each session, and gone with it."""

    session = models.OneToOneField(KnownSession, models.CASCADE, related_name="push")
    endpoint = models.URLField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)

    def __str__(self) -> str:
        return str(self.session)
