"""Who may see which mailboxes and messages: those who listen to them, and nobody else."""

from typing import Any

from django.db.models import Q, QuerySet

from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least
from webapp.voicemail.models import Greeting, Mailbox, MailboxMember, Message


def _own(viewer: Any) -> QuerySet[Mailbox]:
    members = MailboxMember.objects.filter(extension__user=viewer.pk).values("mailbox")
    rows = within(viewer, Mailbox.objects.select_related("organisation", "extension__user"))
    return rows.filter(Q(extension__user=viewer.pk) | Q(pk__in=members))


def visible_mailboxes(viewer: Any) -> QuerySet[Mailbox]:
    """The own mailboxes and those of groups one is in; for administrators all, to arrange them."""
    if at_least(viewer, Role.ADMIN):
        return within(viewer, Mailbox.objects.select_related("organisation", "extension__user"))
    return _own(viewer) if at_least(viewer, Role.USER) else Mailbox.objects.none()


def visible_greetings(viewer: Any) -> QuerySet[Greeting]:
    """Those of the mailboxes that `viewer` may see."""
    rows = within(viewer, Greeting.objects.select_related("sound", "status", "mailbox"))
    return rows.filter(mailbox__in=visible_mailboxes(viewer))


def visible_messages(viewer: Any) -> QuerySet[Message]:
    """Messages in the own mailboxes and those of groups one is in. An administrator arranges mailboxes, and
    hears no message but the own ones."""
    rows = within(viewer, Message.objects.select_related("mailbox"))
    return rows.filter(mailbox__in=_own(viewer)) if at_least(viewer, Role.USER) else rows.none()
