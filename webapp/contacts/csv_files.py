"""The organisation's phone book from and to CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from webapp.common import phone_numbers
from webapp.contacts.actions import (
    BATCH,
    MOST_NUMBERS,
    book_of,
    check_room,
    numbers_of,
    prepare,
    tell_of_numbers,
    tokens_of,
)
from webapp.contacts.models import Contact, ContactNumber, NumberType, Token
from webapp.organisations.models import Organisation

MOST_BYTES = 10 * 2**20
MOST_LINES = 20_000
MOST_PROBLEMS = 200

# What is in a column, by its header in either language.
_TEXTS = {
    "first_name": ("first name", "firstname", "voornaam"),
    "last_name": ("last name", "lastname", "surname", "name", "achternaam", "naam"),
    "company": ("company", "organisation", "organization", "bedrijf", "organisatie"),
    "department": ("department", "afdeling"),
    "job_role": ("job role", "role", "function", "functie", "rol"),
    "email": ("email", "e-mail", "e-mail address", "email address", "e-mailadres", "emailadres"),
    "address": ("address", "adres"),
    "note": ("note", "notes", "notitie", "opmerking"),
}
_NUMBERS = {
    NumberType.WORK: ("work", "phone", "telephone", "number", "werk", "telefoon", "nummer", "zakelijk"),
    NumberType.MOBILE: ("mobile", "cell", "mobiel"),
    NumberType.HOME: ("home", "thuis", "privé", "prive"),
    NumberType.FAX: ("fax",),
    NumberType.INTERNAL: ("internal", "extension", "intern", "toestel"),
    NumberType.OTHER: ("other", "overig", "anders"),
}
_COLUMNS = {
    header: what
    for table in (_TEXTS, _NUMBERS)
    for what, headers in table.items()
    for header in (*headers, str(what), str(what).replace("_", " "))
}
_ORDER = [*_TEXTS, *_NUMBERS]
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line; the header is line 1."""

    line: int
    column: str | None
    problem: str


@dataclass(slots=True)
class Imported:
    """What an import did, or would do."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[Problem] = field(default_factory=list)


class _Stop(Exception):
    """Takes the transaction back."""


def load(organisation: Organisation, data: bytes, *, dry_run: bool) -> Imported:
    """Takes the contacts of a CSV file over. A line with the name and company of a contact that is there
    changes it; columns that the file has not stay as they are. With any problem nothing is written. Raises
    ValidationError for what is no CSV file of contacts."""
    columns, lines = _read(data)
    done = Imported()
    try:
        with transaction.atomic():
            _write(organisation, columns, lines, done)
            if dry_run or done.errors:
                raise _Stop
    except _Stop:
        pass
    return done


def _read(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if len(data) > MOST_BYTES:
        raise ValidationError({"file": _("The file is too large; give one of at most 10 MB.")})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise ValidationError({"file": _("This is no CSV file.")})
    begin = text.split("\n", 1)[0]
    mark = max(";,\t", key=begin.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValidationError({"file": _("This is no CSV file: %(error)s") % {"error": error}}) from None
    if len(rows) < 2:
        raise ValidationError({"file": _("The file has no contacts.")})
    if len(rows) > MOST_LINES + 1:
        raise ValidationError(
            {"file": _("The file has too many lines; give at most %(limit)s.") % {"limit": MOST_LINES}}
        )
    return _header(rows[0][1]), rows[1:]


def _header(cells: list[str]) -> list[str]:
    unknown = [cell for cell in cells if cell.strip().casefold() not in _COLUMNS]
    if unknown:
        known = ", ".join(str(each) for each in _ORDER)
        text = _("The column %(column)s is not known. Known are: %(known)s.")
        raise ValidationError({"file": text % {"column": f"“{unknown[0][:40]}”", "known": known}})
    return [str(_COLUMNS[cell.strip().casefold()]) for cell in cells]


def _write(
    organisation: Organisation, columns: list[str], lines: list[tuple[int, list[str]]], done: Imported
) -> None:
    book = book_of(organisation)
    there = {
        _identity(row): row
        for row in book.contacts.select_related("organisation").prefetch_related("numbers")
    }
    before = {key: _values(row, row.numbers.all()) for key, row in there.items()}
    fresh: list[tuple[Contact, list[ContactNumber]]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, cells in lines:
        if len(done.errors) >= MOST_PROBLEMS:
            return
        contact = Contact(organisation=organisation, book=book)
        texts, numbers = _cells(columns, cells)
        _set(contact, texts)
        key = _identity(contact)
        if key in seen:
            text = _("The same name and company are in line %(line)s.") % {"line": seen[key]}
            done.errors.append(Problem(line, None, text))
            continue
        seen[key] = line
        known = there.get(key)
        if known is not None:
            _set(known, texts)
            contact = known
        rows = _checked(contact, numbers, line, done)
        if rows is None:
            continue
        if known is None:
            done.made += 1
            fresh.append((contact, rows))
            continue
        rows = rows if _has_numbers(columns) else list(known.numbers.all())
        if _values(known, rows) == before[key]:
            done.unchanged += 1
        else:
            done.changed += 1
            _replace(known, rows)
    if done.errors:
        return
    check_room(book, len(fresh))
    _insert(fresh)


def _replace(contact: Contact, rows: list[ContactNumber]) -> None:
    contact.save()
    ContactNumber.objects.filter(contact=contact).delete()
    ContactNumber.objects.bulk_create(rows)
    tell_of_numbers(contact)
    Token.objects.filter(contact=contact).delete()
    Token.objects.bulk_create(tokens_of(contact, [row.number for row in rows]))


def _insert(fresh: list[tuple[Contact, list[ContactNumber]]]) -> None:
    for at in range(0, len(fresh), BATCH):
        part = fresh[at : at + BATCH]
        Contact.objects.bulk_create([contact for contact, _rows in part])
        ContactNumber.objects.bulk_create([row for _contact, rows in part for row in rows])
        Token.objects.bulk_create(
            [token for contact, rows in part for token in tokens_of(contact, [row.number for row in rows])]
        )


def _cells(columns: list[str], cells: list[str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    texts: dict[str, str] = {}
    numbers = []
    for column, cell in zip(columns, cells, strict=False):
        if column in _TEXTS:
            texts[column] = _plain(cell.strip())
        elif cell.strip():
            numbers.append({"number": cell.strip(), "type": column})
    return texts, numbers


def _has_numbers(columns: Iterable[str]) -> bool:
    return any(column in _NUMBERS for column in columns)


def _set(contact: Contact, texts: dict[str, str]) -> None:
    for name, value in texts.items():
        setattr(contact, name, value)
    prepare(contact)


def _checked(
    contact: Contact, numbers: list[dict[str, str]], line: int, done: Imported
) -> list[ContactNumber] | None:
    """The rows of its numbers; None when something is wrong, which is noted."""
    try:
        contact.clean_fields(exclude=["organisation", "book"])
        contact.clean()
        return numbers_of(contact, numbers)
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        for column, messages in found.items():
            shown = None if column in (None, "__all__") else str(column)
            done.errors += [Problem(line, shown, text) for text in messages]
        return None


def _identity(contact: Contact) -> tuple[str, str, str]:
    return tuple(  # type: ignore[return-value]
        text.casefold() for text in (contact.first_name, contact.last_name, contact.company)
    )


def _values(contact: Contact, rows: Iterable[ContactNumber]) -> tuple[object, ...]:
    texts = (getattr(contact, name) for name in _TEXTS)
    return (*texts, frozenset((row.number, str(row.type)) for row in rows))


def dump(contacts: Iterable[Contact]) -> Iterator[str]:
    """CSV with the same columns, semicolons between them (what spreadsheets of most of Europe expect)."""
    most = dict.fromkeys(_NUMBERS, 1)
    rows = list(contacts)
    for row in rows:
        for kind in _NUMBERS:
            most[kind] = max(most[kind], sum(each.type == kind for each in row.numbers.all()))
    columns = [*_TEXTS, *(str(kind) for kind in _NUMBERS for _again in range(min(most[kind], MOST_NUMBERS)))]
    yield "\ufeff" + _line(columns)
    for row in rows:
        cells = [_safe(str(getattr(row, name))) for name in _TEXTS]
        for kind in _NUMBERS:
            own = [each.number for each in row.numbers.all() if each.type == kind][: most[kind]]
            shown = [phone_numbers.display(number, row.organisation.country) for number in own]
            cells += [*shown, *[""] * (most[kind] - len(own))]
        yield _line(cells)


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text


def _plain(text: str) -> str:
    """Back from `_safe`."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(cells)
    return out.getvalue()
