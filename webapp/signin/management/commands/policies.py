"""`manage.py policies`: publishes the policies that come with the product, where there are none yet."""

from typing import Any

from django.core.management.base import BaseCommand

from webapp.signin.policies import publish_first


class Command(BaseCommand):
    help = "Publish the policies that come with the product, for each kind of which there is none."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{publish_first()} published.")
