"""The `couponry` command: `couponry up …`, else Django's commands."""

from __future__ import annotations

import os
import sys


def main() -> int:
    if sys.argv[1:2] == ["up"]:
        from config import up

        return up.main(sys.argv[2:])
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    execute_from_command_line(sys.argv)
    return 0
