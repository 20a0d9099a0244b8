"""The Celery application: workers and beat."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config.embedded.launch import die_with_parent
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("standing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A process of the pool must not outlive the worker that feeds it."""
    if sys.platform.startswith("linux"):
        die_with_parent(signal.SIGKILL)
