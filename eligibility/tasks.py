"""Celery tasks: ids in, one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from eligibility import services
from eligibility.coming import keeping
from eligibility.computing import SELLERS_AT_ONCE
from metrics.turns import for_each_seller

#: Seconds after which a part that nobody has begun is dropped: the next turn asks again.
_EXPIRES = 9 * 60.0


@shared_task
def recompute_some(seller_ids: list[int]) -> None:
    """Judge some sellers whose score is up to date."""
    services.recompute_eligibility(seller_ids=seller_ids, now=timezone.now())


@shared_task
def recompute_due() -> None:
    """Sellers whose rules changed since they were judged; most days there are none."""
    behind = list(services.sellers_behind().values_list("pk", flat=True))
    for start in range(0, len(behind), SELLERS_AT_ONCE):
        recompute_some.apply_async((behind[start : start + SELLERS_AT_ONCE],), expires=_EXPIRES)


@shared_task
def keep_outlooks() -> None:
    """Level and promotion as forecast, on the days on which the score was; some sellers a turn."""
    now = timezone.now()

    def keep(seller_id: int) -> None:
        keeping.keep_outlooks(seller_ids=[seller_id], now=now)

    for_each_seller(keeping.sellers_due(), keep, "Outlooks were not kept")
