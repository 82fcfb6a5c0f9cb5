"""Changes of the configuration, through the actions: `python -m tests.survival.changes`.

Each number on standard input makes an extension with a phone in the demo organisation. The answer is a line
of JSON: the moment of the commit (Unix seconds), the organisation, its new version, the phone's credentials.
"""

import json
import os
import sys
import time

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")
    django.setup()
    # Models need settings first.
    from django.db import connection, transaction  # noqa: PLC0415

    from webapp.extensions.actions import save_device, save_extension  # noqa: PLC0415
    from webapp.extensions.models import Device, Extension  # noqa: PLC0415
    from webapp.organisations.models import Organisation  # noqa: PLC0415

    organisation = Organisation.objects.get(name="Demo")
    print("ready", flush=True)
    for line in sys.stdin:
        number = line.strip()
        with transaction.atomic():
            fresh = Extension(organisation=organisation, number=number, name=f"Desk {number}")
            device = Device(extension=save_extension(fresh), name="Phone")
            secret = save_device(device)
        at = time.time()
        organisation.refresh_from_db()
        answer = {
            "at": at,
            "tenant": str(organisation.pk),
            "version": organisation.config_version,
            "username": device.username,
            "password": secret,
        }
        print(json.dumps(answer), flush=True)
        connection.close()


if __name__ == "__main__":
    main()
