"""Brings database, demo story and static files up to date; run in a process of its own.

Prints a line of words for each step that takes time, `SERVABLE` when pages could be served, `READY`
when they have something to show, and at last one line of JSON: the demo accounts that can be used
(e-mail, password, what it is for).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.embedded import processes
from config.run.programs import COMPILER, READY, SERVABLE


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    migrate()
    check_formulas()
    from sellers.demo.accounts import existing_demo_accounts

    is_first = load_demo()
    collect_static()
    say(SERVABLE)  # the web server loads its modules while the compiler finishes
    if is_first:
        # Here and now, so that the first page has something to show; later the workers do it.
        wait_for_compiler()
        call_command("recompute", "--all", stdout=io.StringIO())
        keep_first_forecasts()
    say(READY)  # the worker starts while the password is tried, which is slow on purpose
    say(json.dumps(existing_demo_accounts()))


def say(words: str) -> None:
    print(words, flush=True)


def check_formulas() -> None:
    """A policy or a rule that cannot be read is said now, not by the first page that needs it."""
    try:
        call_command("check", tags=["formulas"], stdout=io.StringIO())
    except SystemCheckError as error:
        raise SystemExit(str(error)) from None


def wait_for_compiler() -> None:
    """The supervisor started it; a program that compiled the same beside it would gain nothing."""
    pid = int(os.environ.get(COMPILER, "0"))
    while pid and processes.is_alive(pid):
        time.sleep(0.05)


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("setting up the database")
        call_command("migrate", interactive=False, verbosity=0)


def load_demo() -> bool:
    """Load the story where the demo is wanted; whether the database was empty until now."""
    if not settings.STANDING_DEMO:
        return False
    is_first = not get_user_model().objects.exists()
    if is_first:
        say("loading the demo story")
    call_command("load_demo", "--if-empty", stdout=io.StringIO())
    return is_first


def keep_first_forecasts() -> None:
    """Left to the worker: the record of forecasts of the demo's past months, and today's."""
    from metrics.tasks import keep_forecasts

    keep_forecasts.delay()


def collect_static() -> None:
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return
    record = Path(settings.STATIC_ROOT) / ".source"
    now = static_fingerprint()
    if record.exists() and record.read_text() == now:
        return
    say("preparing styles and scripts")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    record.write_text(now)


def static_fingerprint() -> str:
    """Changes when any file to be served does."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
