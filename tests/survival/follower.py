"""Someone who listens on the control API, and remembers what was shown and when."""

import contextlib
import time
from dataclasses import dataclass, field

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.messages import Event
from tests.running import RunningCore


@dataclass
class Follower:
    """Every event that was shown, with its moment (Unix seconds)."""

    events: list[tuple[float, Event]] = field(default_factory=list)

    async def follow(self, core: RunningCore) -> None:
        """Until the connection is gone."""
        with contextlib.suppress(ControlUnreachable, ControlError):
            async with core.client() as client, contextlib.aclosing(client.events()) as messages:
                async for message in messages:
                    if isinstance(message, Event):
                        self.events.append((time.time(), message))

    def alarms(self, kind: str) -> list[str]:
        """The names of the alarms that were raised, or cleared."""
        return [
            event.alarm.name for _, event in self.events if event.kind == kind and event.alarm is not None
        ]

    def ended(self) -> set[str]:
        """The dialled numbers of all calls whose record was shown."""
        return {event.call.dialled for _, event in self.events if event.kind == "call.ended" and event.call}

    def first_seen(self) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """By dialled number: when its beginning, its decided end and its record were first shown."""
        begun: dict[str, float] = {}
        decided: dict[str, float] = {}
        written: dict[str, float] = {}
        for at, event in self.events:
            if event.call is not None:
                begun.setdefault(event.call.dialled, at)
                if event.call.outcome is not None:
                    decided.setdefault(event.call.dialled, at)
                if event.kind == "call.ended":
                    written.setdefault(event.call.dialled, at)
        return begun, decided, written
