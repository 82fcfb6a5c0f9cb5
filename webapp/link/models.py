"""What the tie to the core remembers: how far events were taken in, and which parts are alive."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cursor(models.Model):
    """How far the core's event stream has been written to the database.

    `stream` names the core's journal: numbers of another stream mean nothing here."""

    key = models.CharField(primary_key=True, max_length=32, default="core")
    stream = models.CharField(max_length=128, blank=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.number}"


class Heartbeat(models.Model):
    """When a part last showed that it works. `problem` is a sentence when it works but cannot do its work."""

    name = models.CharField(primary_key=True, max_length=32)
    at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%F %T}"


class SetAside(models.Model):
    """A call record that the database would not take, kept as it came, so that it stops no other."""

    stream = models.CharField(max_length=128)
    number = models.BigIntegerField()
    body = models.TextField()
    error = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("record set aside")
        verbose_name_plural = _("records set aside")

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"
