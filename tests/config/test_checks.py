"""Settings that must agree with each other, and with a deployment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from kombu.transport.redis import Channel
from pytest_django import Settings

from config.celery import app
from config.checks import visibility_timeout_exceeds_every_task
from tests.servers import ROOT


def test_no_task_may_run_as_long_as_the_broker_waits_for_it() -> None:
    assert visibility_timeout_exceeds_every_task(None) == []


def test_a_visibility_timeout_below_the_time_limit_is_an_error(settings: Settings) -> None:
    # 600 s is the time limit of every task that sets none of its own.
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}

    @app.task(name="tests.long")
    def long() -> None: ...

    try:
        found = visibility_timeout_exceeds_every_task(None)
    finally:
        app.tasks.pop("tests.long")
    assert {message.id for message in found} == {"config.E001"}
    assert any("The task tests.long may run 600 s" in message.msg for message in found)


def test_the_broker_knows_every_option_that_we_set() -> None:
    assert set(settings.CELERY_BROKER_TRANSPORT_OPTIONS) <= set(Channel.from_transport_options)


def test_every_scheduled_job_is_a_task_that_exists_and_expires_before_its_next_turn() -> None:
    app.autodiscover_tasks(force=True)
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] < float(entry["schedule"])


@pytest.mark.parametrize("compress", ["0", "1"])
def test_the_deployment_settings_are_clean(compress: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgres://ann:word@db.example/standing",
        "REDIS_URL": "redis://broker.example/0",
        "DJANGO_SECRET_KEY": "k9!" + "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP",
        "ALLOWED_HOSTS": "standing.example.org",
        "STATIC_COMPRESS": compress,
    }
    for name in ("HTTPS", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
