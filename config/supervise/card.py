"""The card that is shown when Centrale is up: where it is, and the phones and people of the demo."""

import json
from pathlib import Path
from typing import Any

from config.settings import Settings


def demo(path: Path) -> dict[str, Any] | None:
    """The demo organisation as `manage.py demo` keeps it, or None when there is none."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def lines(settings: Settings, found: dict[str, Any] | None) -> list[str]:
    """The card, line by line."""
    host = settings.shown_host
    web = settings.http_address if settings.http_bind else host
    address = f"[{web}]" if ":" in web else web
    body = [f"Centrale is running at http://{address}:{settings.http_port}/"]
    if found:
        body += people(found)
    sip = (found or {}).get("sip", {})
    body += ["", "SIP"]
    if sip.get("domain"):
        body.append(f"  domain    {sip['domain']}")
    body.append(f"  host      {host}")
    body.append(f"  port      {settings.sip_port} (UDP and TCP), {settings.sip_tls_port} (TLS)")
    if found:
        body += phones(found)
    width = max(len(line) for line in body)
    rule = "─" * (width + 2)
    return ["", rule, *(f" {line}" for line in body), rule, " Ctrl-C stops everything in order.", ""]


def people(found: dict[str, Any]) -> list[str]:
    """Who can sign in, and with what."""
    users = found.get("users", [])
    if not users:
        return []
    wide = max(len(str(user.get("email", ""))) for user in users)
    rows = (f"  {user['email']:<{wide}}  {user['password']}  ({user['role']})" for user in users)
    return ["", "Sign in", *rows]


def phones(found: dict[str, Any]) -> list[str]:
    """What to type into each demo phone."""
    keys = ("number", "name", "username", "password")
    rows = [[str(extension.get(key, "")) for key in keys] for extension in found.get("extensions", [])]
    if not rows:
        return []
    rows.insert(0, ["number", "name", "user name", "password"])
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return ["", f"Phones of {found.get('organisation', 'the demo')}", *(f"  {row.rstrip()}" for row in table)]
