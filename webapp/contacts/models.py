"""Phone books with contacts, the words they are found by, and what people marked."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.contacts.words import LONGEST_SORT, LONGEST_WORD
from webapp.extensions.models import Extension
from webapp.organisations.models import Organisation
from webapp.organisations.owned import Owned
from webapp.people.models import User


class Kind(models.TextChoices):
    """Which phone book somebody stands in."""

    INTERNAL = "internal", _("internal")
    EXTERNAL = "external", _("external")
    PERSONAL = "personal", _("personal")


class NumberType(models.TextChoices):
    INTERNAL = "internal", _("internal")
    WORK = "work", _("work")
    MOBILE = "mobile", _("mobile")
    HOME = "home", _("home")
    FAX = "fax", _("fax")
    OTHER = "other", _("other")


class Book(models.Model):
    """The phone book of an organisation (no owner), or of one person. Colleagues stand in none: they are
    the organisation's extensions."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", null=True, verbose_name=_("person"))

    class Meta:
        verbose_name = _("phone book")
        verbose_name_plural = _("phone books")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "owner"], name="book_personal_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(owner=None), name="book_external_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.owner or self.organisation)

    @property
    def kind(self) -> Kind:
        return Kind.EXTERNAL if self.owner_id is None else Kind.PERSONAL


class Contact(Owned):
    """Somebody, or a company, with numbers."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="contacts", editable=False)
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    company = models.CharField(_("company"), max_length=120, blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    job_role = models.CharField(_("job role"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    sort = models.BinaryField(max_length=LONGEST_SORT, default=b"")

    class Meta:
        ordering = ("book", "sort", "id")
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar = [models.Index(fields=["book", "sort", "id"], name="contacts_by_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not self.name:
            raise ValidationError(_("Give a name or a company."))

    @property
    def name(self) -> str:
        """As it is shown: of the person, else of the company."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.company


class ContactNumber(Row):
    """A number of a contact: E.164, or digits inside the organisation."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="numbers")
    number = models.CharField(_("number"), max_length=32, db_index=True)
    type = models.CharField(_("type"), max_length=8, choices=NumberType.choices, default=NumberType.WORK)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        verbose_name = _("number")
        verbose_name_plural = _("numbers")

    def __str__(self) -> str:
        return self.number


class Token(models.Model):
    """A word that a contact is found by. The index has all that a search needs, so it reads nothing else."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tokens", db_index=False)
    word = models.BinaryField(max_length=LONGEST_WORD)
    place = models.PositiveSmallIntegerField()
    sort = models.BinaryField(max_length=LONGEST_SORT)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["book", "word", "place", "sort", "contact"], name="tokens_by_word"),
            models.Index(fields=["contact", "word"], name="tokens_by_contact"),
        ]

    def __str__(self) -> str:
        return bytes(self.word).decode()


class Mark(Owned):
    """What somebody marked a contact or colleague as."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", null=True)
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+", null=True)
    favourite = models.BooleanField(default=False)
    vip = models.BooleanField(default=False)
    blocked = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "contact"], name="mark_contact_once"),
            models.UniqueConstraint(fields=["person", "extension"], name="mark_extension_once"),
            models.CheckConstraint(condition=Q(contact=None) ^ Q(extension=None), name="mark_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.contact or self.extension}"


class BlockedNumber(Owned):
    """A number, of nobody in the phone books, that somebody does not want to hear of."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    number = models.CharField(_("number"), max_length=32)

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "number"], name="blocked_number_once")
        ]

    def __str__(self) -> str:
        return self.number
