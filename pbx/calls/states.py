"""What users set (status, forwards, do not disturb, caller ID), whoever set it: a phone, the web, the
clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import msgspec

from pbx.control.commands import SetState
from pbx.control.configuration import StatusConfig
from pbx.control.messages import ExtensionState
from pbx.directory import Tenant

MAX_AHEAD = 400 * 86400  # seconds that an end may lie ahead


class StateError(ValueError):
    """It cannot be set so; `field` is the member to blame."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class States:
    """The state of each extension that has one. `keep` is told of each change and makes it last."""

    def __init__(self, keep: Callable[[ExtensionState], None]) -> None:
        self._keep = keep
        self._states: dict[tuple[str, str], ExtensionState] = {}
        self._ends: dict[tuple[str, str], float] = {}

    def load(self, states: Iterable[ExtensionState]) -> None:
        """Those of before a restart."""
        for state in states:
            self._put(state)

    def of(self, tenant: str, extension: str) -> ExtensionState:
        """As it is now; one with nothing set when nobody set anything."""
        found = self._states.get((tenant, extension))
        return found or ExtensionState(tenant=tenant, extension=extension)

    def all(self, tenant: str | None = None) -> list[ExtensionState]:
        """Every state that was ever set (of one organisation)."""
        return [state for key, state in sorted(self._states.items()) if tenant in (None, key[0])]

    def set(self, tenant: Tenant, extension: str, wish: SetState, now: float) -> ExtensionState:
        """Change what the wish names. Raises StateError for what the organisation does not have."""
        before = self.of(tenant.id, extension)
        given = {
            name: value
            for name in SetState.__dataclass_fields__
            if (value := getattr(wish, name)) is not msgspec.UNSET
        }
        check(tenant, extension, given, now)
        if "status" in given:
            status = tenant.status(given["status"])
            if status is not None and status.default:
                given["status"] = None
            given.setdefault("until", None)
            given.setdefault("note", "")
        after = replace(before, **given, changed_at=now)
        if replace(after, changed_at=before.changed_at) == before:
            return before
        self._put(after)
        self._keep(after)
        return after

    def tick(self, now: float) -> list[ExtensionState]:
        """Let temporary statuses end whose moment has come."""
        due = [key for key, end in self._ends.items() if end <= now]
        changed = []
        for key in due:
            after = replace(self._states[key], status=None, note="", until=None, changed_at=now)
            self._put(after)
            self._keep(after)
            changed.append(after)
        return changed

    def next_end(self) -> float | None:
        """When the next temporary status ends, in Unix seconds."""
        return min(self._ends.values(), default=None)

    def forget(self, tenant: str) -> list[ExtensionState]:
        """The organisation is gone; gives what was forgotten."""
        gone = [key for key in self._states if key[0] == tenant]
        for key in gone:
            self._ends.pop(key, None)
        return [self._states.pop(key) for key in gone]

    def _put(self, state: ExtensionState) -> None:
        key = (state.tenant, state.extension)
        self._states[key] = state
        if state.until is None:
            self._ends.pop(key, None)
        else:
            self._ends[key] = state.until


def status_of(tenant: Tenant, state: ExtensionState) -> StatusConfig | None:
    """The status that a state means: its own, else the organisation's default one, if there is any."""
    return tenant.status(state.status) or tenant.default_status


def check(tenant: Tenant, extension: str, given: Mapping[str, object], now: float) -> None:
    """Whether an extension may be set so. Raises StateError."""
    config = tenant.extension(extension)
    if config is None:
        raise StateError("extension", f"There is no extension {extension} in this organisation.")
    status = given.get("status")
    if status is not None and tenant.status(str(status)) is None:
        raise StateError("status", "There is no such status in this organisation.")
    until = given.get("until")
    if isinstance(until, int | float) and not now < until <= now + MAX_AHEAD:
        raise StateError("until", "The end of a status must lie in the future.")
    chosen = given.get("caller_id")
    if chosen is not None and chosen not in config.caller_ids:
        raise StateError("caller_id", "This caller ID is not among those that this extension may show.")
    for name in ("forward_all", "forward_busy", "forward_no_answer"):
        number = given.get(name)
        if number is not None and not _dialable(str(number)):
            raise StateError(name, "Give a number to forward to, or voicemail.")
        if number == extension:
            raise StateError(name, "An extension cannot forward to itself.")


def _dialable(number: str) -> bool:
    return number == "voicemail" or (
        0 < len(number) <= 32 and number.lstrip("+").replace("*", "").replace("#", "").isalnum()
    )
