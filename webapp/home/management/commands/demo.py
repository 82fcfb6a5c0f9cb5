"""`manage.py demo [--json]`: the demo organisation and its credentials."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from webapp.home.demo import prepare


class Command(BaseCommand):
    """Makes the demo when needed and prints how to use it."""

    help = "Make the demo organisation (when needed) and print its credentials."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            demo = prepare()
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready ({error}). Run `manage.py migrate` first."
            ) from error
        self.stdout.write(json.dumps(demo, indent=2) if options["json"] else card(demo))


def card(demo: dict[str, Any]) -> str:
    """The same as a few lines for people."""
    sip = demo["sip"]
    lines = [
        f"Centrale: {demo['http']}",
        "",
        "Sign in with",
        *[f"  {user['email']:<42} {user['password']:<20} {user['role']}" for user in demo["users"]],
        "",
        "Phones register with",
        f"  SIP domain {sip['domain']}",
        f"  server     {sip['host']}, port {sip['port']} (UDP or TCP) or {sip['tls_port']} (TLS)",
        "",
        f"  {'number':<8}{'name':<18}{'user name':<12}password",
        *[f"  {e['number']:<8}{e['name']:<18}{e['username']:<12}{e['password']}" for e in demo["extensions"]],
        "",
        f"Conference room {demo['room']['number']}, PIN {demo['room']['pin']}",
        f"API token  {demo['api_token']}",
    ]
    return "\n".join(lines)
