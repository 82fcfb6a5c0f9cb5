"""Prompts on disk: CENTRALE_HOME/prompts/<language>/<name>.wav, read once, played by PJSIP."""

import wave
from pathlib import Path

import structlog

from pbx.ports import Prompt

log = structlog.get_logger("pbx.prompts")


class Prompts:
    """All prompts of the node, by language and name."""

    def __init__(self, folder: Path) -> None:
        self._prompts: dict[tuple[str, str], Prompt] = {}
        for path in sorted(folder.glob("*/*.wav")):
            try:
                with wave.open(str(path), "rb") as audio:
                    seconds = audio.getnframes() / audio.getframerate()
            except (wave.Error, EOFError, ZeroDivisionError) as error:
                log.warning("prompt.unreadable", path=str(path), error=str(error))
                continue
            self._prompts[path.parent.name, path.stem] = Prompt(str(path), seconds)

    def find(self, name: str, language: str) -> Prompt | None:
        """The prompt in that language, else in English, else None."""
        return self._prompts.get((language, name)) or self._prompts.get(("en", name))
