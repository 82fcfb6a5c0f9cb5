#!/usr/bin/env python
"""Django's command line, with Centrale's own commands beside it (`demo`, `courier`, `pbx`)."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")
    execute_from_command_line(sys.argv)
