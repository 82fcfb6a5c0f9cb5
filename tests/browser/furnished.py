"""What an office has after a day: contacts, calls, a message, a recording, a plan. Gone again afterwards."""

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.browser.leaving import heard_for, say_to_mailbox
from tests.browser.looking import Language
from tests.operations.house import House, Phones, Rest
from tests.running import eventually

MINE, DESK = "102", "107"
LONG_ENOUGH_S = 3.0  # for a wave form
CUSTOMER, FRIEND = "Noor van der Velden", "Sam Okafor"


@dataclass(frozen=True)
class Words:
    """What people in the office wrote, in their language."""

    role: str
    about: str
    note: str
    plan: str


WORDS: dict[Language, Words] = {
    "en": Words(
        "Head of purchasing",
        "Prefers a call before ten.",
        "Wants a quote by Tuesday.",
        "Quote for Korenbloem",
    ),
    "nl": Words(
        "Hoofd inkoop", "Belt het liefst voor tienen.", "Wil dinsdag een offerte.", "Offerte Korenbloem"
    ),
}


def customer(words: Words) -> dict[str, Any]:
    first, _, last = CUSTOMER.partition(" ")
    return {
        "kind": "external",
        "first_name": first,
        "last_name": last,
        "company": "Korenbloem",
        "job_role": words.role,
        "email": "noor@korenbloem.test",
        "note": words.about,
        "numbers": [
            {"number": "+31 20 555 0142", "type": "work"},
            {"number": "+31 6 5550 1424", "type": "mobile"},
        ],
    }


def friend() -> dict[str, Any]:
    first, _, last = FRIEND.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "numbers": [{"number": "+31 6 5550 1777", "type": "mobile"}],
    }


class Office:
    """The demo's user, what was made for them, and how to undo it."""

    def __init__(self, house: House, words: Words) -> None:
        self.house, self.words, self.user = house, words, house.person("user")
        self._undo: list[tuple[Rest, str, str, Any]] = []

    async def made(self, rest: Rest, path: str, **body: Any) -> Any:
        """What POST answered; it is deleted afterwards."""
        answer = await rest.post(path, **body)
        self._undo.append((rest, "DELETE", f"{path}{answer['id']}/", None))
        return answer

    async def set(self, rest: Rest, path: str, before: dict[str, Any], **now: Any) -> None:
        await rest.patch(path, **now)
        self._undo.append((rest, "PATCH", path, before))

    async def undo(self) -> None:
        for rest, method, path, body in reversed(self._undo):
            await rest.ask(method, path, body)

    async def contacts(self) -> None:
        noor = await self.made(self.house.admin, "contacts/", **customer(self.words))
        await self.made(self.user, "contacts/", **friend())
        await self.user.wants(200, "PUT", f"contacts/{noor['id']}/marks/", {"favourite": True, "vip": True})
        await self.made(self.user, "blocked-numbers/", number="0900 1234567")

    async def plans(self) -> None:
        """Two statuses in the next week."""
        statuses = {each["name"]: each["id"] for each in (await self.user.get("statuses/"))["results"]}
        own = await self.house.id(MINE)
        now = datetime.datetime.now(datetime.UTC)
        monday = now.replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(
            days=7 - now.weekday()
        )
        tuesday = monday + datetime.timedelta(days=1)
        for name, title, start, hours, rule in (
            ("Away", "Lunch", monday + datetime.timedelta(hours=2), 1, "FREQ=DAILY;COUNT=5"),
            ("Busy", self.words.plan, tuesday, 2, ""),
        ):
            end = start + datetime.timedelta(hours=hours)
            times = {"starts": start.isoformat(), "ends": end.isoformat()}
            await self.made(
                self.user,
                "status-plans/",
                extension=own,
                status=statuses[name],
                title=title,
                rule=rule,
                **times,
            )

    async def calls(self, phones: Phones) -> None:
        """A message, a recorded call with a note, and one that was missed."""
        me, desk = await phones.add(MINE, DESK)
        own = await self.house.id(MINE)
        allowed = (await self.house.admin.get(f"extensions/{own}/"))["may_record"]
        await self.set(self.house.admin, f"extensions/{own}/", {"may_record": allowed}, may_record=True)
        await self.house.settled()
        await self._recorded(me, desk)
        await desk.call(MINE)
        await me.wait_ringing()
        await me.decline()
        await desk.wait_established()  # the mailbox
        await say_to_mailbox(self.house, desk, 500, LONG_ENOUGH_S)
        await eventually(self._message, 60, "the message")

    async def _recorded(self, me: Any, desk: Any) -> None:
        await desk.call(MINE)
        await me.wait_ringing()
        await me.answer()
        await desk.wait_established()
        for each, tone in ((me, 600), (desk, 800)):
            await each.send_tone(tone)
        call = await self.house.live(self.user, MINE)
        await self.user.wants(204, "POST", f"calls/{call}/record/", {"action": "start"})
        await heard_for(me, LONG_ENOUGH_S)
        await desk.hangup()
        await me.wait_ended()

        async def stored() -> Any:
            rows = (await self.user.get("recordings/"))["results"]
            return next((row for row in rows if row["call"] == call and row["state"] == "done"), None)

        recording = await eventually(stored, 60, "the compressed recording")
        self._undo.append((self.user, "DELETE", f"recordings/{recording['id']}/", None))

    async def _message(self) -> bool:
        """There, with a note on its call."""
        found = (await self.user.get("voicemail/"))["results"]
        for message in found:
            self._undo.append((self.user, "PATCH", f"voicemail/{message['id']}/", {"deleted": True}))
        known = {message["id"] for message in found}
        calls = (await self.user.get(f"history/?number={DESK}"))["results"]
        for call in (each for each in calls if each["voicemail"] in known):
            await self.user.post(f"calls/{call['call']}/notes/", text=self.words.note)
            return True
        return False


@contextlib.asynccontextmanager
async def speaking(house: House, language: Language) -> AsyncIterator[None]:
    """The demo's user has chosen that language, instead of the organisation's."""
    user = house.person("user")
    await user.patch("me/", language=language)
    try:
        yield
    finally:
        await user.patch("me/", language="")


@contextlib.asynccontextmanager
async def furnished(house: House, language: Language) -> AsyncIterator[Words]:
    """The demo's office in use."""
    words = WORDS[language]
    office, phones = Office(house, words), Phones(house)
    try:
        await asyncio.gather(office.contacts(), office.plans())
        await office.calls(phones)
        await phones.close()
        yield words
    finally:
        await office.undo()
        await phones.close()
