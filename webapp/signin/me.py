"""What the person who asks may open, for the start page."""

from typing import Any

from webapp.organisations.roles import Role, at_least

# Code, address, whether it takes an extension of one's own, the role it takes.
APPLICATIONS: tuple[tuple[str, str, bool, Role], ...] = (
    ("phone", "/app/phone", True, Role.USER),
    ("contacts", "/app/contacts", False, Role.USER),
    ("history", "/app/history", True, Role.USER),
    ("voicemail", "/app/voicemail", True, Role.USER),
    ("recordings", "/app/recordings", False, Role.USER),
    ("calendar", "/app/calendar", True, Role.USER),
    ("administration", "/admin/", False, Role.ADMIN),
)


def applications(viewer: Any, *, extension: bool) -> list[dict[str, str]]:
    """The applications that `viewer` may open; `extension`: whether the viewer has one. Who belongs to no
    organisation has its administration only."""
    return [
        {"code": code, "url": url}
        for code, url, needs, role in APPLICATIONS
        if at_least(viewer, role)
        and (extension or not needs)
        and (viewer.organisation_id is not None or role == Role.ADMIN)
    ]
