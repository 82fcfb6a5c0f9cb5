"""No table changes: blocked callers go to the core from now on, so every organisation gets a new version."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("contacts", "0001_initial")]
    operations: ClassVar = []
