"""The future at the seller's own pace, the same for everybody who asks on the same day."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import numpy as np
from django.core.cache import cache
from redis.exceptions import RedisError

from metrics.engine import ENGINE_VERSION
from metrics.engine.days import day_number
from metrics.engine.pace import (
    DRAWS,
    Draws,
    OwnWeeks,
    PaceBand,
    TooLittle,
    deal,
    own_weeks,
    pace_band,
)
from metrics.forecasting.ground import Ground

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def own_pace(
    ground: Ground, last_day: date, *, break_weeks: int = 0, afresh: bool = False
) -> PaceBand | TooLittle:
    """The band up to ``last_day``, or why there is none; remembered for a day.

    The draws hang on the seller and the day alone, so that a page does not flicker and a kept
    forecast can be made again; ``afresh`` makes it whatever is remembered.

    Raises
    ------
    ValueError
        If the last day lies before today or the break is negative.
    """
    own = _own_weeks(ground)
    if isinstance(own, TooLittle):
        return own
    if afresh:
        return _band(ground, own, last_day, break_weeks)
    asked = (DRAWS, day_number(last_day), break_weeks)
    key = ground_key(ground, PaceBand.__slots__, *asked)
    return remembered(key, lambda: _band(ground, own, last_day, break_weeks))


def _own_weeks(ground: Ground) -> OwnWeeks | TooLittle:
    return own_weeks(ground.evidence, ground.facts.reviews, ground.today_number)


def _band(ground: Ground, own: OwnWeeks, last_day: date, break_weeks: int) -> PaceBand:
    future = ground.future(last_day)
    dealt = deal(future, own, seed=_seed(ground), break_weeks=break_weeks)
    return pace_band(future, ground.facts.reviews, own, dealt)


def own_draws(
    ground: Ground, last_day: date, draws: int, *, break_weeks: int = 0
) -> tuple[OwnWeeks, Draws] | TooLittle:
    """The first draws of the band, one by one, or why there are none.

    Raises
    ------
    ValueError
        If the last day lies before today, the break is negative or there is no draw.
    """
    own = _own_weeks(ground)
    if isinstance(own, TooLittle):
        return own
    future = ground.future(last_day)
    dealt = deal(future, own, seed=_seed(ground), draws=draws, break_weeks=break_weeks)
    return own, dealt


def _seed(ground: Ground) -> int:
    return (ground.seller.pk << 20) + ground.today_number


def ground_key(ground: Ground, *more: object) -> str:
    """Names an answer that depends on a ground and on what else is told.

    Made of the facts themselves, so that a new revision, an imagined order, another formula or
    newer benchmarks each ask afresh, and nothing has to be thrown away.
    """
    digest = hashlib.sha256()
    parts: list[object] = [ground.evidence, ground.facts.reviews]
    parts += [] if ground.benchmarks is None else [ground.benchmarks]
    for part in parts:
        for column in _columns(part):
            digest.update(np.ascontiguousarray(column).data)
    told = (ENGINE_VERSION, ground.policy, ground.seller.pk, ground.today_number, *more)
    digest.update(repr(told).encode())
    return f"forecasting/{digest.hexdigest()}"


def _columns(part: object) -> Iterable[np.ndarray]:
    return (getattr(part, name) for name in type(part).__slots__)  # type: ignore[attr-defined]


def remembered(key: str, make: Callable[[], Answer]) -> Answer:
    """What the cache holds under a key, else made and kept; made without a cache too."""
    try:
        found: Answer | None = cache.get(key)
        if found is None:
            found = make()
            cache.set(key, found)
    except RedisError:
        log.warning("The cache does not answer; a forecast is worked out again.")
        return make()
    return found
