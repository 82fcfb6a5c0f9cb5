"""Spoken prompts and tones, made from config/prompts/*.toml into CENTRALE_HOME/prompts.

`<language>/<name>.wav`, `tones/<name>.wav` and `music/default.wav`; each language also has its own
`ringback.wav`. A manifest remembers what each file was made of, so only what changed is made again.
"""

import hashlib
import json
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.setup import audio, music
from config.setup.steps import ROOT, SetupError, say

TEXTS = ROOT / "config" / "prompts"
LANGUAGES = ("nl", "en")
# Part of every key: raise it when the way sound is made changes.
RECIPE = 1

Make = Callable[[], audio.Samples]


def ensure(folder: Path) -> int:
    """Makes what is missing or changed below `folder`; returns how many files it made.

    Raises SetupError when espeak-ng is missing or fails."""
    manifest = folder / "manifest.json"
    known = load(manifest)
    made = 0
    for name, key, make in plan():
        if known.get(name) == key and (folder / name).is_file():
            continue
        if not made:
            say("==> Making prompts and tones (a few seconds)")
        audio.write(folder / name, make())
        known[name] = key
        made += 1
    if made:
        temporary = manifest.with_suffix(".part")
        temporary.write_text(json.dumps(known, indent=1, sort_keys=True))
        temporary.replace(manifest)
    return made


def load(manifest: Path) -> dict[str, str]:
    """What each file was made of; nothing when the manifest is missing or broken."""
    try:
        known = json.loads(manifest.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def plan() -> Iterator[tuple[str, str, Make]]:
    """Every file that should be there: its name, the key of what it is made of, and how to make it."""
    tones = tomllib.loads((TEXTS / "tones.toml").read_text())
    for name, shape in tones.items():
        yield f"tones/{name}.wav", key(shape), player(shape)
    yield "music/default.wav", key("music", music.RECIPE), music.default
    for language in LANGUAGES:
        source = tomllib.loads((TEXTS / f"{language}.toml").read_text())
        voice, speed = source["voice"], source["words_per_minute"]
        for name, text in source["texts"].items():
            yield f"{language}/{name}.wav", key(voice, speed, text), speaker(voice, speed, text)
        for name, tone in source["tones"].items():
            yield f"{language}/{name}.wav", key(tones[tone]), player(tones[tone])


def key(*parts: Any) -> str:
    return hashlib.sha256(json.dumps([RECIPE, *parts]).encode()).hexdigest()


def player(shape: dict[str, Any]) -> Make:
    """Makes one round of a tone of tones.toml."""
    return lambda: audio.tone(shape["hertz"], shape["cadence"])


def speaker(voice: str, speed: int, text: str) -> Make:
    """Speaks `text` with espeak-ng, at 16 kHz and -20 dBov, without long silence around it."""

    def make() -> audio.Samples:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "spoken.wav"
            command = ["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(path), text]
            try:
                subprocess.run(command, check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError) as error:
                raise SetupError(f"espeak-ng could not speak a prompt: {error}.") from error
            samples, rate = audio.read(path)
        return audio.normalise(audio.trim(audio.resample(samples, rate)))

    return make
