"""What can be played: built-in prompts by name and language, and files."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: the file it lies in and how long it takes, in seconds."""

    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """A built-in prompt ("busy", "digit-7") in a language."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A WAV file on this machine: an uploaded sound, a greeting, a message."""

    path: str


Sound = Spoken | Stored


class Sounds(Protocol):
    """The uploaded sounds of organisations."""

    def find(self, tenant: str, sound: str) -> Stored | None:
        """The file of a sound id; None while it is not here."""
