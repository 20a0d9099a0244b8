"""docker-compose.yml and the Dockerfile agree with the settings and with each other."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils.module_loading import import_string

from config import env
from config.embedded import Home
from config.embedded.postgres import LOCALE
from config.run.programs import programs
from tests.servers import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
SUBSTITUTED = re.compile(r"\$\{(\w+):?[-?]?([^}]*)\}")


def variables_read() -> set[str]:
    """Every variable that the settings read, by the names in their source."""
    source = "".join((ROOT / "config" / name).read_text() for name in ("settings.py", "secret.py"))
    return set(re.findall(r"\"([A-Z][A-Z_]+)\"", source))


def plain(value: str) -> str:
    return SUBSTITUTED.sub(lambda found: found[2] or "word", value)


@pytest.mark.parametrize("name", OURS)
def test_a_service_sets_only_variables_that_the_settings_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= variables_read()


def test_whatever_the_environment_may_say_reaches_the_services() -> None:
    """All that docs/OPERATIONS.md lists, but for what the image and the servers settle."""
    listed = (ROOT / "docs" / "OPERATIONS.md").read_text().partition("## Variables")[2]
    rows = [line.split("|")[1] for line in listed.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    settled = {
        *("STANDING_HOME", "STATIC_ROOT", "MEDIA_ROOT", "STATIC_COMPRESS", "CACHE_REDIS_URL"),
        *("DEBUG", "STANDING_DEMO", "HOST", "PORT", "DATABASE_POOL"),
    }
    assert documented - settled <= set(SERVICES["web"]["environment"])


def test_what_is_left_empty_counts_as_not_set() -> None:
    """Compose hands a variable that nobody set to the program as an empty text."""
    empty = {
        name: value.partition(":-")[2].rstrip("}")
        for name, value in SERVICES["web"]["environment"].items()
        if ":-}" in value
    }
    assert {"IMPORT_MAX_MB", "HSTS_SECONDS", "STANDING_RULES_OFF"} <= set(empty)
    assert set(empty.values()) == {""}
    name = "ANY"
    assert env.integer({name: ""}, name, default=7, least=1, most=9) == 7
    assert env.choice({name: ""}, name, default="a", options=("a", "b")) == "a"
    assert env.words({name: ""}, name, ("a",)) == ["a"]
    assert env.folders({name: ""}, name) == []


def test_its_addresses_are_ones_that_the_settings_understand() -> None:
    environment = {key: plain(value) for key, value in SERVICES["web"]["environment"].items()}
    database = env.database(environment, "DATABASE_URL")
    assert database is not None
    assert database["HOST"] in SERVICES
    assert database["USER"] == SERVICES["database"]["environment"]["POSTGRES_USER"]
    assert database["NAME"] == SERVICES["database"]["environment"]["POSTGRES_DB"]
    assert env.redis(environment, "REDIS_URL") == "redis://broker:6379/0"
    assert "broker" in SERVICES


def test_words_are_sorted_as_in_the_embedded_database() -> None:
    assert SERVICES["database"]["environment"]["POSTGRES_INITDB_ARGS"].split() == list(LOCALE)


def test_everything_waits_for_the_migration_and_the_migration_for_the_servers() -> None:
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
    for server in ("database", "broker"):
        assert SERVICES["migrate"]["depends_on"][server] == {"condition": "service_healthy"}
        assert "test" in SERVICES[server]["healthcheck"]
    assert SERVICES["migrate"]["restart"] == "no"


def test_worker_and_beat_run_the_same_programs_as_make_run() -> None:
    ours = {program.name: program.command for program in programs(Home(ROOT), "127.0.0.1", 8000)}
    for name in ("worker", "beat"):
        command = SERVICES[name]["command"]
        assert command[:4] == ["celery", "-A", "config.celery:app", name]
        assert ours[name][2:6] == ("celery", "-A", "config.celery:app", name)
    assert import_string("config.celery.app").main == "standing"


def test_a_worker_may_finish_the_longest_task_before_it_is_stopped() -> None:
    minutes = int(SERVICES["worker"]["stop_grace_period"].removesuffix("m"))
    assert minutes * 60 > settings.CELERY_TASK_TIME_LIMIT


def test_the_image_runs_the_same_web_application_and_not_as_root() -> None:
    ours = {program.name: program.command for program in programs(Home(ROOT), "127.0.0.1", 8000)}
    assert "config.wsgi:application" in ours["web"]
    assert '"config.wsgi:application"' in DOCKERFILE
    assert import_string("config.wsgi.application")
    assert DOCKERFILE.index("USER standing") < DOCKERFILE.index("CMD [")
    assert "--require-hashes" in DOCKERFILE


def test_the_page_is_offered_to_the_machine_itself_only() -> None:
    assert [plain(port) for port in SERVICES["web"]["ports"]] == ["127.0.0.1:8000:8000"]


def test_uploads_are_shared_by_web_and_workers() -> None:
    for name in OURS:
        assert SERVICES[name]["volumes"] == ["files:/data"]
    assert "STANDING_HOME=/data" in DOCKERFILE


def test_everything_the_image_needs_is_let_through() -> None:
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    apps = {name for name in settings.INSTALLED_APPS if (ROOT / name / "__init__.py").exists()}
    assert {"config", "sellers", "metrics", "eligibility"} == apps
    assert kept == apps | {"static", "templates", "manage.py", "requirements.txt"}
    assert all((ROOT / name).exists() for name in kept)
