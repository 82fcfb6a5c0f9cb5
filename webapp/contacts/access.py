"""Who may see and change which contacts."""

from typing import Any

from django.db.models import Q, QuerySet

from webapp.contacts.models import BlockedNumber, Book, Contact, Mark
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least


def visible_books(viewer: Any) -> QuerySet[Book]:
    """The organisation's phone book and the own one."""
    rows = within(viewer, Book.objects.all())
    return rows.filter(Q(owner=None) | Q(owner=viewer.pk)) if at_least(viewer, Role.USER) else rows.none()


def visible_contacts(viewer: Any) -> QuerySet[Contact]:
    """The contacts in those books."""
    rows = within(viewer, Contact.objects.select_related("book"))
    return rows.filter(book__in=visible_books(viewer))


def may_write_external(viewer: Any) -> bool:
    """The organisation's phone book is kept by supervisors and administrators."""
    return at_least(viewer, Role.SUPERVISOR)


def writable_contacts(viewer: Any) -> QuerySet[Contact]:
    """The own ones, and the organisation's for those who keep its phone book."""
    rows = visible_contacts(viewer)
    return rows if may_write_external(viewer) else rows.filter(book__owner=viewer.pk)


def external_contacts(viewer: Any) -> QuerySet[Contact]:
    """Those of the organisation's phone book, for administrators and supervisors."""
    rows = visible_contacts(viewer).filter(book__owner=None)
    return rows if may_write_external(viewer) else rows.none()


def own_marks(viewer: Any) -> QuerySet[Mark]:
    """What the viewer marked; nobody sees marks of others."""
    return within(viewer, Mark.objects.all()).filter(person=viewer.pk)


def own_blocked(viewer: Any) -> QuerySet[BlockedNumber]:
    """The numbers that the viewer blocked."""
    return within(viewer, BlockedNumber.objects.select_related("organisation")).filter(person=viewer.pk)
