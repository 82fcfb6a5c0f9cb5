"""Whose turn it is: round robin and longest idle, over calls. Lost at a restart, which only begins anew."""

from collections.abc import Sequence

MAX_PLACES = 10_000


class Turns:
    """Where each round robin stands, and when each extension last talked."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str], int] = {}
        self._talked: dict[tuple[str, str], float] = {}

    def rotate(self, tenant: str, place: str, names: Sequence[str]) -> list[str]:
        """The names in this turn's order; the next turn at this place begins with the second of them."""
        if not names:
            return []
        start = self._next.get((tenant, place), 0) % len(names)
        if len(self._next) >= MAX_PLACES:
            self._next.clear()
        self._next[tenant, place] = start + 1
        return [*names[start:], *names[:start]]

    def longest_idle(self, tenant: str, extensions: Sequence[str]) -> list[str]:
        """Who talked longest ago first; in the given order among those who never did."""
        return sorted(extensions, key=lambda extension: self._talked.get((tenant, extension), 0.0))

    def talked(self, tenant: str, extension: str, now: float) -> None:
        """A call of the extension ended."""
        if len(self._talked) >= MAX_PLACES * 10:
            self._talked.clear()
        self._talked[tenant, extension] = now
