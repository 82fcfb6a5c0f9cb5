"""`manage.py live_schema`: JSON Schema of what goes over /ws/live; TypeScript types are made from it."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from webapp.live.messages import schema


class Command(BaseCommand):
    """Prints it. Needs no database."""

    help = "Print the JSON Schema of the messages on /ws/live."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(json.dumps(schema(), indent=2))
