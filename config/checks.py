"""System checks: settings that must agree with each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def visibility_timeout_exceeds_every_task(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """A task that runs longer than the timeout would be given to a second worker."""
    from config.celery import app

    app.autodiscover_tasks(force=True)
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    found: list[CheckMessage] = []
    for name, task in sorted(app.tasks.items()):
        if name.startswith("celery."):
            continue
        limit = task.time_limit or settings.CELERY_TASK_TIME_LIMIT
        if limit >= visibility:
            found.append(
                Error(
                    f"The task {name} may run {limit} s, but the broker gives it out again "
                    f"after {visibility} s.",
                    hint="Raise CELERY_VISIBILITY_TIMEOUT above the longest time limit.",
                    id="config.E001",
                )
            )
    return found
