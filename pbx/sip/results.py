"""Who waits for the final answer to a request of our own."""

import itertools
from collections.abc import Callable

Answered = Callable[[int], None]


class Results:
    """Tokens that the native module gives back with the answer. PJSIP thread only."""

    def __init__(self) -> None:
        self._tokens = itertools.count(1)
        self._waiting: dict[int, Answered] = {}

    def expect(self, answered: Answered) -> int:
        """A token to send the request under; `answered` gets the final code, 408 when nothing came, 503 when
        it could not be sent."""
        token = next(self._tokens)
        self._waiting[token] = answered
        return token

    def forget(self, token: int) -> None:
        """Nobody waits any more."""
        self._waiting.pop(token, None)

    def arrived(self, token: int, code: int, _reason: str) -> None:
        """The native module's on_result."""
        answered = self._waiting.pop(token, None)
        if answered is not None:
            answered(code)
