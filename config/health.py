"""Whether this process can do its work: for load balancers, containers and tests."""

from __future__ import annotations

from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
SECONDS = 2.0


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer, else 503; says which, and nothing about where."""
    parts = {"database": _works(_ask_database), "broker": _works(_ask_broker)}
    healthy = all(parts.values())
    return JsonResponse(
        {
            "status": "ok" if healthy else "unavailable",
            **{name: "ok" if works else "no answer" for name, works in parts.items()},
        },
        status=200 if healthy else 503,
    )


def _works(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except (DatabaseError, redis.RedisError, OSError) as error:
        log.warning("health", part=ask.__name__, error=type(error).__name__)
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        client.ping()
