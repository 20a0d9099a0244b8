#!/usr/bin/env python
"""Django's command line. Without `DATABASE_URL` it uses the embedded servers.

While `make run` runs, it shares that one's servers; else it starts them for the command.
"""

import os
import sys

from config.embedded import CannotStart
from config.embedded.session import servers_for_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    try:
        with servers_for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except CannotStart as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    main()
