"""What administrators should know: fraud limits, broken flows, emergency calls, trunks that fail."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.organisations.models import Organisation
from webapp.people.models import User


class Notice(models.Model):
    """One notice of the core, kept once (by its id)."""

    notice_id = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=40)
    text = models.TextField(_("text"))
    call_id = models.CharField(_("call"), max_length=64, blank=True)
    extension = models.CharField(_("extension"), max_length=32, blank=True)
    at = models.DateTimeField(_("at"))
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    seen_by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("seen by")
    )

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes: ClassVar = [models.Index(fields=["organisation", "-at"], name="notices_by_organisation")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text[:80]}"
