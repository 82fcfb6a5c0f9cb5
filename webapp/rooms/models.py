"""Conference rooms."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.extensions.numbering import check_free
from webapp.organisations.owned import Owned


class Room(Owned):
    """A conference that people dial. Its PIN is kept as a hash."""

    number = models.CharField(
        _("number"),
        max_length=15,
        validators=[RegexValidator(r"^[0-9]{2,15}\Z", _("Give a number of 2 to 15 digits."))],
    )
    name = models.CharField(_("name"), max_length=80)
    pin_hash = models.CharField(max_length=200, blank=True, editable=False)
    announce = models.BooleanField(_("say who comes and goes"), default=True)
    max_members = models.PositiveSmallIntegerField(
        _("participants at most"), default=50, validators=[MinValueValidator(2), MaxValueValidator(200)]
    )

    class Meta:
        ordering = ("organisation", "number")
        verbose_name = _("conference room")
        verbose_name_plural = _("conference rooms")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                name="room_number_once",
                violation_error_message=_("This number is in use in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        super().clean()
        check_free(self)
