"""Rows that belong to one organisation, and never point at a row of another."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.organisations.models import Organisation


class Owned(Row):
    """A row of an organisation. What it points at must be of the same one.

    `LISTS` names ordered lists that are kept in rows of their own: name of the list -> the Part that holds
    it."""

    LISTS: ClassVar[dict[str, type["Part"]]] = {}

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        check_same_organisation(self)

    def listed(self, name: str) -> list[Any]:
        """What stands in the list of that name, in its order."""
        part = self.LISTS[name]
        rows = part._default_manager.filter(**{part.OWNER: self.pk}).select_related(part.ITEM)
        return [getattr(row, part.ITEM) for row in rows.order_by(*part.ORDER)]


class Part(Owned):
    """One place in a list of another row: `OWNER` is the field that names that row, `ITEM` what stands
    there. Its organisation is the owner's."""

    OWNER: ClassVar[str] = ""
    ITEM: ClassVar[str] = ""
    # Whoever fills in the rows one by one may leave them all at the same place.
    ORDER: ClassVar[tuple[str, ...]] = ("position", "created_at", "pk")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", editable=False, verbose_name=_("organisation")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)

    class Meta:
        abstract = True
        ordering = ("position",)

    def clean(self) -> None:
        self._take_organisation()
        super().clean()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._take_organisation()
        super().save(*args, **kwargs)

    def _take_organisation(self) -> None:
        owner = getattr(self, self.OWNER, None)
        if owner is not None:
            self.organisation_id = owner.organisation_id


def check_same_organisation(row: Any) -> None:
    """Raises ValidationError, by field, when `row` points at something of another organisation."""
    if row.organisation_id is None:
        return
    wrong = {}
    for field in row._meta.fields:
        if not field.is_relation or field.name == "organisation" or getattr(row, field.attname) is None:
            continue
        names = {other.name for other in field.related_model._meta.fields}
        if "organisation" in names and getattr(row, field.name).organisation_id != row.organisation_id:
            wrong[field.name] = _("Choose one of this organisation.")
    if wrong:
        raise ValidationError(wrong)
