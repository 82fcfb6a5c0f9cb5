"""How often a PIN may be tried: wrong ones are counted over all calls."""

TRIES = 3
LOCK_AFTER = 10  # wrong PINs in a row
LOCK_SECONDS = 900.0
MAX_LOCKS = 10_000


class Locks:
    """Wrong PINs by what they are for: after LOCK_AFTER in a row it is shut for LOCK_SECONDS."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}

    def shut(self, key: str, now: float) -> bool:
        """Whether no PIN is taken for it now."""
        count, at = self._wrong.get(key, (0, 0.0))
        if count >= LOCK_AFTER and now - at >= LOCK_SECONDS:
            del self._wrong[key]
            return False
        return count >= LOCK_AFTER

    def wrong(self, key: str, now: float) -> None:
        if len(self._wrong) >= MAX_LOCKS:
            self._wrong.clear()
        self._wrong[key] = (self._wrong.get(key, (0, 0.0))[0] + 1, now)

    def right(self, key: str) -> None:
        self._wrong.pop(key, None)
