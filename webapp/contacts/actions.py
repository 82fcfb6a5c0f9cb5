"""Everything that writes contacts, marks and blocked numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from webapp.common import phone_numbers
from webapp.contacts.models import BlockedNumber, Book, Contact, ContactNumber, Mark, Token
from webapp.contacts.words import COMPANY, DEPARTMENT, NAME, OTHER, sort_key, words_of
from webapp.extensions.models import Extension
from webapp.organisations.models import Organisation
from webapp.organisations.owned_actions import save_owned

log = structlog.get_logger(__name__)

MOST_NUMBERS = 10  # of one contact
MOST_EXTERNAL = 100_000
MOST_PERSONAL = 5_000
MOST_MARKS = 1_000  # of one person
BATCH = 1_000


def book_of(organisation: Organisation, owner: Any = None) -> Book:
    """The phone book of an organisation, or of a person in it; made when first needed."""
    return Book.objects.get_or_create(organisation=organisation, owner=owner)[0]


@transaction.atomic
def save_contact(contact: Contact, numbers: Iterable[Mapping[str, str]] | None = None) -> Contact:
    """Check and write a contact; `numbers` ({"number", "type"}) replace those it has. Raises ValidationError
    by field."""
    if contact._state.adding:
        check_room(contact.book, 1)
    prepare(contact)
    contact.full_clean()
    contact.save()
    if numbers is not None:
        rows = numbers_of(contact, numbers)
        contact.numbers.all().delete()
        ContactNumber.objects.bulk_create(rows)
        tell_of_numbers(contact)
    Token.objects.filter(contact=contact).delete()
    known = contact.numbers.values_list("number", flat=True)
    Token.objects.bulk_create(tokens_of(contact, known))
    log.info("contact.saved", tenant=str(contact.organisation_id), contact=str(contact.pk))
    return contact


def check_room(book: Book, more: int) -> None:
    """Raises ValidationError when a book has no room for so many more."""
    limit = MOST_EXTERNAL if book.owner_id is None else MOST_PERSONAL
    if book.contacts.count() + more > limit:
        raise ValidationError(_("A phone book holds at most %(limit)s contacts.") % {"limit": limit})


def prepare(contact: Contact) -> None:
    """What follows from what was typed."""
    for name in ("first_name", "last_name", "company", "department", "job_role", "email", "address"):
        setattr(contact, name, " ".join(str(getattr(contact, name)).split()))
    contact.sort = sort_key(contact.name)


def numbers_of(contact: Contact, numbers: Iterable[Mapping[str, str]]) -> list[ContactNumber]:
    """Rows to be written, each number once. Raises ValidationError for what is no number."""
    found: dict[str, ContactNumber] = {}
    country = contact.organisation.country
    for each in numbers:
        try:
            number = phone_numbers.checked(each["number"], country)
        except ValidationError as error:
            raise ValidationError({"numbers": error.messages}) from error
        place = len(found)
        row = ContactNumber(contact=contact, number=number, type=each.get("type") or "work", position=place)
        found.setdefault(number, row)
    if len(found) > MOST_NUMBERS:
        raise ValidationError(
            {"numbers": _("A contact has at most %(limit)s numbers.") % {"limit": MOST_NUMBERS}}
        )
    return list(found.values())


def tokens_of(contact: Contact, numbers: Iterable[str]) -> list[Token]:
    """The words that a contact with these numbers is found by."""
    texts = (
        (NAME, contact.first_name),
        (NAME, contact.last_name),
        (COMPANY, contact.company),
        (DEPARTMENT, contact.department),
        (DEPARTMENT, contact.job_role),
        (OTHER, contact.email),
    )
    return [
        Token(book_id=contact.book_id, contact=contact, word=word.text, place=word.place, sort=contact.sort)
        for word in words_of(texts, numbers)
    ]


def delete_contact(contact: Contact) -> None:
    """Remove a contact."""
    log.info("contact.deleted", tenant=str(contact.organisation_id), contact=str(contact.pk))
    contact.delete()


@transaction.atomic
def set_marks(person: Any, of: Contact | Extension, **marks: bool) -> Mark:
    """Favourite, VIP, blocked: those given change. Raises ValidationError when there are too many."""
    target = {"contact": of} if isinstance(of, Contact) else {"extension": of}
    mark = Mark.objects.filter(person=person, **target).first()
    if mark is None:
        if Mark.objects.filter(person=person).count() >= MOST_MARKS:
            raise ValidationError(_("You marked as many contacts as there is room for; unmark some first."))
        mark = Mark(organisation=of.organisation, person=person, **target)
    for name, value in marks.items():
        setattr(mark, name, value)
    if mark.favourite or mark.vip or mark.blocked:
        mark.save()
    elif not mark._state.adding:
        mark.delete()
    return mark


def tell_of_numbers(contact: Contact) -> None:
    """The numbers of a contact changed: the core has to know, if somebody blocked it. Writing the mark again
    raises the version of the organisation."""
    Mark.objects.filter(contact=contact, blocked=True).update(blocked=True)


def block_number(person: Any, text: str) -> BlockedNumber:
    """A number of nobody in the phone books. Raises ValidationError."""
    number = phone_numbers.checked(text, person.organisation.country)
    known = BlockedNumber.objects.filter(person=person, number=number).first()
    if known is not None:
        return known
    if BlockedNumber.objects.filter(person=person).count() >= MOST_MARKS:
        raise ValidationError(_("You blocked as many numbers as there is room for; take some back first."))
    return save_owned(BlockedNumber(organisation=person.organisation, person=person, number=number))


def unblock_number(row: BlockedNumber) -> None:
    """It may call again."""
    row.delete()
