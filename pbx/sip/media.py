"""Who hears what: bridges between legs and prompts to them, kept as wishes that survive a re-INVITE."""

import heapq
import itertools
from collections.abc import Callable

import pbx_native
import pjsua2 as pj

from pbx.sip.leg import SipLeg


class Patchbay:
    """The wanted connections of each leg. A leg whose media is not there yet, or is made anew by a re-INVITE,
    is connected when `refresh` sees it.

    Two legs that hear nothing but each other are joined past the conference bridge, which costs a fraction;
    everything else is mixed in it."""

    def __init__(self, find: Callable[[str], SipLeg | None]) -> None:
        self._find = find
        self._peers: dict[str, set[str]] = {}
        self._players: dict[str, pj.AudioMediaPlayer] = {}

    def bridge(self, a: str, b: str) -> None:
        """Two legs hear each other, now or as soon as both have media."""
        for leg, peer in ((a, b), (b, a)):
            peers = self._peers.setdefault(leg, set())
            for other in peers:
                self._mix(leg, other)
            peers.add(peer)
        self._connect(a, b)

    def unbridge(self, a: str, b: str) -> None:
        """They no longer do."""
        self._peers.get(a, set()).discard(b)
        self._peers.get(b, set()).discard(a)
        self._part(a)
        first, second = self._audio(a), self._audio(b)
        if first is not None and second is not None:
            first.stopTransmit(second)
            second.stopTransmit(first)

    def play(self, leg: str, path: str, loop: bool) -> None:
        """Play a file to a leg now, or as soon as it has media. Raises pj.Error if it cannot be read."""
        self.stop(leg)
        player = pj.AudioMediaPlayer()
        player.createPlayer(path, 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        for peer in self._peers.get(leg, ()):
            self._mix(leg, peer)
        self._players[leg] = player
        self._start(leg)

    def stop(self, leg: str) -> None:
        """Stop what plays to the leg, if anything."""
        if self._players.pop(leg, None) is not None:
            for peer in self._peers.get(leg, ()):
                self._connect(leg, peer)

    def refresh(self, leg: str) -> None:
        """The media of the leg was made or made anew: connect what is wanted."""
        for peer in self._peers.get(leg, ()):
            self._connect(leg, peer)
        if leg in self._players:
            self._start(leg)

    def forget(self, leg: str) -> None:
        """The leg is gone; PJSIP has dropped its port and with it its connections."""
        self._players.pop(leg, None)
        for peer in self._peers.pop(leg, ()):
            self._peers[peer].discard(leg)
            if not self._peers[peer]:
                del self._peers[peer]

    @property
    def size(self) -> int:
        """Legs with bridges or players, for leak checks."""
        return len(self._peers) + len(self._players)

    def _alone(self, a: str, b: str) -> bool:
        """Whether these two hear nothing but each other."""
        plain = self._peers.get(a) == {b} and self._peers.get(b) == {a}
        return plain and a not in self._players and b not in self._players

    def _connect(self, a: str, b: str) -> None:
        first, second = self._find(a), self._find(b)
        if first is None or second is None or not (first.has_media and second.has_media):
            return
        if not (self._alone(a, b) and pbx_native.join(first.getId(), second.getId())):
            self._mix(a, b)

    def _mix(self, a: str, b: str) -> None:
        """Connect two legs in the conference bridge."""
        self._part(a)
        first, second = self._audio(a), self._audio(b)
        if first is not None and second is not None:
            first.startTransmit(second)
            second.startTransmit(first)

    def _part(self, leg: str) -> None:
        if found := self._find(leg):
            pbx_native.part(found.getId())

    def _start(self, leg: str) -> None:
        audio = self._audio(leg)
        if audio is not None:
            self._players[leg].startTransmit(audio)

    def _audio(self, leg: str) -> pj.AudioMedia | None:
        found = self._find(leg)
        if found is None or not found.has_media:
            return None
        try:
            return found.getAudioMedia(-1)
        except pj.Error:
            return None  # media negotiated away, or held with no direction left


class Agenda:
    """What the PJSIP thread has to do later: (when, what), run by `run_due`."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do `action` at monotonic time `when`, in seconds."""
        heapq.heappush(self._heap, (when, next(self._order), action))

    def run_due(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
