"""The Celery application: workers and beat."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

from config.parent import end_with_parent
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("standing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A process of the pool must not outlive the worker that feeds it."""
    end_with_parent()


@worker_init.connect
def take_over_what_was_left(**_: Any) -> None:
    """Give out at once what a killed worker held, where no other worker can be holding it.

    `make run` has one worker and says so. Elsewhere the broker gives tasks out again once the
    visibility timeout has passed.
    """
    if os.environ.get("STANDING_SINGLE_WORKER") == "1":
        restore_unacknowledged()


def restore_unacknowledged() -> int:
    """Put every task that was given out and not acknowledged back into its queue."""
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        with channel.conn_or_acquire() as client:
            tags = client.hkeys(channel.unacked_key)
            for tag in tags:
                channel.qos.restore_by_tag(tag.decode(), client=client, leftmost=True)
    return len(tags)
