"""What did we know then: facts as the log has them, and the imports since.

An order or a review is known since the import that brought it ended; one that was entered
otherwise, since it was entered. Values that imports changed later are those from before. What
people corrected by hand is not in the log: it counts as known all along.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q

from sellers.models import ChangeKind, ImportEffect, ImportState, Order, Seller

# The oldest value after the moment counts: of equal keys the last one stays.
_AS_KNOWN = """
(SELECT known.* FROM {table} AS row
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(fact.key, fact.value ORDER BY entry.id DESC) AS facts
    FROM sellers_importchange AS entry
    JOIN sellers_importbatch AS batch ON batch.id = entry.batch_id
    CROSS JOIN LATERAL jsonb_each(entry.before) AS fact
    WHERE entry.kind = {kind} AND entry.row_id = row.id AND entry.before IS NOT NULL
      AND batch.finished_at > {moment}
) AS past ON true
LEFT JOIN sellers_importbatch AS first ON first.id = row.first_batch_id
CROSS JOIN LATERAL jsonb_populate_record(row, coalesce(past.facts, '{{}}') {gig}) AS known
WHERE coalesce(first.finished_at, row.created_at) <= {moment})
"""
# The log names a gig by its reference.
_GIG = """
|| coalesce((SELECT jsonb_build_object('gig_id', gig.id) FROM sellers_gig AS gig
             WHERE gig.seller_id = row.seller_id AND gig.ref = past.facts->>'gig'), '{}')
"""


def orders_as_known(at: dt.datetime) -> str:
    """SQL of a table like that of orders, with what was known at a moment."""
    return _filled("sellers_order", ChangeKind.ORDER, _GIG, at)


def reviews_as_known(at: dt.datetime) -> str:
    """SQL of a table like that of reviews; their orders have to be known as well."""
    return _filled("sellers_review", ChangeKind.REVIEW, "", at)


def _filled(table: str, kind: ChangeKind, gig: str, at: dt.datetime) -> str:
    moment = f"'{at.astimezone(dt.UTC).isoformat()}'::timestamptz"
    return _AS_KNOWN.format(table=table, kind=kind.value, gig=gig, moment=moment)


def anything_known(seller: Seller, moment: dt.datetime) -> bool:
    """Whether any order of a seller was known at a moment."""
    return (
        Order.objects.filter(seller=seller)
        .filter(
            Q(first_batch__finished_at__lte=moment) | Q(first_batch=None, created_at__lte=moment)
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class Learned:
    """What one import told of a seller after a moment.

    Attributes
    ----------
    old_orders : orders that it added and that are from before the moment
    new_orders : other orders that it added
    changed_orders, reviews : orders that it changed, reviews that it added or changed
    """

    batch_id: int
    at: dt.datetime
    old_orders: int
    new_orders: int
    changed_orders: int
    reviews: int


def learned_since(seller: Seller, moment: dt.datetime) -> list[Learned]:
    """The imports after a moment that changed facts of a seller, oldest first, in two queries."""
    effects = (
        ImportEffect.objects.filter(
            seller=seller, batch__state__in=ImportState.saved(), batch__finished_at__gt=moment
        )
        .annotate(at=F("batch__finished_at"))
        .order_by("at", "batch_id")
    )
    added = {
        batch_id: (old, every)
        for batch_id, old, every in Order.objects.filter(
            seller=seller, first_batch__finished_at__gt=moment
        )
        .order_by()
        .values("first_batch")
        .annotate(old=Count("pk", filter=Q(ordered_at__lte=moment)), every=Count("pk"))
        .values_list("first_batch", "old", "every")
    }
    found = []
    for effect in effects:
        old, every = added.get(effect.batch_id, (0, 0))
        found.append(
            Learned(
                batch_id=effect.batch_id,
                at=effect.at,
                old_orders=old,
                new_orders=every - old,
                changed_orders=effect.orders_changed,
                reviews=effect.reviews_new + effect.reviews_changed + effect.reviews_joined,
            )
        )
    return found
