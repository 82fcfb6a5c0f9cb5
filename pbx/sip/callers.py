"""What an INVITE from a provider says of the caller and of the number called (RFC 3323, RFC 3325)."""

from dataclasses import dataclass
from typing import Literal

from pbx.ports import Request
from pbx.sip import names

NumberIn = Literal["uri", "to", "p-called-party-id"]


@dataclass(frozen=True, slots=True)
class Shown:
    """Who calls; both "" when `private`."""

    number: str
    name: str
    private: bool


def shown(request: Request) -> Shown:
    """The caller as the provider vouches for it (P-Asserted-Identity), else as From says."""
    privacy = {
        word.strip().lower() for value in request.header("Privacy")[:4] for word in value[:100].split(";")
    }
    anonymous = request.from_host.lower() == "anonymous.invalid" or request.from_user.lower() == "anonymous"
    if anonymous or privacy & {"id", "user", "full", "header"}:
        return Shown("", "", private=True)
    for value in request.header("P-Asserted-Identity")[:4]:
        name, text = names.named(value)
        uri = names.uri(text)
        if uri is not None and uri.user:
            return Shown(uri.user, _printable(name), private=False)
    number = request.from_user.partition(";")[0][: names.MOST]
    return Shown(_printable(number), _printable(request.from_display), private=False)


def called(request: Request, number_in: NumberIn) -> str:
    """The number called, from where this provider puts it; the Request-URI when it is not there."""
    number = ""
    if number_in == "to":
        number = request.to_user
    elif number_in == "p-called-party-id":
        values = request.header("P-Called-Party-ID")
        uri = names.uri(names.named(values[0])[1]) if values else None
        number = uri.user if uri is not None else ""
    return (number or request.uri_user).partition(";")[0]


def _printable(text: str) -> str:
    return "".join(char for char in text[: names.MOST] if char.isprintable())
