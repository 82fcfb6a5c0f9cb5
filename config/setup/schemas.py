"""Writes the schemas that the client's types are made from: `python -m config.setup.schemas <folder>`.

openapi.json describes the REST API, live.json the messages of /ws/live. Needs no database.
"""

import os
import sys
from pathlib import Path


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")
    import django  # noqa: PLC0415 - settings first
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("spectacular", format="openapi-json", file=str(folder / "openapi.json"))
    with (folder / "live.json").open("w") as file:
        call_command("live_schema", stdout=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
