"""How complete a seller's history is: what is known here beside what the platform counts.

The platform's counters are observations: somebody noted down what it showed on a day. What is
known here is counted up to the end of that same day, so that the two can be compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import median

from sellers.models import Observation, Order, OrderStatus, Seller
from sellers.money import RateTable

#: A span without a new order is a gap when it is at least so long …
GAP_DAYS = 45
#: … and so many times as long as the usual distance between the seller's orders.
GAP_TIMES = 6

COUNTERS = (
    Observation.Kind.COMPLETED_ORDERS,
    Observation.Kind.UNIQUE_CLIENTS,
    Observation.Kind.EARNINGS,
)


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter.

    Attributes
    ----------
    known : what is counted here; orders, clients, or US dollars before the platform's fee
    unknown : completed orders that lack what is counted (no buyer, no amount)
    shown, day : what the platform showed, and when; None where it was never noted down
    """

    kind: Observation.Kind
    known: Decimal
    unknown: int
    shown: Decimal | None
    day: dt.date | None

    @property
    def share(self) -> float | None:
        """Known part of what the platform shows, 0 … 1 and above; None without its number."""
        if self.shown is None or self.shown <= 0:
            return None
        return float(self.known / self.shown)


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which no order was placed: from the day after one to the day before the next."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Completeness:
    """Counters in the order of :data:`COUNTERS`; ``first`` and ``last`` days with an order."""

    counters: tuple[Counter, ...]
    first: dt.date | None
    last: dt.date | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Completed:
    day: dt.date
    buyer: str | None
    dollars: Decimal | None


def completeness_of(*, seller: Seller, today: dt.date) -> Completeness:
    """Counters and gaps of a seller, in a fixed number of queries."""
    ordered, completed = _orders(seller)
    noted: dict[str, Observation] = {}
    for observation in Observation.objects.filter(
        seller=seller, gig=None, kind__in=COUNTERS, value__isnull=False, day__lte=today
    ).order_by("day"):
        noted[observation.kind] = observation
    return Completeness(
        counters=tuple(_counter(kind, completed, noted.get(kind), today) for kind in COUNTERS),
        first=min(ordered, default=None),
        last=max(ordered, default=None),
        gaps=tuple(gaps_between(ordered)),
    )


def _orders(seller: Seller) -> tuple[list[dt.date], list[_Completed]]:
    rates, zone = RateTable.load(), seller.zone
    ordered, completed = [], []
    rows = Order.objects.filter(seller=seller).order_by()
    fields = ("status", "ordered_at", "delivered_at", "completed_at", "buyer_key", "amount")
    for status, at, delivered, done, buyer, amount, currency in rows.values_list(
        *fields, "currency"
    ):
        ordered.append(at.astimezone(zone).date())
        if status == OrderStatus.COMPLETED:
            # Where the time of completion is unknown, as the estimate assumes it.
            day = (done or delivered or at).astimezone(zone).date()
            rate = rates.usd_per_unit(currency, day)
            dollars = None if amount is None or rate is None else amount * rate
            completed.append(_Completed(day, buyer, dollars))
    return ordered, completed


def _counter(
    kind: Observation.Kind,
    completed: Sequence[_Completed],
    noted: Observation | None,
    today: dt.date,
) -> Counter:
    until = noted.day if noted else today
    orders = [order for order in completed if order.day <= until]
    if kind == Observation.Kind.COMPLETED_ORDERS:
        known, unknown = Decimal(len(orders)), 0
    elif kind == Observation.Kind.UNIQUE_CLIENTS:
        buyers = [order.buyer for order in orders if order.buyer is not None]
        known, unknown = Decimal(len(set(buyers))), len(orders) - len(buyers)
    else:
        dollars = [order.dollars for order in orders if order.dollars is not None]
        known, unknown = sum(dollars, Decimal(0)), len(orders) - len(dollars)
    return Counter(
        kind=kind,
        known=known,
        unknown=unknown,
        shown=noted.value if noted else None,
        day=noted.day if noted else None,
    )


def gaps_between(days: Sequence[dt.date]) -> list[Gap]:
    """Spans between orders that are too long to be a pause, oldest first.

    ``days`` may come in any order and repeat.
    """
    each = sorted(set(days))
    distances = [(later - earlier).days for earlier, later in pairwise(each)]
    if not distances:
        return []
    least = max(GAP_DAYS, GAP_TIMES * median(distances))
    one = dt.timedelta(days=1)
    return [
        Gap(earlier + one, later - one)
        for earlier, later in pairwise(each)
        if (later - earlier).days > least
    ]
