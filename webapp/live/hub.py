"""Publishes the picture of one organisation to those who watch it: numbers the changes, keeps the latest for
those who come back, and puts them into everybody's outbox.

A change gets its number when it goes out, so for every viewer numbers rise, whatever waited in between. What
waits for the same moment goes together, and only as it is then.
"""

import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from webapp.live import access
from webapp.live.messages import Key
from webapp.live.outbox import Outbox
from webapp.live.picture import Changes, Picture
from webapp.people.sockets import SignedIn

KEPT = 5000  # changes that somebody who comes back may have missed,
KEPT_BYTES = 8_000_000  # and their size

_encode = msgspec.json.encode


class Viewer:
    """One socket that watches; `send` gives it one frame."""

    __slots__ = ("outbox", "send", "topics", "who")

    def __init__(self, who: SignedIn, send: Callable[[str], Awaitable[None]], now: float) -> None:
        self.who = who
        self.send = send
        self.outbox = Outbox(now)
        self.topics: tuple[str, ...] = ()


class Hub:
    """Of one organisation. `wake(urgent)` is called when something waits to be published: the owner calls
    `publish(urgent)` soon, or after a moment."""

    def __init__(self, picture: Picture, stream: str, wake: Callable[[bool], None]) -> None:
        self.picture = picture
        self.viewers: set[Viewer] = set()
        self._stream = stream
        self._wake = wake
        self._number = 0
        self._tables: dict[str, dict[tuple[str, str], bytes]] = {}
        self._waiting: dict[bool, Changes] = {True: {}, False: {}}
        self._ring: deque[tuple[int, str, bytes]] = deque()
        self._ring_bytes = 0
        self._oldest = 1
        for place, entity in picture.entities.items():
            self._tables.setdefault(place[0], {})[place[1:]] = _encode(entity)

    # --- viewers ---

    def add(self, viewer: Viewer, time: float, since: int | None, stream: str) -> None:
        """Greets somebody new, or who comes back with the `stream` and number that they had."""
        viewer.topics = access.topics(viewer.who, self.picture.directory)
        self.viewers.add(viewer)
        back = since is not None and stream == self._stream_of(viewer) and since >= self._oldest - 1
        if not back or since is None or since > self._number:
            self._greet(viewer, time)
            return
        viewer.outbox.put(self._hello(viewer, since, time, b"null"), since)
        wanted = set(viewer.topics)
        missed = [(n, body) for n, topic, body in self._ring if n > since and topic in wanted]
        if missed:
            viewer.outbox.put(_frame([body for _, body in missed]), missed[-1][0])

    def remove(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)

    def moved(self, time: float) -> list[Viewer]:
        """The directory changed: who has other topics now starts anew on them. Gives those."""
        found = []
        for viewer in self.viewers:
            topics = access.topics(viewer.who, self.picture.directory)
            if topics != viewer.topics:
                viewer.topics = topics
                self._greet(viewer, time)
                found.append(viewer)
        return found

    def _greet(self, viewer: Viewer, time: float) -> None:
        found = [body for topic in viewer.topics for body in self._tables.get(topic, {}).values()]
        state = b"[" + b",".join(found) + b"]"
        viewer.outbox.put(self._hello(viewer, self._number, time, state), self._number, counts=False)

    def _hello(self, viewer: Viewer, number: int, time: float, state: bytes) -> str:
        stream = _encode(self._stream_of(viewer))
        head = b'{"type":"hello","stream":%b,"number":%d,"time":%b,"state":' % (stream, number, _encode(time))
        return (head + state + b"}").decode()

    def _stream_of(self, viewer: Viewer) -> str:
        """Other topics are another stream: what was missed on them is not known."""
        return f"{self._stream}-{zlib.crc32(' '.join(viewer.topics).encode()):08x}"

    # --- changes ---

    def change(self, changes: Changes) -> None:
        """What changed in the picture, to be published."""
        for place, entity in changes.items():
            self._waiting[access.urgent(place[0])][place] = entity
        for urgent, waiting in self._waiting.items():
            if waiting:
                self._wake(urgent)

    def publish(self, *, urgent: bool) -> list[Viewer]:
        """Number what waits and put it into the outboxes; gives those that now have something to send."""
        waiting, self._waiting[urgent] = self._waiting[urgent], {}
        by_topic: dict[str, list[bytes]] = {}
        numbers: dict[str, int] = {}
        for topic, kind, key in sorted(waiting):
            body = self._change(topic, kind, key, waiting[topic, kind, key])
            if body is not None:
                by_topic.setdefault(topic, []).append(body)
                numbers[topic] = self._number
        if not by_topic:
            return []
        return self._hand_out(by_topic, numbers)

    def _change(self, topic: str, kind: str, key: str, entity: object) -> bytes | None:
        table = self._tables.setdefault(topic, {})
        if entity is None:
            if table.pop((kind, key), None) is None:
                return None  # came and went before anybody saw it
            what = b'"drop":' + _encode(Key(kind=kind, id=key))  # type: ignore[arg-type]
        else:
            encoded = _encode(entity)
            if table.get((kind, key)) == encoded:
                return None
            table[kind, key] = encoded
            what = b'"put":' + encoded
        self._number += 1
        body = b'{"number":%d,%b}' % (self._number, what)
        self._ring.append((self._number, topic, body))
        self._ring_bytes += len(body)
        while len(self._ring) > KEPT or self._ring_bytes > KEPT_BYTES:
            number, _, old = self._ring.popleft()
            self._ring_bytes -= len(old)
            self._oldest = number + 1
        return body

    def _hand_out(self, by_topic: dict[str, list[bytes]], numbers: dict[str, int]) -> list[Viewer]:
        """One frame for all who have the same of these topics."""
        frames: dict[tuple[str, ...], str] = {}
        found = []
        for viewer in self.viewers:
            wanted = tuple(topic for topic in viewer.topics if topic in by_topic)
            if not wanted:
                continue
            if wanted not in frames:
                frames[wanted] = _frame(body for topic in wanted for body in by_topic[topic])
            viewer.outbox.put(frames[wanted], numbers[wanted[-1]])
            found.append(viewer)
        return found


def _frame(bodies: Iterable[bytes]) -> str:
    return (b'{"type":"events","events":[' + b",".join(bodies) + b"]}").decode()
