"""Prompts to legs: which files they are, and when a row of them is over."""

import itertools
from collections.abc import Callable, Sequence

import pbx_native
import structlog

from pbx.ports import Prompt, PromptEnded, Sound, Spoken

log = structlog.get_logger("pbx.playing")

FindPrompt = Callable[[str, str], Prompt | None]


class Player:
    """What plays to which leg. `find_prompt` gives the built-in prompt of a name and language."""

    def __init__(self, find_prompt: FindPrompt, post: Callable[[PromptEnded], None]) -> None:
        self._find_prompt = find_prompt
        self._post = post
        self._tokens = itertools.count(1)
        self._playing: dict[str, int] = {}
        self._legs: dict[int, str] = {}

    def paths(self, sounds: Sequence[Sound]) -> list[str]:
        """The files of sounds, without those that are missing."""
        found = [self._path(sound) for sound in sounds]
        return [path for path in found if path is not None]

    def _path(self, sound: Sound) -> str | None:
        if not isinstance(sound, Spoken):
            return sound.path
        prompt = self._find_prompt(sound.name, sound.language)
        if prompt is None:
            log.warning("prompt.missing", name=sound.name, language=sound.language)
        return prompt.path if prompt else None

    def play(self, leg: str, call: int, sounds: Sequence[Sound], *, loop: bool) -> None:
        """Play a row to a leg now, or as soon as it has media. What cannot be played is left out."""
        self.stop(leg, call)
        paths = self.paths(sounds)
        if not paths:
            self._post(PromptEnded(leg=leg))
            return
        token = next(self._tokens)
        self._playing[leg] = token
        self._legs[token] = leg
        pbx_native.play(call, token, paths, loop)

    def stop(self, leg: str, call: int) -> None:
        """Stop at once what plays to the leg, if anything; nothing is said of its end."""
        if (token := self._playing.pop(leg, None)) is not None:
            del self._legs[token]
            pbx_native.stop_playing(call)

    def over(self, token: int) -> None:
        """The row of this number is over; one that was stopped meanwhile is known no more."""
        if (leg := self._legs.pop(token, None)) is not None:
            del self._playing[leg]
            self._post(PromptEnded(leg=leg))

    def forget(self, leg: str) -> None:
        """The leg is gone, and with it what played."""
        if (token := self._playing.pop(leg, None)) is not None:
            del self._legs[token]

    @property
    def size(self) -> int:
        """Legs to which something plays."""
        return len(self._playing)
