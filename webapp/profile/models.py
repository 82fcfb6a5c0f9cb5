"""What people tell colleagues of themselves, their photo, and how they like the softphone."""

from typing import ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.people.models import User

MOST_NUMBERS = 5


class Profile(Row):
    """What colleagues see of a person. `numbers` are other numbers of the person ([{"number", "type"}], E.164
    or internal)."""

    person = models.OneToOneField(User, models.CASCADE, related_name="profile", verbose_name=_("person"))
    job_role = models.CharField(_("job role"), max_length=120, blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=280, blank=True)
    numbers = models.JSONField(
        _("numbers"), default=list, blank=True, validators=[MaxLengthValidator(MOST_NUMBERS)]
    )
    photo = models.UUIDField(null=True, editable=False)  # its revision: a new photo has a new address
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ("person",)
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.person)


class Photo(models.Model):
    """A photo in one size, as it is sent: square WebP."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="photos")
    size = models.PositiveSmallIntegerField()  # pixels, both ways
    image = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["profile", "size"], name="photo_size_once")]

    def __str__(self) -> str:
        return f"{self.profile} {self.size}"
