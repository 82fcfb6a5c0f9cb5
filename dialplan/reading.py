"""Reading JSON that nobody has checked: bounded, typed, FlowError with the place for all that is wrong."""

import re
from collections.abc import Collection
from typing import Any

from dialplan.errors import FlowError

MAX_NAME = 200
MAX_SHOWN = 64

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NUMBER = re.compile(r"[0-9A-Za-z*#+._-]{1,32}")
_MISSING: Any = object()


def is_id(text: object) -> bool:
    """Whether this may name a flow, node, device, group, mailbox, sound, queue or calendar."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def is_number(text: object) -> bool:
    """Whether this may be a number: as dialled, or E.164."""
    return isinstance(text, str) and _NUMBER.fullmatch(text) is not None


class Fields:
    """The members of one JSON object, each read once by name; `end` refuses those that nobody asked for, so
    that a typing mistake never loses a part in silence."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise FlowError(path, "An object is expected.")
        self._data = data
        self._path = path
        self._read: set[object] = set()

    def at(self, name: str) -> str:
        """The path of a member. Names that nobody can read, or that are very long, are told in short."""
        name = name[:MAX_SHOWN] if name.isprintable() else ascii(name)[:MAX_SHOWN]
        return f"{self._path}.{name}" if self._path else name

    def error(self, name: str, problem: str) -> FlowError:
        """A FlowError about a member."""
        return FlowError(self.at(name), problem)

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self._data.get(name) is not None

    def names(self) -> list[str]:
        """The names of all members. Raises FlowError for one that is not text."""
        for name in self._data:
            if not isinstance(name, str):
                raise FlowError(self._path, "Names of fields are text.")
        return [*self._data]

    def raw(self, name: str, default: Any = _MISSING) -> Any:
        """The member as it is. Null counts as absent."""
        self._read.add(name)
        value = self._data.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            raise self.error(name, "This field is missing.")
        return default

    def text(self, name: str, longest: int = MAX_NAME, default: Any = _MISSING) -> str:
        """Printable text on one line."""
        value = self.raw(name, default)
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise self.error(name, f"Text on one line of at most {longest} characters is expected.")
        return value

    def id(self, name: str) -> str:
        value = self.raw(name)
        if not is_id(value):
            raise self.error(name, "An id of 1 to 64 letters, digits or any of '_.:-' is expected.")
        return str(value)

    def optional_id(self, name: str) -> str | None:
        return self.id(name) if self.has(name) else self.raw(name, None)

    def number(self, name: str) -> str:
        """A telephone number."""
        value = self.raw(name)
        if not is_number(value):
            raise self.error(name, "A number of 1 to 32 digits, letters or any of '*#+._-' is expected.")
        return str(value)

    def seconds(self, name: str, least: float, most: float, default: Any = _MISSING) -> float:
        value = self.raw(name, default)
        problem = f"A number of seconds from {least:g} to {most:g} is expected."
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(name, problem)
        return float(value)

    def whole(self, name: str, least: int, most: int, default: Any = _MISSING) -> int:
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(name, f"A whole number from {least} to {most} is expected.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise self.error(name, "True or false is expected.")
        return value

    def choice(self, name: str, choices: Collection[str], default: Any = _MISSING) -> Any:
        value = self.raw(name, default)
        if not isinstance(value, str) or value not in choices:
            raise self.error(name, f"One of {', '.join(choices)} is expected.")
        return value

    def entries(self, name: str, longest: int, default: Any = _MISSING) -> list[Any]:
        value = self.raw(name, default)
        if not isinstance(value, list | tuple):
            raise self.error(name, "A list is expected.")
        if len(value) > longest:
            raise self.error(name, f"At most {longest} entries are allowed.")
        return [*value]

    def objects(self, name: str, longest: int, default: Any = _MISSING) -> list["Fields"]:
        """A list of objects, each to be read."""
        found = self.entries(name, longest, default)
        return [Fields(entry, f"{self.at(name)}[{index}]") for index, entry in enumerate(found)]

    def end(self) -> None:
        """Refuse what was not read. Raises FlowError."""
        for name in self.names():
            if name not in self._read:
                raise self.error(name, "There is no such field.")


def plain(seconds: float) -> float | int:
    """Seconds for JSON: whole ones without a fraction."""
    return int(seconds) if seconds.is_integer() else seconds
