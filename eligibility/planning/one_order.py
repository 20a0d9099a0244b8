"""What one order adds to the sums that rules ask for, by the items that the rules themselves read.

A sum moves by what an order brings and by nothing else, but for one thing: a client counts once,
so an order counts by who bought before. Each ending is therefore added up in the company of the
completed orders of its client, and against the same company with the order as it is. All endings
are the sellers of one batch, and the lists of items are those of :mod:`eligibility.rules.items`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from eligibility.rules.facts import EligibilityFacts
from eligibility.rules.items import SUMS, ItemColumns, items_of
from eligibility.rules.totals import Total
from eligibility.rules.types import Metric, MetricSpec, Scope
from metrics.engine.columns import Int64, joined_columns, taken_rows
from metrics.engine.fact_columns import order_columns
from metrics.engine.hypothetical import hypothetical_facts
from metrics.engine.types import OrderStatus
from metrics.forecasting.open_orders import Endings, Way

#: Sums that an order without a review moves.
ORDER_SUMS = SUMS - {Metric.RESPONSE_RATE, Metric.RATING, Metric.REVIEW_COUNT}
#: The channels of a sum, in the order of :class:`~eligibility.rules.totals.Total`.
_CHANNELS = ("low_num", "low_den", "high_num", "high_den", "unbounded")


class OneOrder:
    """Open orders with their endings, beside what is known of their seller."""

    def __init__(self, own: EligibilityFacts, endings: Sequence[Endings]) -> None:
        self._own, self._endings = own, endings
        self._ways = [(at, way) for at, ending in enumerate(endings) for way in ending.ways()]
        self._facts = self._batch()
        self._day = np.array(
            [endings[at].day for at, _ in self._ways] + [ending.day for ending in endings]
        )
        self._found: dict[MetricSpec, dict[tuple[int, Way], Total]] = {}

    def changes(self, spec: MetricSpec) -> Mapping[tuple[int, Way], Total]:
        """What each ending adds on its day, by the order's place among the endings.

        Raises
        ------
        KeyError
            For a metric that is not among :data:`ORDER_SUMS`.
        """
        if spec.metric not in ORDER_SUMS:
            raise KeyError(spec.metric)
        if spec not in self._found:
            self._found[spec] = self._changes(spec)
        return self._found[spec]

    def _changes(self, spec: MetricSpec) -> dict[tuple[int, Way], Total]:
        gigs, day = self._own.gigs, self._day
        items = items_of(self._facts, spec)
        if spec.scope is Scope.GIG:
            # The gig of the order itself, of each seller of the batch.
            of_gig = np.repeat(day, gigs)
            whole = sums_on(items, of_gig).reshape(len(day), gigs, len(_CHANNELS))
            places = [self._endings[at].gig for at, _ in self._ways]
            places += [ending.gig for ending in self._endings]
            sums = whole[np.arange(len(day)), places]
        else:
            sums = sums_on(items, day)
        count = len(self._ways)
        as_it_is = sums[count + np.array([at for at, _ in self._ways], np.int64)]
        adds = (sums[:count] - as_it_is).tolist()
        return {key: Total(*row) for key, row in zip(self._ways, adds, strict=True)}

    def _batch(self) -> EligibilityFacts:
        """A seller for each ending, and then one for each order as it is."""
        own, gigs = self._own, self._own.gigs
        company = _company(own, self._endings)
        ended = [
            hypothetical_facts(self._endings[at].ways()[way], self._endings[at].order)[0]
            for at, way in self._ways
        ]
        known = [company[at] for at, _ in self._ways]
        known += [
            np.append(rows, ending.row) for rows, ending in zip(company, self._endings, strict=True)
        ]
        rows = np.concatenate([np.empty(0, np.int64), *known]).astype(np.int64)
        changed = np.array([self._endings[at].row for at, _ in self._ways], np.int64)
        subject = np.concatenate(
            (np.repeat(np.arange(len(known)), [len(one) for one in known]), np.arange(len(ended)))
        )
        orders = joined_columns((taken_rows(own.orders, rows), order_columns(ended)))
        both = np.concatenate((rows, changed))
        return replace(
            own,
            gig_seller=np.repeat(np.arange(len(known)), gigs).astype(np.int32),
            orders=replace(orders, gig=(orders.gig + subject * gigs).astype(np.int32)),
            ordered_day=own.ordered_day[both],
            buyer=own.buyer[both],
            amount_cents=own.amount_cents[both],
        )


def sums_on(items: ItemColumns, day: Int64) -> Int64:
    """The sums of the items that count on a day.

    Parameters
    ----------
    day : shape (subjects,), the day of each subject

    Returns
    -------
    Shape (subjects, 5), the fields of :class:`~eligibility.rules.totals.Total`.
    """
    asked = day[items.subject]
    counts = np.flatnonzero((items.start_day <= asked) & (asked < items.end_day))
    found = np.zeros((len(day), len(_CHANNELS)), np.int64)
    for column, name in enumerate(_CHANNELS):
        np.add.at(found[:, column], items.subject[counts], getattr(items, name)[counts])
    return found


def _company(own: EligibilityFacts, endings: Sequence[Endings]) -> list[Int64]:
    """The rows of the completed orders of each order's client; none for an unknown one."""
    rows = np.flatnonzero((own.orders.status == OrderStatus.COMPLETED) & (own.buyer >= 0))
    rows = rows[np.argsort(own.buyer[rows], kind="stable")]
    buyer = own.buyer[rows]
    asked = np.array([own.buyer[ending.row] for ending in endings], np.int64)
    low, high = np.searchsorted(buyer, asked), np.searchsorted(buyer, asked, side="right")
    return [rows[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)]
