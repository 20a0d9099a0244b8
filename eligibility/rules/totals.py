"""What listed items add up to: the arithmetic between a list and its metric's bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eligibility.rules.metrics import COUNTS, full_value
from eligibility.rules.types import Bounds, Counted, Empty, Metric, MetricSpec, Reason

UNKNOWN = Bounds()

#: Reasons that leave room between the bounds.
DOUBTFUL = frozenset(
    {Reason.DOUBTFUL, Reason.DUE_UNKNOWN, Reason.CLIENT_UNKNOWN, Reason.AMOUNT_UNKNOWN}
)


def exactly(num: int, den: int) -> Bounds:
    """A value without doubt; a denominator of 0 is no value."""
    return Bounds(num, den, num, den)


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of contributions to both bounds; ``unbounded`` items may add any amount."""

    low_num: int = 0
    low_den: int = 0
    high_num: int = 0
    high_den: int = 0
    unbounded: int = 0

    def plus(self, other: Total, times: int = 1) -> Total:
        """This and ``times`` the other."""
        return Total(
            self.low_num + times * other.low_num,
            self.low_den + times * other.low_den,
            self.high_num + times * other.high_num,
            self.high_den + times * other.high_den,
            self.unbounded + times * other.unbounded,
        )


NOTHING = Total()
_FOR = Total(1, 1, 1, 1)
_AGAINST = Total(0, 1, 0, 1)
#: A doubtful order counts once against the seller and once for them.
_EITHER = {
    Metric.ON_TIME_RATE: Total(0, 1, 1, 1),
    Metric.COMPLETION_RATE: Total(0, 1, 0, 0),
    Metric.CANCELLATION_RATE: Total(0, 0, 1, 1),
    Metric.CANCELLATIONS: Total(0, 0, 1, 0),
    Metric.UNIQUE_CLIENTS: Total(0, 0, 1, 0),
    Metric.EARNINGS_USD: Total(unbounded=1),
}


def contribution(spec: MetricSpec, item: Counted) -> Total:
    """What one item of a list brings in."""
    if item.reason in DOUBTFUL:
        return _EITHER.get(spec.metric, NOTHING)
    if item.reason is Reason.COUNTS_AGAINST:
        return _AGAINST
    if item.reason is not Reason.COUNTS:
        return NOTHING
    if spec.metric is Metric.RATING and item.stars is not None:
        hundredths = int(item.stars * 100)
        return Total(hundredths, 100, hundredths, 100)
    if spec.metric is Metric.EARNINGS_USD:
        return Total(item.cents or 0, 0, item.cents or 0, 0)
    return _FOR


def total_of(spec: MetricSpec, items: Iterable[Counted]) -> Total:
    """All items of a list together."""
    times: dict[Total, int] = {}
    for item in items:
        adds = contribution(spec, item)
        times[adds] = times.get(adds, 0) + 1
    found = NOTHING
    for adds, count in times.items():
        found = found.plus(adds, count)
    return found


def bounds_of(spec: MetricSpec, total: Total) -> Bounds:
    """The bounds of the metric; an empty window shows what the rules say."""
    if spec.metric is Metric.EARNINGS_USD:
        share = spec.earnings_share
        low, high = total.low_num * share.numerator, total.high_num * share.numerator
        den = 100 * share.denominator
        return Bounds(low, den, high, 0 if total.unbounded else den)
    if spec.metric in COUNTS:
        return Bounds(total.low_num, 1, total.high_num, 1)
    low_side, high_side = (total.low_num, total.low_den), (total.high_num, total.high_den)
    if spec.empty is Empty.FULL:
        full = (full_value(spec.metric), 1)
        low_side = low_side if low_side[1] else full
        high_side = high_side if high_side[1] else full
    return Bounds(*low_side, *high_side)
