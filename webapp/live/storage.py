"""What the courier writes to the database: records and messages. It is another process, so what the core told
here may not be stored yet: it waits until the courier's cursor has passed it."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from pbx.control.messages import CallRecord, Event
from webapp.link.models import Cursor
from webapp.voicemail.models import Message

MOST_WAITING = 10_000  # records; with more the oldest are not told of


@dataclass(slots=True)
class _Boxes:
    """Mailboxes of an organisation that have to be counted once the cursor is at `number`."""

    number: int = 0
    keys: set[str] = field(default_factory=set)


class Late:
    """What waits to be stored. `waiting` is set while there is anything; `stream` is the core's journal."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.stream = ""
        self._calls: deque[tuple[int, CallRecord]] = deque(maxlen=MOST_WAITING)
        self._boxes: dict[str, _Boxes] = {}

    def take(self, event: Event) -> None:
        """An event of an organisation that is watched."""
        if event.kind == "call.ended" and event.call is not None:
            self._calls.append((event.number, event.call))
            self.waiting.set()
        elif event.voicemail is not None:
            self.count(event.voicemail.tenant, [event.voicemail.mailbox], event.number)

    def count(self, tenant: str, mailboxes: Iterable[str], number: int) -> None:
        """How many messages these have is to be told, as of event `number`."""
        boxes = self._boxes.setdefault(tenant, _Boxes())
        boxes.number = max(boxes.number, number)
        boxes.keys.update(mailboxes)
        if boxes.keys:
            self.waiting.set()

    def stored(self, stream: str, number: int) -> tuple[list[CallRecord], dict[str, set[str]]]:
        """The courier is at `number` of `stream`: the calls that are in the history now, and the mailboxes to
        count, by organisation. None of them waits any more."""
        calls: list[CallRecord] = []
        boxes: dict[str, set[str]] = {}
        if stream != self.stream:
            return calls, boxes
        while self._calls and self._calls[0][0] <= number:
            calls.append(self._calls.popleft()[1])
        for tenant, each in list(self._boxes.items()):
            if each.number <= number:
                boxes[tenant] = self._boxes.pop(tenant).keys
        if not self._calls and not self._boxes:
            self.waiting.clear()
        return calls, boxes


def position() -> tuple[str, int]:
    """How far the courier is: the core's journal and the number in it."""
    return Cursor.objects.values_list("stream", "number").first() or ("", 0)


def counts(mailboxes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """How many messages each has that are new, and that are old; deleted ones do not count."""
    keys = set(mailboxes)
    there = Message.objects.filter(mailbox__in=keys, deleted_at=None).values("mailbox")
    rows = there.annotate(new=Count("pk", filter=Q(read_at=None)), all=Count("pk")).order_by()
    known = {str(row["mailbox"]): (row["new"], row["all"] - row["new"]) for row in rows}
    return {key: known.get(key, (0, 0)) for key in keys}
