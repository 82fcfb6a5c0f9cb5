"""Recordings: which run, and what becomes of them."""

from collections.abc import Callable
from typing import Literal, cast

import pbx_native
import structlog

from pbx.ports import ChangeRecording, RecordingEnded, StartRecording

log = structlog.get_logger("pbx.recording")

Reason = Literal["stopped", "silence", "longest", "largest", "gone", "failed"]
Sides = tuple[tuple[str, ...], ...]


class Recordings:
    """Recordings by id. `find` gives the PJSIP call of a leg, None when it is gone."""

    def __init__(self, find: Callable[[str], int | None], post: Callable[[RecordingEnded], None]) -> None:
        self._find = find
        self._post = post
        self._calls: dict[str, str] = {}

    def start(self, command: StartRecording) -> None:
        """Begin a file. What cannot begin ends at once."""
        sides = self._sides(command.sides)
        limits = command.max_seconds, command.max_bytes, command.silence_seconds
        if not any(sides):
            self._tell(command.call, command.recording, 0.0, 0, "gone")
            return
        try:
            pbx_native.start_recording(command.recording, command.path, sides, *limits)
        except ValueError as error:
            log.error("recording.refused", recording=command.recording, error=str(error))
            self._tell(command.call, command.recording, 0.0, 0, "failed")
        else:
            self._calls[command.recording] = command.call

    def change(self, command: ChangeRecording) -> None:
        pbx_native.change_recording(command.recording, command.paused, self._sides(command.sides))

    def stop(self, recording: str) -> None:
        pbx_native.stop_recording(recording)

    def over(self, recording: str, seconds: float, size: int, reason: str) -> None:
        """The file is closed and on disk."""
        if reason == "failed":
            log.error("recording.failed", recording=recording, seconds=seconds)
        self._tell(self._calls.pop(recording), recording, seconds, size, reason)

    def _tell(self, call: str, recording: str, seconds: float, size: int, reason: str) -> None:
        self._post(
            RecordingEnded(
                call=call, recording=recording, seconds=seconds, bytes=size, reason=cast(Reason, reason)
            )
        )

    @property
    def size(self) -> int:
        """Recordings that run."""
        return len(self._calls)

    def _sides(self, sides: Sides) -> list[list[int]]:
        found = [[self._find(leg) for leg in side] for side in sides]
        return [[call for call in side if call is not None] for side in found]
