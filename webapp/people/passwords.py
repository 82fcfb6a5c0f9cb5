"""The rules for passwords, the same for everyone, in words that say what is missing."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LENGTH, LONGEST = 8, 256

Rule = tuple[str, Promise | str, Callable[[str], bool]]

# Code, sentence, whether a password keeps to it.
RULES: tuple[Rule, ...] = (
    ("length", _("At least 8 characters."), lambda text: LENGTH <= len(text) <= LONGEST),
    ("upper", _("At least one capital letter."), lambda text: any(sign.isupper() for sign in text)),
    ("lower", _("At least one small letter."), lambda text: any(sign.islower() for sign in text)),
    ("digit", _("At least one digit."), lambda text: any(sign.isdecimal() for sign in text)),
)
OTHERS = _("Not a password that many people use, and not like your name or e-mail address.")


class Rules:
    """Django password validator: one sentence for each rule that is not kept."""

    def validate(self, password: str, user: Any = None) -> None:
        broken = [ValidationError(str(text), code=code) for code, text, kept in RULES if not kept(password)]
        if broken:
            raise ValidationError(broken)

    def get_help_text(self) -> str:
        return " ".join(str(text) for _code, text, _kept in RULES)


def told() -> list[dict[str, str]]:
    """All rules, for a screen: `{"code", "text"}`; `others` is what cannot be checked while typing."""
    rules = [{"code": code, "text": str(text)} for code, text, _kept in RULES]
    return [*rules, {"code": "others", "text": str(OTHERS)}]
