"""The demo organisation: ten extensions with a phone each, four people, a token. Safe to run again and
again."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from webapp.extensions.actions import renew_secret, save_device, save_extension
from webapp.extensions.credentials import digests, new_secret
from webapp.extensions.models import Device, Extension
from webapp.home import demo_office
from webapp.link import addresses
from webapp.organisations.actions import create_organisation
from webapp.organisations.models import Organisation
from webapp.organisations.owned_actions import save_owned
from webapp.organisations.roles import Role
from webapp.people.actions import TOKEN_PREFIX, digest_of, keep_token
from webapp.people.models import ApiToken, User
from webapp.voicemail.models import Mailbox

NAME = "Demo"
EXTENSIONS = {
    "101": "Reception",
    "102": "Sales 1",
    "103": "Sales 2",
    "104": "Support 1",
    "105": "Support 2",
    "106": "Support 3",
    "107": "Warehouse",
    "108": "Workshop",
    "109": "Office manager",
    "110": "Meeting room",
}
# Who signs in, and with which extension.
PEOPLE = {
    Role.ADMIN: "109",
    Role.SUPERVISOR: "104",
    Role.AGENT: "101",
    Role.USER: "102",
}
TOKEN_NAME = "demo"  # noqa: S105


def prepare() -> dict[str, Any]:
    """Make or mend the demo and describe it, in the form that `manage.py demo --json` prints.

    The same is kept in the data folder (mode 0600), because the database holds digests only. Someone who
    renewed a secret by hand gets the kept one back.
    """
    path = settings.HOME / "demo.json"
    kept = _Kept.read(path)
    with transaction.atomic():
        organisation = Organisation.objects.filter(name=NAME).first() or create_organisation(
            name=NAME, domain=settings.CENTRALE.demo_domain, language="en", time_zone="Europe/Amsterdam"
        )
        people = {role: _person(organisation, role, kept) for role in PEOPLE}
        owners = {number: people[role] for role, number in PEOPLE.items()}
        phones = [_phone(organisation, n, name, owners.get(n), kept) for n, name in EXTENSIONS.items()]
        token = _token(people[Role.ADMIN], kept)
        demo_office.furnish(organisation, people[Role.ADMIN], kept.room_pin)
        demo = {
            "organisation": organisation.name,
            "sip": {
                "domain": organisation.domain,
                "host": addresses.sip_host(),
                "port": settings.CENTRALE.sip_port,
                "tls_port": settings.CENTRALE.sip_tls_port,
            },
            "extensions": phones,
            "users": [
                {"email": user.email, "password": kept.passwords[user.email], "role": str(role)}
                for role, user in people.items()
            ],
            "room": {"number": demo_office.ROOM, "pin": kept.room_pin},
            "api_token": token,
            "http": addresses.http_url(),
        }
        # Before the commit: a secret that is in the database but not in the file would be lost.
        write_private(path, json.dumps(demo, indent=2))
    return demo


@dataclass
class _Kept:
    """The secrets out of the file of an earlier run."""

    passwords: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    token: str = ""
    room_pin: str = field(default_factory=lambda: f"{secrets.randbelow(10**6):06}")

    @classmethod
    def read(cls, path: Path) -> "_Kept":
        """What is in the file; nothing when there is none, or not one of ours."""
        try:
            demo = json.loads(path.read_text())
            kept = cls(
                {user["email"]: user["password"] for user in demo["users"]},
                {phone["username"]: phone["password"] for phone in demo["extensions"]},
                demo["api_token"],
            )
            kept.room_pin = demo.get("room", {}).get("pin", kept.room_pin)
            return kept
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return cls()


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _password() -> str:
    return "-".join(
        "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(5)) for _ in range(3)
    )


def _person(organisation: Organisation, role: Role, kept: _Kept) -> User:
    email = f"{role}@demo.centrale.localhost"
    password = kept.passwords.setdefault(email, _password())
    user = User.objects.filter(email=email).first() or User(email=email, name=str(role.value).capitalize())
    user.organisation, user.role, user.is_active = organisation, role, True
    if not user.password or not user.check_password(password):
        user.set_password(password)
    user.full_clean()
    user.save()
    return user


def _phone(
    organisation: Organisation, number: str, name: str, owner: User | None, kept: _Kept
) -> dict[str, str]:
    extension = Extension.objects.filter(organisation=organisation, number=number).first()
    if extension is None:
        extension = save_extension(Extension(organisation=organisation, number=number, name=name, user=owner))
        save_owned(Mailbox(organisation=organisation, extension=extension, name=name))
    device = (
        Device.objects.select_related("organisation")
        .filter(organisation=organisation, username=number)
        .first()
    )
    secret = kept.secrets.setdefault(device.username if device else number, new_secret())
    if device is None:
        device = Device(extension=extension, name="Demo phone")
        save_device(device, secret)
    elif device.ha1_sha256 != digests(device.username, organisation.domain, secret).sha256:
        renew_secret(device, secret)
    return {"number": number, "name": extension.name, "username": device.username, "password": secret}


def _token(owner: User, kept: _Kept) -> str:
    text = kept.token or TOKEN_PREFIX + secrets.token_urlsafe(32)
    if not ApiToken.objects.filter(digest=digest_of(text)).exists():
        keep_token(owner, TOKEN_NAME, text)
    return text
