"""Generated order histories: seeded, lognormal in size, with the kinds of orders sellers have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Int32, Int64, OrderColumns, ReviewColumns
from metrics.engine.days import NO_DAY, day_number
from metrics.engine.types import CancelledBy, OrderStatus

#: Three years, 1,096 days.
FIRST_DAY = day_number(date(2022, 1, 1))
LAST_DAY = day_number(date(2024, 12, 31))

#: Spread of the sellers' sizes: one seller in forty has over ten times the median's orders.
SIZE_SIGMA = 1.2


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts of many sellers; gig numbers of one seller stand side by side."""

    orders: OrderColumns
    reviews: ReviewColumns
    #: Seller number of each gig, ascending, shape (gigs,).
    gig_seller: Int32
    sellers: int
    last_day: int

    def of_first_sellers(self, count: int) -> Batch:
        """The same facts for the sellers 0 … ``count`` − 1 alone."""
        gigs = int(np.searchsorted(self.gig_seller, count))
        kept = self.orders.gig < gigs
        row = np.cumsum(kept) - 1
        of_kept = kept[self.reviews.row]
        orders = OrderColumns(
            **{name: getattr(self.orders, name)[kept] for name in OrderColumns.__slots__}
        )
        columns = {name: getattr(self.reviews, name)[of_kept] for name in ReviewColumns.__slots__}
        columns["row"] = row[columns["row"]]
        return Batch(orders, ReviewColumns(**columns), self.gig_seller[:gigs], count, self.last_day)


def generate(*, sellers: int, orders: int, seed: int) -> Batch:
    """Histories of the days ``FIRST_DAY`` … ``LAST_DAY``.

    Parameters
    ----------
    sellers : sellers, each with 2 to 8 gigs of unequal popularity
    orders : orders in all, at least one a seller
    seed : the same seed gives the same histories
    """
    rng = np.random.default_rng(seed)
    sizes = _sizes(rng, sellers, orders)
    gigs_each = rng.integers(2, 9, sellers)
    first_gig = np.concatenate(([0], np.cumsum(gigs_each)))
    seller = np.repeat(np.arange(sellers), sizes)
    gig = first_gig[seller] + _popular(rng, gigs_each, seller)
    columns = _orders(rng, seller, gig.astype(np.int32), sellers)
    gig_seller = np.repeat(np.arange(sellers, dtype=np.int32), gigs_each)
    return Batch(columns, _reviews(rng, columns), gig_seller, sellers, LAST_DAY)


def _sizes(rng: np.random.Generator, sellers: int, orders: int) -> Int64:
    """Orders of each seller, lognormal, adding up to ``orders``."""
    if orders < sellers:
        raise ValueError("at least one order a seller")
    share = rng.lognormal(0.0, SIZE_SIGMA, sellers)
    sizes: Int64 = 1 + np.floor((orders - sellers) * share / share.sum()).astype(np.int64)
    sizes[: orders - int(sizes.sum())] += 1
    return sizes


def _popular(
    rng: np.random.Generator, gigs_each: NDArray[np.int64], seller: NDArray[np.int64]
) -> Int64:
    """Which of its seller's gigs each order is on: the first gigs sell most."""
    skewed = rng.random(len(seller)) ** 2
    return np.asarray(np.floor(skewed * gigs_each[seller]), dtype=np.int64)


def _orders(
    rng: np.random.Generator, seller: NDArray[np.int64], gig: Int32, sellers: int
) -> OrderColumns:
    count = len(seller)
    # Half of the sellers are there from the first day, the others join within two years.
    joined = np.where(rng.random(sellers) < 0.5, 0, rng.integers(0, 730, sellers))
    open_days = LAST_DAY - FIRST_DAY - joined[seller]
    ordered = FIRST_DAY + joined[seller] + np.floor(rng.random(count) * open_days).astype(np.int64)
    promised = rng.choice(np.array([1, 2, 3, 5, 7, 14]), count)
    late_hours = np.round(rng.normal(-20.0, 18.0, count), 1)
    delivered = ordered + promised + np.floor(late_hours / 24.0).astype(np.int64)
    delivered = np.maximum(delivered, ordered)
    finished = delivered + rng.choice(np.array([0, 1, 2, 3]), count, p=[0.3, 0.2, 0.1, 0.4])
    cancelled = rng.random(count) < 0.05
    status = np.where(cancelled, OrderStatus.CANCELLED, OrderStatus.COMPLETED)
    status = np.where(finished > LAST_DAY, OrderStatus.OPEN, status)
    undelivered = (delivered > LAST_DAY) | cancelled
    by = rng.choice(np.array([CancelledBy.SELLER, CancelledBy.CLIENT, CancelledBy.MUTUAL]), count)
    disputes = np.where(rng.random(count) < 0.015, 1, 0)
    ruled = cancelled & (rng.random(count) < 0.02)
    return OrderColumns(
        order=np.arange(count, dtype=np.int64),
        gig=gig,
        status=status.astype(np.int8),
        finished_day=np.where(status == OrderStatus.OPEN, NO_DAY, finished).astype(np.int32),
        delivered_day=np.where(undelivered, NO_DAY, delivered).astype(np.int32),
        late_hours=np.where(undelivered, np.nan, late_hours),
        cancelled_by=np.where(cancelled, by, CancelledBy.UNKNOWN).astype(np.int8),
        requirements_in=np.where(rng.random(count) < 0.8, 1, 0).astype(np.int8),
        cancelled_very_late=(cancelled & (rng.random(count) < 0.2)).astype(np.int8),
        disputes=disputes.astype(np.int32),
        amount_usd=np.round(rng.lognormal(4.1, 0.9, count), 2),
        excluded_day=np.where(ruled, finished + 30, NO_DAY).astype(np.int32),
    )


def _reviews(rng: np.random.Generator, orders: OrderColumns) -> ReviewColumns:
    """A review of 70% of the finished orders; one in fifty is removed, one in fifty edited."""
    finished = np.flatnonzero(orders.finished_day != NO_DAY)
    row = finished[rng.random(len(finished)) < 0.7]
    posted = orders.finished_day[row] + rng.integers(0, 14, len(row)).astype(np.int32)
    row, posted = row[posted <= LAST_DAY], posted[posted <= LAST_DAY]
    fate, delay = rng.random(len(row)), rng.integers(1, 60, len(row)).astype(np.int32)
    edited, removed = fate < 0.02, fate > 0.98
    again = np.flatnonzero(edited)
    first = _stars(rng, len(row))
    second = _stars(rng, len(again))
    return ReviewColumns(
        row=np.concatenate((row, row[again])),
        posted_day=np.concatenate((posted, posted[again])),
        start_day=np.concatenate((posted, posted[again] + delay[again])),
        end_day=np.concatenate(
            (
                np.where(edited | removed, posted + delay, NO_DAY).astype(np.int32),
                np.full(len(again), NO_DAY, dtype=np.int32),
            )
        ),
        edited=np.concatenate((edited, np.zeros(len(again), dtype=bool))).astype(np.int8),
        **{
            name: np.concatenate((first[:, column], second[:, column]))
            for column, name in enumerate(("stars", "quality", "communication", "value"))
        },
    )


def _stars(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Stars and three sub-ratings, shape (count, 4); stars are the mean of the three."""
    parts = rng.choice(
        np.array([1.0, 2.0, 3.0, 4.0, 5.0]), (count, 3), p=[0.02, 0.01, 0.03, 0.12, 0.82]
    )
    return np.column_stack((parts.mean(axis=1), parts))
