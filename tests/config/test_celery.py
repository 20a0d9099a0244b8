"""Jobs of a worker that was killed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import redis
from django.conf import settings

from config.celery import app, restore_unacknowledged
from tests.servers import ROOT

pytestmark = pytest.mark.servers

# Takes a message as a worker does, and ends as a killed one does.
TAKE_AND_DIE = """
import os
from config.celery import app
app.connection_for_write().SimpleQueue("celery").get(timeout=20)
os._exit(9)
"""


def test_what_a_killed_worker_held_can_be_given_out_at_once(
    no_worker: None, empty_queue: None
) -> None:
    with app.connection_for_write() as connection:
        connection.SimpleQueue("celery").put({"job": 1})
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    died = subprocess.run(
        [sys.executable, "-c", TAKE_AND_DIE], cwd=ROOT, env=environment, check=False
    )
    assert died.returncode == 9
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert (client.llen("celery"), client.hlen("unacked")) == (0, 1)
        assert restore_unacknowledged() == 1
        assert (client.llen("celery"), client.hlen("unacked")) == (1, 0)
        assert restore_unacknowledged() == 0


def test_jobs_are_plain_json_and_acknowledged_when_done() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result is True
