"""What the courier tells browsers: a call that rings, one that was missed. Nothing else waits for it."""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError
from django.utils import translation
from django.utils.translation import gettext as _

from pbx.control.messages import CallRecord, Event, LegRecord
from webapp.calls.models import HistoryLine
from webapp.link.database import in_database
from webapp.people.models import User
from webapp.profile.preferences import whole
from webapp.push import actions
from webapp.push.access import of_extensions
from webapp.push.models import Subscription
from webapp.push.sending import CALL_SECONDS, LATER_SECONDS, Address, send

log = structlog.get_logger(__name__)

RINGING = frozenset({"offered", "ringing", "early"})
FRESH_SECONDS = 15.0  # older events come after an absence: nobody is called any more
MOST_WAITING, MOST_RUNG = 500, 5000
MOST_CALLS, MOST_SENDING = 100, 20  # under way at once
CALL_TAG = "centrale-call"  # as the client's: one notification of a call, whoever shows it

Message = dict[str, Any]
Post = tuple[Address, Message, int]
Find = Callable[[CallRecord], list[Post]]


class Teller:
    """`heard` every event, `stored` when its record is in the history; `run` tells."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[CallRecord, Find]] = asyncio.Queue(MOST_WAITING)
        self._rung: dict[tuple[str, str], None] = {}
        self._last: dict[str, asyncio.Task[None]] = {}  # by call
        self._senders = ThreadPoolExecutor(MOST_SENDING, "push")

    def heard(self, event: Event) -> None:
        """Puts a call that has begun to ring at an extension in the queue; a full one drops it."""
        if event.call is None or event.kind == "call.ended":
            return
        for leg in event.call.legs:
            if _rings(leg) and self._first(event.call.id, leg.extension or ""):
                self._put(event.call, partial(rings, leg.extension or ""))

    def stored(self, events: Iterable[Event]) -> None:
        """Records that are in the history now: who missed them is told."""
        for event in events:
            if event.kind == "call.ended" and event.call is not None and _fresh(event.call.ended_at):
                self._put(event.call, missed)

    async def run(self) -> None:
        """Until cancelled. What is told of one call goes out in order; no call waits for another one, whose
        push service may not answer."""
        room = asyncio.Semaphore(MOST_CALLS)

        async def told(call: CallRecord, find: Find, before: asyncio.Task[None] | None) -> None:
            if before is not None:
                await asyncio.wait([before])
            await self._tell(call, find)

        def over(call: str, task: asyncio.Task[None]) -> None:
            room.release()
            if self._last.get(call) is task:
                del self._last[call]

        async with asyncio.TaskGroup() as tasks:
            while True:
                await room.acquire()
                call, find = await self._waiting.get()
                task = tasks.create_task(told(call, find, self._last.get(call.id)))
                self._last[call.id] = task
                task.add_done_callback(partial(over, call.id))

    async def _tell(self, call: CallRecord, find: Find) -> None:
        try:
            await self._post(await in_database(find, call))
        except (DatabaseError, InterfaceError) as error:
            log.warning("push.untold", error=str(error).strip())
        except Exception:
            # Of one call: the others are told all the same.
            log.exception("push.failed", call=call.id)

    async def _post(self, posts: list[Post]) -> None:
        loop = asyncio.get_running_loop()
        there = await asyncio.gather(*(loop.run_in_executor(self._senders, send, *post) for post in posts))
        gone = [
            address.id for (address, _message, _seconds), known in zip(posts, there, strict=True) if not known
        ]
        if gone:
            await in_database(actions.forget, gone)

    def _first(self, call: str, extension: str) -> bool:
        if (call, extension) in self._rung:
            return False
        if len(self._rung) >= MOST_RUNG:
            del self._rung[next(iter(self._rung))]
        self._rung[call, extension] = None
        return True

    def _put(self, call: CallRecord, find: Find) -> None:
        try:
            self._waiting.put_nowait((call, find))
        except asyncio.QueueFull:
            log.warning("push.too_many")


def _fresh(at: float | None) -> bool:
    return at is not None and time.time() - at < FRESH_SECONDS


def _rings(leg: LegRecord) -> bool:
    return leg.role == "callee" and bool(leg.extension) and leg.state in RINGING and _fresh(leg.offered_at)


def rings(extension: str, call: CallRecord) -> list[Post]:
    """The messages to the browsers of whoever has that extension. Asks the database."""
    return [
        (_address(each), message, CALL_SECONDS)
        for each in of_extensions(call.tenant, [extension])
        if (message := _ringing(each.session.user, call)) is not None
    ]


def missed(call: CallRecord) -> list[Post]:
    """The same for all who missed the call, as their history says."""
    lines = HistoryLine.objects.filter(call__call_id=call.id, call__tenant=call.tenant, missed=True)
    numbers = set(lines.values_list("extension__number", flat=True))
    return [
        (_address(each), message, LATER_SECONDS)
        for each in of_extensions(call.tenant, numbers)
        if (message := _missed(each.session.user, call)) is not None
    ]


def _address(row: Subscription) -> Address:
    return Address(row.pk, row.endpoint, row.p256dh, row.auth)


def _wishes(person: User) -> dict[str, bool]:
    profile = getattr(person, "profile", None)  # read along with the subscription; not everybody has one
    found: dict[str, bool] = whole(profile.preferences if profile else {})["notifications"]
    return found


def _ringing(person: User, call: CallRecord) -> Message | None:
    wishes = _wishes(person)
    if not wishes["calls"]:
        return None
    with translation.override(person.preferred_language):
        title, body = _("Centrale"), _("Somebody calls you")
        if wishes["who"]:
            title = call.caller_name or call.caller_number or _("Unknown number")
            body = _("Calls you: %(number)s") % {"number": call.caller_number}
    data = {"path": "/app/phone"}
    return {"title": title, "body": body, "tag": CALL_TAG, "requireInteraction": True, "data": data}


def _missed(person: User, call: CallRecord) -> Message | None:
    wishes = _wishes(person)
    if not wishes["missed"]:
        return None
    with translation.override(person.preferred_language):
        title, who = _("Missed call"), call.caller_name or call.caller_number or _("Unknown number")
    # In the place of the one that rang: nobody is there any more.
    tag = f"centrale-missed-{call.id}"
    return {
        "title": title,
        **({"body": who} if wishes["who"] else {}),
        "tag": tag,
        "instead": CALL_TAG,
        "data": {"path": "/app/history"},
    }
