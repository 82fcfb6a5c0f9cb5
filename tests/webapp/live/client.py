"""A browser as far as the live view is concerned: keeps what it is told, and comes back where it was."""

import json
from typing import Any

from webapp.live.hub import Hub, Viewer
from webapp.live.outbox import Outbox
from webapp.people.sockets import SignedIn


class Store:
    """Applies messages as the page does. `state` is by kind and id."""

    def __init__(self) -> None:
        self.state: dict[tuple[str, str], Any] = {}
        self.stream = ""
        self.number = 0
        self.hellos: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []

    def take(self, text: str) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(text)
        if message["type"] == "hello":
            self.hellos.append(message)
            self.stream, self.number = message["stream"], message["number"]
            if message["state"] is not None:
                self.state = {(each["kind"], each["id"]): each["value"] for each in message["state"]}
                assert len(self.state) == len(message["state"]), "an entity is there twice"
        elif message["type"] == "events":
            for change in message["events"]:
                self.apply(change)
        return message

    def apply(self, change: dict[str, Any]) -> None:
        assert change["number"] > self.number, "numbers rise"
        assert ("put" in change) != ("drop" in change)
        self.number = change["number"]
        self.changes.append(change)
        if "put" in change:
            entity = change["put"]
            self.state[entity["kind"], entity["id"]] = entity["value"]
        else:
            self.state.pop((change["drop"]["kind"], change["drop"]["id"]), None)

    def of(self, kind: str) -> dict[str, Any]:
        """Its entities of a kind, by id."""
        return {key: value for (each, key), value in self.state.items() if each == kind}


async def nowhere(_frame: str) -> None:
    """Frames are taken out of the outbox instead."""


class Watcher(Store):
    """Connected to a hub without a network between."""

    def __init__(self, hub: Hub, who: SignedIn) -> None:
        super().__init__()
        self.hub, self.who = hub, who
        self.viewer: Viewer | None = None
        self.connect()

    @property
    def outbox(self) -> Outbox:
        assert self.viewer is not None
        return self.viewer.outbox

    def connect(self) -> None:
        self.viewer = Viewer(self.who, nowhere, 0.0)
        known = self.number if self.stream else None
        self.hub.add(self.viewer, 0.0, known, self.stream)

    def disconnect(self) -> None:
        """Whatever is still in the outbox is lost."""
        assert self.viewer is not None
        self.hub.remove(self.viewer)
        self.viewer = None

    def read(self) -> None:
        while self.viewer is not None and self.viewer.outbox.frames:
            self.take(self.viewer.outbox.frames.popleft())
