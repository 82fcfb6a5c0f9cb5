"""Which words did a phone hear, and in which order?"""

from pathlib import Path

from tests.phones.base import BasePhone, PhoneError
from tests.telephony.office import Office
from tests.telephony.prompts import prompt_file
from tests.telephony.words import Heard

BEGINNING_S = 2.8  # of a prompt: enough to know it by
WAIT_S = 25.0
DIGITS = [f"digit_{digit}" for digit in range(10)]


def said(office: Office, phone: BasePhone, *names: str, language: str = "en", after: float = 0.0) -> bool:
    """Whether the phone heard these prompts after that many seconds of its call, in this order."""
    samples, rate = phone.heard()
    samples = samples[int(after * rate) :]
    if not len(samples):
        return False
    heard, at = Heard(samples, rate), 0.0
    for name in names:
        others = [prompt_file(office.core, digit, language) for digit in DIGITS if digit != name]
        file = prompt_file(office.core, name, language)
        begins = heard.begins(*file, BEGINNING_S, others if name in DIGITS else ())
        found = [each for each in begins if each >= at]
        if not found:
            return False
        at = found[0]
    return True


async def hears(
    office: Office, phone: BasePhone, *names: str, language: str = "en", after: float = 0.0
) -> None:
    """Wait until the phone has heard these prompts, in this order."""
    try:
        await phone.until(
            lambda: said(office, phone, *names, language=language, after=after),
            f"{'+'.join(names)} in {language}",
            WAIT_S,
            poll=0.25,
        )
    except PhoneError as error:
        instead = ", ".join(all_said(office, phone, language, after))
        raise PhoneError(f"heard after {after:.1f} s: {instead}\n{error}") from None


def all_said(office: Office, phone: BasePhone, language: str, after: float) -> list[str]:
    """Every prompt that the phone heard after that many seconds, with its place in them."""
    samples, rate = phone.heard()
    heard = Heard(samples[int(after * rate) :], rate)
    names = [file.stem for file in (Path(office.core.home) / "prompts" / language).glob("*.wav")]
    files = {name: prompt_file(office.core, name, language) for name in names}
    found = [(at, name) for name in names for at in heard.begins(*files[name], BEGINNING_S)]
    return [f"{name} at {at:.1f}" for at, name in sorted(found)]


def so_far(phone: BasePhone) -> float:
    """Seconds of its call that the phone has recorded: for `after`."""
    heard, rate = phone.heard()
    return len(heard) / rate if rate else 0.0
