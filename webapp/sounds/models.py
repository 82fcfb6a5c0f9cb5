"""Sound: uploaded audio that callers hear. The file lies in the data folder, converted to the core's form."""

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webapp.organisations.owned import Owned


class Sound(Owned):
    """An announcement, music, or a mailbox's greeting. `revision` names the file: a new upload gets a new
    one, so that row and file always belong together."""

    class Kind(models.TextChoices):
        ANNOUNCEMENT = "announcement", _("announcement")
        MUSIC = "music", _("music")
        GREETING = "greeting", _("voicemail greeting")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ANNOUNCEMENT)
    on_hold = models.BooleanField(
        _("music on hold"),
        default=False,
        help_text=_("Who waits hears this. Without any: the built-in music."),
    )
    revision = models.UUIDField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    seconds = models.FloatField(_("length, in seconds"), editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("sound")
        verbose_name_plural = _("sounds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(on_hold=True), name="sound_one_on_hold"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the WAV lies."""
        name = f"{self.pk}-{self.revision.hex}.wav"
        return Path(settings.HOME) / "sounds" / str(self.organisation_id) / name
