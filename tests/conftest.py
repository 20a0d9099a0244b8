"""Servers, workers, browser and real data for every test; what is missing is said."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config.celery import app as celery
from config.embedded import Home
from tests import browser
from tests.environment import OWN_DATABASE, under_ci
from tests.servers import (
    ROOT,
    Worker,
    copy_migrated_database,
    database_url,
    start_throw_away,
    start_worker,
    wait_until,
)

hypothesis_settings.register_profile("standing", deadline=None, print_blob=True)
hypothesis_settings.load_profile("standing")

STARTED = pytest.StashKey[bool]()
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No address but this machine's own resolves: a page that asks for another host fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def missing(reason: str) -> None:
    """Skip a test whose ground is missing; under CI that is a failure."""
    if under_ci():
        pytest.fail(f"{reason} (CI=true: nothing may be missing)", pytrace=False)
    pytest.skip(reason)


#: Marks of files that take minutes, the longest first.
LONG = ("realdata", "faults", "e2e")
#: Files that take tens of seconds: whole imports, and walks over every address.
WALKS = ("sellers/importing/", "sellers/demo/", "security/", "test_every_address.py", "frontend/")
#: Tests of numbers, words and forms of pages, for which the database only holds facts. Each page
#: and all that it asks the database is met on ordinary servers by tests/test_every_address.py.
HOLD_FACTS = (
    *("accounts", "forecasting", "security", "what_next", "sellers/import_pages"),
    *("eligibility/coming", "eligibility/pages", "eligibility/planning"),
    "eligibility/session_sheet",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses the database is among the suites that talk to servers."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "servers"}:
            item.add_marker("servers")
            if _only_holds_facts(item.path) and not _commits(item):
                item.add_marker("once")


def _only_holds_facts(file: Path) -> bool:
    place = file.relative_to(ROOT / "tests")
    return place.name.startswith("test_view") or place.parent.as_posix() in HOLD_FACTS


def _commits(item: Any) -> bool:
    """Whether what a test does is seen by other connections, and emptied away behind it."""
    marker = item.get_closest_marker("django_db")
    by_mark = marker is not None and marker.kwargs.get("transaction", False)
    return bool(by_mark or {"transactional_db", "live_server"} & set(item.fixturenames))


def pytest_collection_finish() -> None:
    """What is there now stays for the whole run: the collector need not look at it each time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(specname="pytest_collection_modifyitems", trylast=True)
def pytest_begin_with_the_longest(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the files, one that began last would leave the others idle."""
    if hasattr(config, "workerinput"):
        items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    places = [place for place, mark in enumerate(LONG) if item.get_closest_marker(mark)]
    walks = item.path.relative_to(ROOT / "tests").as_posix().startswith(WALKS)
    return min(places, default=len(LONG) + (not walks))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("realdata") and not real_data_folder().is_dir():
        missing(f"{real_data_folder()} is not there; set STANDING_REALDATA to the folder")
    if item.get_closest_marker("e2e") and browser.find() is None:
        missing("there is no Chromium; set CHROMIUM, or install npm and run `make test`")


def real_data_folder() -> Path:
    chosen = os.environ.get("STANDING_REALDATA", "").strip()
    return Path(chosen) if chosen else ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real order histories; tests that use it carry the mark `realdata`."""
    return real_data_folder()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[None]:
    """PostgreSQL and Redis: those that the environment names, else embedded ones, thrown away.

    Started by the first test that needs them: pure tests wait for nothing.
    """
    with ExitStack() as ends:
        for end in start_throw_away(Home.from_environment()):
            ends.callback(end)
        pytestconfig.stash[STARTED] = True
        yield
        pytestconfig.stash[STARTED] = False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    servers: None,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """pytest-django's place for what must happen before the test database is made.

    The suffix gives each process a database of its own where several share one server. On our
    own server the database is there already, migrated.
    """
    if OWN_DATABASE:
        name: str = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
        with django_db_blocker.unblock():
            copy_migrated_database(name)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether Django uses the test database that it finds."""
    return OWN_DATABASE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's own; what still holds the database at the end cannot keep it from going.

    A server notices only later that a process was killed whose session it serves.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="session", autouse=True)
def _rates_survive_a_flush() -> None:
    """A test with real transactions empties every table: the shipped rates come back with it."""
    shipped = import_module("sellers.migrations.0003_shipped_rates")
    post_migrate.connect(
        lambda **_: shipped.load(apps, None), sender=apps.get_app_config("sellers"), weak=False
    )


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """No test sees what another one cached."""
    if {"db", "transactional_db", "servers"} & set(request.fixturenames):
        request.getfixturevalue("servers")
        cache.clear()


@pytest.fixture
def empty_queue(servers: None) -> None:
    """Forget the tasks that other tests have sent."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.flushdb()


class SharedWorker:
    """One Celery worker for all tests that just need some worker; started when first asked.

    Between two of them it rests: tasks that other tests send stay in the queue, and nobody reads
    the tables that are emptied.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Worker] = []

    def running(self) -> Worker:
        """The worker, taking tasks; a new one after :meth:`stop`."""
        if self._lives():
            self._ask("add_consumer", queue=celery.conf.task_default_queue)
        else:
            log = self._folder / f"worker-{len(self._started)}.log"
            url = database_url(connection.settings_dict)
            self._started.append(start_worker(url, django_settings.REDIS_URL, log))
        return self._started[-1]

    def rest(self) -> None:
        """Take no more tasks; what is at work comes to its end first."""
        if self._lives():
            self._ask("cancel_consumer", queue=celery.conf.task_default_queue)
            wait_until(
                lambda: not self._ask("active") and not self._ask("reserved"),
                "the worker rests",
                seconds=120,
            )

    def stop(self) -> None:
        if self._lives():
            self._started[-1].stop()

    def _lives(self) -> bool:
        return bool(self._started) and self._started[-1].process.poll() is None

    def _ask(self, command: str, **arguments: str) -> Any:
        """What the worker answers; there is one of it on this queue."""
        replies = celery.control.broadcast(
            command, arguments=arguments, reply=True, limit=1, timeout=30
        )
        assert replies, f"the worker does not answer:\n{self._started[-1].said()}"
        (answer,) = replies[0].values()
        return answer


@pytest.fixture(scope="session")
def _shared_worker(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedWorker]:
    """Ended before its database is dropped."""
    shared = SharedWorker(tmp_path_factory.mktemp("worker"))
    yield shared
    shared.stop()


@pytest.fixture
def no_worker(_shared_worker: SharedWorker) -> None:
    """Nobody but the test itself takes tasks from the queue."""
    _shared_worker.stop()


@pytest.fixture
def worker(
    transactional_db: None, empty_queue: None, _shared_worker: SharedWorker
) -> Iterator[Worker]:
    """A real Celery worker on the test database, shared by the tests that use it."""
    yield _shared_worker.running()
    _shared_worker.rest()


@pytest.fixture
def new_worker(
    transactional_db: None, no_worker: None, empty_queue: None, tmp_path: Path
) -> Iterator[Callable[..., Worker]]:
    """Starts workers of a test's own, which it may kill. Environment variables by keyword."""
    started: list[Worker] = []

    def start(**environment: str) -> Worker:
        log = tmp_path / f"worker-{len(started)}.log"
        url = database_url(connection.settings_dict)
        started.append(start_worker(url, django_settings.REDIS_URL, log, **environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium to drive; tests that use it carry the mark `e2e`."""
    found = browser.find()
    if found is None:
        missing("there is no Chromium")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: Path) -> dict[str, Any]:
    """How pytest-playwright starts the browser."""
    return {
        "executable_path": str(chromium),
        "args": CHROMIUM_FLAGS,
        "headless": True,
        "env": browser.environment(chromium),
    }
