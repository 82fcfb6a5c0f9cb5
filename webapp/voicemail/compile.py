"""What of the snapshot is made here: mailboxes."""

import uuid
from collections.abc import Iterable
from typing import Any

from pbx.control.configuration import MailboxConfig
from webapp.extensions.models import Extension
from webapp.organisations.models import Organisation
from webapp.voicemail.models import Greeting, Mailbox, MailboxMember


def part(tenant: uuid.UUID, extensions: Iterable[Extension]) -> dict[str, Any]:
    """Fields of the Snapshot, in a fixed order."""
    known = {extension.pk: extension for extension in extensions}
    (language,) = Organisation.objects.filter(pk=tenant).values_list("language", flat=True) or ("nl",)
    members: dict[uuid.UUID, list[str]] = {}
    shared = MailboxMember.objects.filter(organisation=tenant).order_by(*MailboxMember.ORDER)
    for mailbox, extension in shared.values_list("mailbox", "extension"):
        if extension in known:
            members.setdefault(mailbox, []).append(known[extension].number)
    greetings: dict[uuid.UUID, dict[str, str]] = {}
    rows = Greeting.objects.filter(organisation=tenant).values_list("mailbox", "status", "sound")
    for mailbox, status, sound in rows:
        greetings.setdefault(mailbox, {})["" if status is None else str(status)] = str(sound)
    made = []
    for box in Mailbox.objects.filter(organisation=tenant).order_by("pk"):
        owner = known.get(box.extension_id)
        if owner is not None or box.number:
            said = dict(sorted(greetings.get(box.pk, {}).items()))
            made.append(_mailbox(box, owner, members.get(box.pk, []), said, language))
    return {"mailboxes": made}


def of_extensions(tenant: uuid.UUID) -> dict[uuid.UUID, str]:
    """The id of the personal mailbox, by extension."""
    rows = Mailbox.objects.filter(organisation=tenant, extension__isnull=False)
    return {extension: str(pk) for extension, pk in rows.values_list("extension", "pk")}


def _mailbox(
    box: Mailbox, owner: Extension | None, members: list[str], greetings: dict[str, str], language: str
) -> MailboxConfig:
    numbers = dict.fromkeys([owner.number, *members] if owner is not None else members)
    own = owner.language if owner is not None else ""
    return MailboxConfig(
        id=str(box.pk),
        number=owner.number if owner is not None else box.number,
        name=box.name,
        extensions=list(numbers),
        language=box.language or own or language,
        enabled=box.enabled,
        pin=box.pin_hash or None,
        pin_at=box.pin_at,
        greetings=greetings,
        greeting_at=box.greeting_at,
        max_seconds=box.max_seconds,
        max_messages=box.max_messages,
        operator=box.operator or None,
    )
