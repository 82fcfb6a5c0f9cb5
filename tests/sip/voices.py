"""Many phones' audio in one process: plain RTP with G.711 A-law, sent and heard by one thread in step."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

import numpy as np
import pbx_native

from pbx.ports import Answer, IncomingCall, LegAnswered
from tests.phones import net
from tests.phones.audio import NOTHING, Samples, frame_levels, sine
from tests.phones.raw import RawSip
from tests.running import eventually
from tests.sip.edge import Dialog, Edge, Phone

RATE = 8000
FRAME = 160
LEVEL = -20.0  # dBov of tones
T = TypeVar("T")


def _decoded() -> Samples:
    """The 256 values of A-law (ITU-T G.711)."""
    values = []
    for code in range(256):
        bits = code ^ 0x55
        exponent, mantissa = bits >> 4 & 7, bits & 15
        size = (mantissa << 4) + 8 if not exponent else (mantissa << 4) + 0x108 << exponent - 1
        values.append(size if bits & 0x80 else -size)
    return np.array(values, np.int16)


DECODED = _decoded()
_ORDER = np.argsort(DECODED)
_MIDDLES = (DECODED[_ORDER][1:].astype(int) + DECODED[_ORDER][:-1]) / 2


def encoded(samples: Samples) -> bytes:
    """As A-law."""
    codes: bytes = _ORDER[np.searchsorted(_MIDDLES, samples)].astype(np.uint8).tobytes()
    return codes


@dataclass
class Voice:
    """One phone's audio: sends a tone (0: silence, None: nothing at all) and keeps what comes."""

    leg: str
    dialog: Dialog
    socket: socket.socket
    peer: tuple[str, int]
    hz: float | None = 0.0
    sequence: int = 0
    received: list[bytes] = field(default_factory=list)

    def send(self, tick: int) -> None:
        if self.hz is None:
            return
        # Each tone is a whole number of hertz: a second of it has no seam.
        second = _second(self.hz)
        at = tick % 50 * FRAME
        header = struct.pack(
            "!BBHII", 0x80, 8, self.sequence & 0xFFFF, tick * FRAME & 0xFFFFFFFF, id(self) & 0xFFFFFF
        )
        self.sequence += 1
        self.socket.sendto(header + second[at : at + FRAME], self.peer)

    def receive(self) -> None:
        while True:
            try:
                packet = self.socket.recv(2048)
            except BlockingIOError:
                return
            if packet[1] & 0x7F == 8:
                self.received.append(packet[12:])

    def heard(self, last_s: float | None = None) -> Samples:
        """What came, or the end of it."""
        packets = self.received[-int(last_s * 50) :] if last_s else self.received[:]
        return DECODED[np.frombuffer(b"".join(packets), np.uint8)] if packets else NOTHING

    def level(self, hz: float, last_s: float = 0.5) -> float:
        """Median level in dBov of a tone in what was heard last."""
        levels = frame_levels(self.heard(last_s), RATE, hz)
        return float(np.median(levels)) if len(levels) else -120.0

    async def hears(self, *tones: float, not_hz: tuple[float, ...] = ()) -> None:
        """Wait until all these tones are heard at their level and none of the others."""

        def right() -> bool:
            there = all(abs(self.level(hz) - LEVEL) < 1.5 for hz in tones)
            return there and all(self.level(hz) < -45 for hz in not_hz)

        try:
            await eventually(right, 15)
        except AssertionError:
            levels = {hz: round(self.level(hz)) for hz in (*tones, *not_hz)}
            raise AssertionError(f"wanted {tones} without {not_hz}, heard {levels}") from None

    def forget(self) -> None:
        """Begin to listen anew."""
        self.received.clear()


_seconds: dict[float, bytes] = {}


def _second(hz: float) -> bytes:
    if hz not in _seconds:
        _seconds[hz] = encoded(sine(hz, 1, RATE, LEVEL)) if hz else encoded(np.zeros(RATE, np.int16))
    return _seconds[hz]


class Voices:
    """All voices of a test, whose signalling is one socket's. Use as a context manager."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.all: list[Voice] = []
        self._raw: RawSip | None = None
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop = True
        self._thread.join()
        for voice in self.all:
            voice.socket.close()

    async def call(self, user: str, hz: float | None = 0.0, tenant: str = "a.test") -> Voice:
        """A phone calls, we answer, and it says `hz`."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((net.LOOPBACK, 0))
        made.setblocking(False)
        if self._raw is None:
            self._raw = (await self.edge.phone(user)).raw
        phone = Phone(self.edge, self._raw, user, tenant, made.getsockname()[1])
        one_codec = phone.raw.sdp(phone.rtp_port).replace(b"AVP 8 0 101", b"AVP 8 101")
        dialog = await phone.invite("102", body=one_codec)
        leg = (await self.edge.event(IncomingCall)).leg
        self.edge.stack.submit(Answer(leg=leg, number="102", name="Desk", domain=tenant))
        answer = await dialog.answered()
        await self.edge.event(LegAnswered, lambda event: event.leg == leg)
        port = re.search(rb"m=audio (\d+)", answer.body)
        assert port
        voice = Voice(leg, dialog, made, (net.LOOPBACK, int(port.group(1))), hz)
        self.all = [*self.all, voice]
        return voice

    def _run(self) -> None:
        tick, begun = 0, time.monotonic()
        while not self._stop:
            tick += 1
            time.sleep(max(0.0, begun + tick * 0.02 - time.monotonic()))
            voices = self.all
            for voice in voices:
                voice.send(tick)
            for voice in voices:
                voice.receive()


async def on_stack(edge: Edge, action: Callable[[], T]) -> T:
    """What a function returns on the PJSIP thread."""
    answers: list[T] = []
    edge.stack._do(lambda: answers.append(action()))
    await eventually(lambda: answers, 5, "answer of the PJSIP thread")
    return answers[0]


async def counts(edge: Edge) -> tuple[int, int, int]:
    """Calls, rooms and recordings that the audio bridge knows."""
    return await on_stack(edge, pbx_native.audio_counts)
