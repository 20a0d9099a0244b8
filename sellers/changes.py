"""The one place that says "the facts of these sellers changed".

Every writer of facts (import, admin pages, demo story) calls :func:`facts_changed` inside
the transaction that wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string

from sellers.models import Seller

log = structlog.get_logger(__name__)


def facts_changed(*, seller_ids: Iterable[int], reason: str) -> None:
    """Count up the revision of these sellers, and queue what depends on them on commit.

    What is queued is named by the setting ``STANDING_ON_FACTS_CHANGED``, a dotted path to
    a function taking ``seller_ids`` and ``reason``: this app knows nothing of those above it.
    Rows are locked in the order of their ids, so that two writers cannot block each other.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("facts_changed belongs into the transaction that changes the facts.")
    ids = sorted(set(seller_ids))
    if not ids:
        return
    locked = Seller.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    list(locked.values_list("pk", flat=True))
    Seller.objects.filter(pk__in=ids).update(revision=F("revision") + 1)
    log.info("facts changed", sellers=len(ids), reason=reason)
    # The facts are saved even if the queue cannot be reached; the nightly run catches up.
    # A function with a name: of a `partial` Django cannot say that it failed, and fails itself.
    transaction.on_commit(lambda: _tell(ids, reason), robust=True)


def _tell(seller_ids: list[int], reason: str) -> None:
    path: str = getattr(settings, "STANDING_ON_FACTS_CHANGED", "")
    if not path:
        return
    hook: Callable[..., object] = import_string(path)
    hook(seller_ids=seller_ids, reason=reason)
