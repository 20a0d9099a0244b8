"""Random histories of one seller, small enough to shrink and rich in edges.

``histories()`` gives ``(orders, reviews, policy)``. Days crowd around a common start, around
whole windows and around gaps of years, so that ties, same-day events, items that leave on the
day another enters, removed and edited reviews, rulings, and gates that open and close are
common and not lucky.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
from hypothesis import strategies as st

from metrics.engine.columns import BenchmarkColumns
from metrics.engine.types import (
    AREA_COUNT,
    Benchmark,
    CancelledBy,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
    Six,
    Unscored,
)
from tests.kernels.policies import PLAIN

T = TypeVar("T")

#: 2022-01-08, day 0 of every history.
BASE_DAY = 19_000

#: Stars and sub-ratings; means of three whole numbers are thirds.
RATINGS = (5.0, 1.0, 2.0, 7 / 3, 3.0, 4.0, 13 / 3, 14 / 3, 5.0, None)

HALF_LIVES = (365.0, None, 1.0, 3.0, 30.0, 182.5, 2000.0)
WINDOWS = (730, 365, 30, 2, 1)


def six(low: float, high: float) -> st.SearchStrategy[Six]:
    """Six floats, one for each area."""
    one = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return st.tuples(one, one, one, one, one, one)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies with any gate, window and half-life; area weights add up to 1."""
    weights = draw(six(0.05, 1.0))
    total = sum(weights)
    return replace(
        PLAIN,
        window_days=draw(st.sampled_from(WINDOWS)),
        half_life_days=draw(st.sampled_from(HALF_LIVES)),
        value_exponent=draw(st.sampled_from((0.0, 0.3, 0.5, 1.0))),
        benchmark_mean=draw(six(0.3, 0.98)),
        benchmark_spread=draw(six(0.02, 0.5)),
        prior_strength=draw(six(0.5, 20.0)),
        area_weight=cast("Six", tuple(weight / total for weight in weights)),
        intercept=draw(st.floats(-2.0, 2.0)),
        slope=draw(st.floats(0.2, 3.0)),
        min_activity=draw(st.integers(1, 4)),
        unscored=draw(st.sampled_from(tuple(Unscored))),
    )


class Picker:
    """Turns bytes into choices, one byte each: quick to draw, and zero is the plainest."""

    def __init__(self, raw: bytes) -> None:
        self._raw = iter(raw)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[next(self._raw) % len(choices)]

    def below(self, limit: int) -> int:
        """An integer of 0 … ``limit`` − 1; two bytes, so up to 65,536."""
        return (next(self._raw) * 256 + next(self._raw)) % limit

    def day(self, window_days: int) -> int:
        """A day that often collides with another one or with the end of its window."""
        near = self.below(12)
        window = (window_days - 1, window_days, window_days + 1)
        gap = (365, 3 * 365)
        offset = self.one_of((0, 0, 0, *window, *gap, self.below(1500)))
        return BASE_DAY + near + offset


def order_of(raw: bytes, order: int, gigs: int, window_days: int) -> OrderFacts:
    """One order: open, completed or cancelled, with unknowns wherever a fact may lack."""
    pick = Picker(raw)
    status = pick.one_of((OrderStatus.COMPLETED,) * 5 + (OrderStatus.CANCELLED, OrderStatus.OPEN))
    finished = pick.day(window_days)
    cancelled = status is OrderStatus.CANCELLED
    delivered_before = pick.one_of((0, 0, 1, 20, None))
    excluded_after = pick.one_of((None,) * 5 + (-1, 0, 1, 2, 40, 900))
    return OrderFacts(
        order=order,
        gig=pick.one_of(range(gigs)),
        status=status,
        finished_day=None if status is OrderStatus.OPEN else finished,
        delivered_day=None if delivered_before is None else finished - delivered_before,
        late_hours=pick.one_of((0.0, -48.0, 0.5, 24.0, 24.01, 300.0, None)),
        cancelled_by=pick.one_of(tuple(CancelledBy)) if cancelled else CancelledBy.UNKNOWN,
        requirements_in=pick.one_of((None, True, False)),
        cancelled_very_late=cancelled and pick.one_of((False, True)),
        disputes=pick.one_of((0, 0, 0, 1, 3, None)),
        amount_usd=pick.one_of((100.0, 0.0, 5.0, 123.45, 90_000.0, None)),
        excluded_day=None if excluded_after is None else finished + excluded_after,
    )


def review_versions(raw: bytes, order: OrderFacts) -> list[ReviewFacts]:
    """The versions of the order's review: none, or posted, edited and perhaps removed."""
    pick = Picker(raw)
    if not pick.one_of((False, True, True)):
        return []
    finished = order.finished_day if order.finished_day is not None else BASE_DAY
    starts = [finished + pick.one_of((0, 0, 1, 14))]
    for _ in range(pick.one_of((0, 0, 0, 1, 2))):
        starts.append(starts[-1] + pick.one_of((0, 1, 2, 30, 400, 1000)))
    removed_after = pick.one_of((None, None, None, 0, 1, 5, 800))
    ends = [*starts[1:], None if removed_after is None else starts[-1] + removed_after]
    return [
        ReviewFacts(
            order=order.order,
            posted_day=starts[0],
            start_day=start,
            end_day=end,
            edited=version < len(starts) - 1,
            stars=pick.one_of(RATINGS),
            quality=pick.one_of(RATINGS),
            communication=pick.one_of(RATINGS),
            value=pick.one_of(RATINGS),
        )
        for version, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


@st.composite
def histories(
    draw: st.DrawFn, max_orders: int = 14, max_gigs: int = 3
) -> tuple[list[OrderFacts], list[ReviewFacts], Policy]:
    """Facts of one seller in no particular order, and a policy.

    Order numbers are unique and not ascending; gig numbers are 0 … ``max_gigs`` − 1, and
    some gigs may have no order.
    """
    policy = draw(policies())
    gigs = draw(st.integers(1, max_gigs))
    raws = draw(st.lists(st.binary(min_size=48, max_size=48), max_size=max_orders))
    # Coprime with the modulus: unique, and not ascending.
    numbers = [(7_919 * (index + 1)) % 10_007 for index in range(len(raws))]
    orders = [
        order_of(raw[:24], number, gigs, policy.window_days)
        for raw, number in zip(raws, numbers, strict=True)
    ]
    reviews = [
        version
        for raw, order in zip(raws, orders, strict=True)
        for version in review_versions(raw[24:], order)
    ]
    return orders, reviews, policy


@st.composite
def benchmark_columns(draw: st.DrawFn, gigs: int) -> BenchmarkColumns:
    """One to three segments of a different benchmark for every gig."""
    starts = draw(st.lists(st.integers(0, 1600), min_size=1, max_size=3, unique=True))
    mean = [[draw(six(0.3, 0.98)) for _ in starts] for _ in range(gigs)]
    spread = [[draw(six(0.02, 0.5)) for _ in starts] for _ in range(gigs)]
    return BenchmarkColumns(
        start_day=np.array(sorted(BASE_DAY + start for start in starts), dtype=np.int32),
        mean=np.array(mean, dtype=np.float64).reshape(gigs, len(starts), AREA_COUNT),
        spread=np.array(spread, dtype=np.float64).reshape(gigs, len(starts), AREA_COUNT),
    )


def benchmarks_on(columns: BenchmarkColumns, day: int) -> Mapping[int, Benchmark]:
    """The segment in force on a day, by gig: what the plain reference takes."""
    segment = max(int(np.searchsorted(columns.start_day, day, side="right")) - 1, 0)
    return {
        gig: Benchmark(
            tuple(columns.mean[gig, segment].tolist()),
            tuple(columns.spread[gig, segment].tolist()),
        )
        for gig in range(columns.mean.shape[0])
    }
