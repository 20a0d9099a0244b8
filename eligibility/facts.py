"""Facts of many sellers from the tables to the columns that the rules read, in a few reads.

Orders and reviews are those of the score (:mod:`metrics.facts`): a fact means the same to
both. What the rules need beside them is read here: who bought, first messages, what the
platform displayed, and the estimated score as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from eligibility.observed import level_rank
from eligibility.rules.facts import (
    EligibilityFacts,
    InquiryColumns,
    ScoreColumns,
    ShownColumns,
)
from metrics.binary_copy import UNKNOWN_TIME, read_columns
from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.days import NO_DAY, day_number
from metrics.facts import DayColumns, FactColumns, read_facts
from metrics.models import Series
from metrics.series import DailySeries, unpack
from sellers.models import Gig, Observation, Seller

_MINUTE_US = 60_000_000

#: A number for each client: the same key gives the same one.
BUYERS_QUERY = """
    SELECT o.id, CASE WHEN o.buyer_key IS NULL THEN -1
                      ELSE ('x' || left(md5(o.buyer_key), 15))::bit(60)::int8 END
    FROM sellers_order o WHERE o.seller_id = ANY(%s)
"""
INQUIRIES_QUERY = """
    SELECT i.id, i.seller_id, i.first_message_at, coalesce(i.first_reply_at, '-infinity')
    FROM sellers_inquiry i WHERE i.seller_id = ANY(%s)
"""
_INQUIRY_COLUMNS = {
    "inquiry_id": "int8",
    "seller": "int8",
    "written": "timestamptz",
    "answered": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """Columns of a batch, with the database ids behind their numbers.

    Attributes
    ----------
    seller_ids, gig_ids : database id of each seller and gig number
    columns : what the rules read; ``columns.orders.order`` and ``columns.inquiries.number``
        are database ids
    """

    seller_ids: Int64
    gig_ids: Int64
    columns: EligibilityFacts


def read_eligibility_facts(
    last_days: Mapping[int, int],
    scores: Mapping[int, DailySeries] | None = None,
    facts: FactColumns | None = None,
) -> ReadFacts:
    """Read everything that eligibility can depend on.

    Parameters
    ----------
    last_days : seller id → day number of the last day to judge
    scores : seller id → overall score; by default as it is stored
    facts : of the same sellers, where they have been read already
    """
    facts = facts or read_facts(list(last_days))
    ids = facts.seller_ids
    sellers = Seller.objects.in_bulk(ids.tolist())
    inquiries = _inquiries(ids, [sellers[pk].time_zone for pk in ids.tolist()])
    levels, response = _shown(ids)
    joined = [sellers[pk].joined_on for pk in ids.tolist()]
    joined_day = np.array([_day_or_none(day) for day in joined], np.int32)
    gigs = Gig.objects.in_bulk(facts.gig_ids.tolist())
    last_day = np.array([last_days[pk] for pk in ids.tolist()], np.int64)
    order_seller = facts.gig_seller[facts.orders.gig]
    first_day = _first_days(
        len(ids),
        joined_day,
        last_day,
        (order_seller, facts.ordered_day),
        (inquiries.seller, inquiries.message_day),
        (levels.seller, levels.day),
        (response.seller, response.day),
    )
    columns = EligibilityFacts(
        first_day=first_day,
        last_day=last_day,
        is_pro=np.array([sellers[pk].is_pro for pk in ids.tolist()], bool),
        joined_day=joined_day,
        gig_seller=facts.gig_seller,
        gig_active=np.array([gigs[pk].is_active for pk in facts.gig_ids.tolist()], bool),
        gig_category=tuple(gigs[pk].category for pk in facts.gig_ids.tolist()),
        orders=facts.orders,
        ordered_day=facts.ordered_day,
        buyer=_buyers(facts),
        amount_cents=cents_of(facts),
        reviews=facts.reviews,
        inquiries=inquiries,
        scores=score_columns([scores[pk] for pk in ids.tolist()] if scores else _stored(ids)),
        shown_levels=levels,
        shown_response=response,
    )
    return ReadFacts(ids, facts.gig_ids, columns)


def _day_or_none(day: date | None) -> int:
    return NO_DAY if day is None else day_number(day)


def _first_days(
    sellers: int,
    joined_day: Int32,
    last_day: Int64,
    *dated: tuple[Int32, Int32],
) -> Int64:
    """The day of each seller's first fact; without any, the day of joining.

    A seller without either is judged on no day: the day after the last.
    """
    first = np.full(sellers, np.iinfo(np.int64).max)
    for seller, day in dated:
        known = day != NO_DAY
        np.minimum.at(first, seller[known], day[known].astype(np.int64))
    unknown = first == np.iinfo(np.int64).max
    joined = np.where(joined_day == NO_DAY, last_day + 1, joined_day)
    return np.where(unknown, joined, first)


def _buyers(facts: FactColumns) -> Int64:
    raw = read_columns(
        BUYERS_QUERY, [facts.seller_ids.tolist()], {"order_id": "int8", "buyer": "int8"}
    )
    order = np.argsort(raw["order_id"])
    known, buyer = raw["order_id"][order], raw["buyer"][order]
    found = np.full(len(facts.orders.order), -1, np.int64)
    if len(known):
        at = np.searchsorted(known, facts.orders.order).clip(max=len(known) - 1)
        here = known[at] == facts.orders.order
        found[here] = buyer[at[here]]
    return found


def cents_of(facts: FactColumns) -> Int64:
    """Gross amounts in hundredths of a US dollar, -1 where unknown; shape (orders,)."""
    amount = facts.orders.amount_usd
    return np.where(np.isnan(amount), -1, np.rint(np.nan_to_num(amount) * 100)).astype(np.int64)


def _inquiries(ids: Int64, zones: Sequence[str]) -> InquiryColumns:
    raw = read_columns(INQUIRIES_QUERY, [ids.tolist()], _INQUIRY_COLUMNS)
    raw = {name: column[np.argsort(raw["inquiry_id"])] for name, column in raw.items()}
    seller = np.searchsorted(ids, raw["seller"])
    written, answered = raw["written"], raw["answered"]
    days = DayColumns(zones, seller)
    replied = answered != UNKNOWN_TIME
    waited = np.where(replied, answered - np.where(replied, written, answered), 0)
    return InquiryColumns(
        number=raw["inquiry_id"],
        seller=seller.astype(np.int32),
        message_day=days.of(written),
        reply_day=days.of(answered),
        reply_minutes=np.where(replied, -(-waited // _MINUTE_US), -1),
    )


def _stored(ids: Int64) -> list[DailySeries]:
    """The stored overall scores, one series a seller."""
    rows: dict[int, list[Series]] = {}
    stored = Series.objects.filter(
        seller__in=ids.tolist(), gig=None, metric=Series.Metric.SUCCESS_SCORE
    )
    for row in stored:
        rows.setdefault(row.seller_id, []).append(row)
    return [unpack(rows.get(pk, [])) for pk in ids.tolist()]


def score_columns(series: Sequence[DailySeries]) -> ScoreColumns:
    """Scores as they are displayed, one series a seller."""
    lengths = [len(one) for one in series]
    values = np.concatenate([np.empty(0), *(one.values for one in series)])
    return ScoreColumns(
        first_day=np.array([one.first_day for one in series], np.int32),
        offset=np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))).astype(np.int64),
        displayed=displayed_scores(values),
    )


def displayed_scores(values: Float64) -> Int8:
    """Scores as they are displayed: half up, 0 where there is none (NaN); of the same shape."""
    shown: Int8 = np.nan_to_num(np.floor(values + 0.5)).astype(np.int8)
    return shown


def _shown(ids: Int64) -> tuple[ShownColumns, ShownColumns]:
    """Levels and response rates that the platform displayed; words nobody knows are left out."""
    number = {pk: at for at, pk in enumerate(ids.tolist())}
    levels: list[tuple[int, int, int, int]] = []
    response: list[tuple[int, int, int, int]] = []
    kinds = (Observation.Kind.LEVEL, Observation.Kind.RESPONSE_RATE)
    rows = Observation.objects.filter(seller__in=ids.tolist(), gig=None, kind__in=kinds)
    for seller, day, kind, value, label in rows.order_by("seller", "day", "pk").values_list(
        "seller", "day", "kind", "value", "label"
    ):
        if kind == Observation.Kind.RESPONSE_RATE and value is not None:
            response.append((number[seller], day_number(day), int(value * 100), 10_000))
        elif kind == Observation.Kind.LEVEL and (rank := level_rank(label)) is not None:
            levels.append((number[seller], day_number(day), rank, 1))
    return _shown_columns(levels), _shown_columns(response)


def _shown_columns(rows: Sequence[tuple[int, int, int, int]]) -> ShownColumns:
    table = np.array(rows, np.int64).reshape(-1, 4)
    return ShownColumns(
        seller=table[:, 0].astype(np.int32),
        day=table[:, 1].astype(np.int32),
        num=table[:, 2],
        den=table[:, 3],
    )
