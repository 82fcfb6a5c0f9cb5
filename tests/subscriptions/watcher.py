"""A phone that watches: a raw SIP client that answers every NOTIFY and keeps them."""

import asyncio
import re
import secrets
from xml.etree import ElementTree

import sipmessage

from tests.phones.base import DEADLINE_S, Account
from tests.phones.raw import Header
from tests.registration.client import Client
from tests.running import RunningCore

DIALOG = "{urn:ietf:params:xml:ns:dialog-info}"
PIDF = "{urn:ietf:params:xml:ns:pidf}"


class Watcher(Client):
    """`notifies` are those that came, oldest first, each answered with `code` (None: not at all)."""

    def __init__(self, core: RunningCore, *rest: object, **named: object) -> None:
        super().__init__(core, *rest, **named)  # type: ignore[arg-type]
        self.notifies: list[sipmessage.Request] = []
        self.code: int | None = 200
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await super().open()
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await super().close()

    async def _read(self) -> None:
        while True:
            found = await self.wait_request("NOTIFY", 3600)
            if self.code is not None:
                await self.respond(found, self.code)
            # A NOTIFY that is repeated because our answer was lost or late is not another one.
            if not any(_same(found, known) for known in self.notifies):
                self.notifies.append(found)

    async def subscribe(
        self, account: Account, resource: str, event: str = "dialog", expires: int = 600, **fields: object
    ) -> sipmessage.Response:
        """SUBSCRIBE with digest; `fields` are those of RawSip.request."""
        uri = fields.pop("uri", f"sip:{resource}@{account.domain}")
        extra = list(fields.pop("headers", ()))  # type: ignore[call-overload]
        headers: list[Header] = [
            ("Event", event),
            ("Expires", str(expires)),
            ("Contact", f"<{self.contact}>"),
            *extra,
        ]
        fields.setdefault("to", f"sip:{resource}@{account.domain}")
        return await self.ask_with_digest(account, "SUBSCRIBE", str(uri), headers=headers, **fields)  # type: ignore[arg-type]

    async def again(
        self, account: Account, answer: sipmessage.Response, event: str = "dialog", expires: int = 600
    ) -> sipmessage.Response:
        """SUBSCRIBE in the dialog that `answer` made."""
        return await self.subscribe(
            account,
            str(answer.to_address.uri.user),
            event,
            expires,
            uri=str(answer.contact[0].uri),
            call_id=answer.call_id,
            from_tag=answer.from_address.parameters.get("tag"),
            to_tag=answer.to_address.parameters.get("tag"),
            cseq=answer.cseq.sequence + 1,
        )

    async def watch(self, account: Account, resource: str, event: str = "dialog") -> sipmessage.Response:
        """Subscribe with success; the first NOTIFY is there."""
        before = len(self.notifies)
        answer = await self.subscribe(account, resource, event, call_id=secrets.token_hex(8))
        assert answer.code == 200, self.failure("not subscribed")
        await self.more(before)
        return answer

    async def more(self, than: int, timeout: float = DEADLINE_S) -> sipmessage.Request:
        """The last NOTIFY, once there are more of them than that."""
        await self.until(lambda: len(self.notifies) > than, "NOTIFY", timeout)
        return self.notifies[-1]

    async def shows(self, *wanted: tuple[str, str], resource: str = "") -> sipmessage.Request:
        """The latest NOTIFY (of a resource), once it has these dialogs: (direction, state)."""

        def fits() -> bool:
            found = self._latest(resource)
            return found is not None and dialogs(found) == list(wanted)

        await self.until(fits, f"lamp {wanted}")
        found = self._latest(resource)
        assert found is not None
        return found

    def _latest(self, resource: str) -> sipmessage.Request | None:
        fitting = [each for each in self.notifies if resource in ("", each.from_address.uri.user)]
        return fitting[-1] if fitting else None


def dialogs(notify: sipmessage.Request) -> list[tuple[str, str]]:
    """(direction, state) of what goes on, by dialog-info; well-formed, or this fails."""
    root = ElementTree.fromstring(notify.body)
    assert root.tag == f"{DIALOG}dialog-info"
    assert root.get("state") == "full"
    found = [(each.get("direction", ""), each.findtext(f"{DIALOG}state", "")) for each in root]
    return [each for each in found if each[1] != "terminated"]


def version(notify: sipmessage.Request) -> int:
    return int(ElementTree.fromstring(notify.body).get("version", "-1"))


def basic(notify: sipmessage.Request) -> str:
    """open or closed, by PIDF."""
    root = ElementTree.fromstring(notify.body)
    return root.findtext(f"{PIDF}tuple/{PIDF}status/{PIDF}basic", "")


def voice(notify: sipmessage.Request) -> str:
    """The counts of a message summary."""
    found = re.search(rb"Voice-Message: (\d+/\d+)", notify.body)
    return found.group(1).decode() if found else ""


def _same(a: sipmessage.Request, b: sipmessage.Request) -> bool:
    return (a.call_id, a.cseq.sequence) == (b.call_id, b.cseq.sequence)
