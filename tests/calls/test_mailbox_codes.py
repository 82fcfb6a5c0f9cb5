"""The code for mailboxes: to whom a message is left, and whose messages are asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pbx.control.configuration import ExtensionConfig, MailboxConfig
from tests.calls.world import World, snapshot

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.stages.routing import Routing


class Boxes:
    """Notes what calls want of voicemail."""

    def __init__(self) -> None:
        self.left: list[tuple[str, str | None]] = []
        self.heard: list[str | None] = []

    def leave(
        self,
        call: "Call",
        routing: "Routing",
        box: MailboxConfig,
        *,
        greeting: str | None,
        extension: str | None,
        finish: Callable[[str, str], None],
    ) -> None:
        self.left.append((box.id, extension))

    def listen(self, call: "Call", box: MailboxConfig | None) -> None:
        self.heard.append(box.id if box else None)


@pytest.fixture
def boxes() -> Boxes:
    return Boxes()


@pytest.fixture
def world(boxes: Boxes) -> World:
    extensions = [
        ExtensionConfig(id=f"x{number}", number=number, name=number, language="en", mailbox=f"box{number}")
        for number in ("101", "102", "103")
    ]
    mailboxes = [
        MailboxConfig(id=f"box{number}", number=number, name=number, extensions=[number])
        for number in ("101", "102", "103")
    ]
    shared = MailboxConfig(id="shared", number="399", name="Office", extensions=["101"])
    off = MailboxConfig(id="off", number="398", name="Closed", enabled=False)
    world = World(snapshot(extensions=extensions, mailboxes=[*mailboxes, shared, off]))
    world.exchange.voicemail = boxes
    return world


def test_a_message_for_a_person_or_a_group(world: World, boxes: Boxes) -> None:
    world.dial("*99103")
    world.dial("*99399", leg="second")
    assert boxes.left == [("box103", "103"), ("shared", None)]


def test_where_nobody_takes_messages(world: World, boxes: Boxes) -> None:
    world.dial("*99398")
    world.dial("*99777", leg="second")
    assert not boxes.left


def test_whose_messages(world: World, boxes: Boxes) -> None:
    world.dial("1233")
    world.dial("*99", leg="second")
    world.dial("*99101", leg="third")
    assert boxes.heard == ["box101", None, None]
