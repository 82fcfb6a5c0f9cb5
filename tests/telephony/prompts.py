"""Was it this prompt that a phone heard, whole and alone?"""

from pathlib import Path

from tests.phones.audio import Samples, read_growing_wav
from tests.phones.base import BasePhone
from tests.running import RunningCore
from tests.telephony.words import ALIKE_OF_ALL, BETTER, Heard, sounding_s

#: What is said when a call ends before anybody answers.
ENDS = ("busy", "declined", "no_answer", "failed", "not_registered", "unknown_number")
MISSING_S = 0.3
MORE_S = 0.5  # a phone fills the gaps that a busy machine makes with a bit of what came before


def prompt_file(core: RunningCore, name: str, language: str) -> tuple[Samples, int]:
    """Samples and rate of one prompt."""
    return read_growing_wav(Path(core.home) / "prompts" / language / f"{name}.wav")


def assert_heard_prompt(phone: BasePhone, core: RunningCore, name: str, language: str = "en") -> None:
    """Fail unless what the phone heard is this prompt, whole, and no other."""
    heard, rate = phone.heard()
    assert rate, f"{phone} heard nothing"
    prompt, prompt_rate = prompt_file(core, name, language)
    ready = Heard(heard, rate)
    alike = ready.likeness(prompt, prompt_rate)
    assert alike > ALIKE_OF_ALL, f"{phone}: likeness of what it heard to {language}/{name} is {alike:.2f}"
    for other in {(way, end) for way in ("en", "nl") for end in ENDS} - {(language, name)}:
        rival = ready.likeness(*prompt_file(core, other[1], other[0]))
        assert alike > rival + BETTER, f"{phone}: {name} {alike:.2f} but {'/'.join(other)} {rival:.2f}"
    missing = sounding_s(prompt, prompt_rate) - sounding_s(heard, rate)
    assert -MORE_S < missing < MISSING_S, f"{phone}: {missing:.2f} s of {language}/{name} are missing"
