"""What the pages about facts read. Access is settled before: callers pass what may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import Http404

from sellers.models import Order, OrderStatus, Review, Seller

#: A move or a change is "lately" for so many days.
LATELY_DAYS = 30
#: Score points; a smaller change over days is what fading alone brings, and is shown in grey.
NOISE = 0.1

_FELL = Q(moves__displayed_after__lt=F("moves__displayed_before")) | Q(
    moves__displayed_after__isnull=True, moves__displayed_before__isnull=False
)
_ROSE = Q(moves__displayed_after__gt=F("moves__displayed_before")) | Q(
    moves__displayed_before__isnull=True, moves__displayed_after__isnull=False
)
_ROSTER_ORDER = {
    "seller": "handle",
    "platform": "platform",
    "score": "standing__score",
    "week": "week_change",
    "month": "month_change",
    "rating": "standing__rating",
    "computed": "standing__as_of",
}
_ORDERS_ORDER = {
    "ordered": "ordered_at",
    "finished": "finished_at",
    "amount": "amount",
    "late": "late_by",
    "stars": "stars",
}


def roster(sellers: QuerySet[Seller], asked: dict[str, Any], *, today: date) -> QuerySet[Seller]:
    """Sellers with their standing, as the roster's query asks; recent falls first by default.

    ``asked`` is :meth:`sellers.filters.RosterQuery.asked`; ``today`` dates "lately".
    """
    since = Q(moves__day__gt=today - timedelta(days=LATELY_DAYS))
    rows = sellers.select_related("standing").annotate(
        fell_on=Max("moves__day", filter=since & _FELL),
        rose_on=Max("moves__day", filter=since & _ROSE),
        week_change=F("standing__score") - F("standing__score_7_days_ago"),
        month_change=F("standing__score") - F("standing__score_30_days_ago"),
        orders_until=Subquery(
            Order.objects.filter(seller=OuterRef("pk"))
            .order_by("-ordered_at", "-id")
            .values("ordered_at")[:1]
        ),
    )
    if asked["q"]:
        rows = rows.filter(Q(handle__icontains=asked["q"]) | Q(category__icontains=asked["q"]))
    if asked["platform"]:
        rows = rows.filter(platform=asked["platform"])
    if asked["state"] == "fell":
        rows = rows.filter(fell_on__isnull=False)
    elif asked["state"] == "rose":
        rows = rows.filter(rose_on__isnull=False)
    elif asked["state"] == "unscored":
        rows = rows.filter(standing__score__isnull=True)
    return rows.order_by(*_roster_order(asked["sort"]))


def _roster_order(sort: str) -> list[Any]:
    name = sort.removeprefix("-")
    if name not in _ROSTER_ORDER:
        falling = Case(
            When(month_change__lte=-NOISE, then=F("month_change")),
            default=Value(0.0),
            output_field=FloatField(),
        )
        return [F("fell_on").desc(nulls_last=True), falling, "handle", "pk"]
    field = F(_ROSTER_ORDER[name])
    descends = sort.startswith("-")
    return [
        field.desc(nulls_last=True) if descends else field.asc(nulls_last=True),
        "handle",
        "pk",
    ]


def orders_of(seller: Seller, asked: dict[str, Any], *, by_buyer: bool = True) -> QuerySet[Order]:
    """A seller's orders with their stars and lateness, as the list's query asks.

    Each order carries ``stars`` and ``review_removed_at`` of the review version in force,
    ``reviewed``, ``finished_at`` and ``late_by`` (None where unknown). ``asked`` is
    :meth:`sellers.filters.OrdersQuery.asked`; ``by_buyer`` lets its words find buyers, too.
    """
    review = Review.objects.filter(order=OuterRef("pk")).order_by("-posted_at", "-ref", "-id")
    rows = seller.orders.select_related("gig").annotate(
        stars=Subquery(review.values("stars")[:1]),
        review_removed_at=Subquery(review.values("removed_at")[:1]),
        reviewed=Exists(review),
        finished_at=Coalesce("completed_at", "cancelled_at"),
        late_by=ExpressionWrapper(
            F("delivered_at") - Coalesce("extended_due_at", "due_at"), output_field=DurationField()
        ),
    )
    if asked["q"]:
        found = Q(ref__icontains=asked["q"])
        if by_buyer:
            found |= Q(buyer_label__icontains=asked["q"])
        rows = rows.filter(found)
    if asked["gig"]:
        rows = rows.filter(gig=asked["gig"])
    condition = _ORDER_STATES.get(asked["state"])
    if condition is not None:
        rows = rows.filter(condition)
    field = F(_ORDERS_ORDER[asked["sort"].removeprefix("-")])
    first = (
        field.desc(nulls_last=True) if asked["sort"].startswith("-") else field.asc(nulls_last=True)
    )
    return rows.order_by(first, "-ordered_at", "-pk")


_ORDER_STATES = {
    "completed": Q(status=OrderStatus.COMPLETED),
    "cancelled": Q(status=OrderStatus.CANCELLED),
    "open": Q(status=OrderStatus.OPEN),
    "late": Q(late_by__gt=timedelta(0)),
    "below": Q(stars__lt=5, review_removed_at__isnull=True),
    "unreviewed": Q(status=OrderStatus.COMPLETED, reviewed=False),
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """References of the seller's orders just before and after one, by the time ordered."""

    earlier: str | None
    later: str | None


def order_or_404(seller: Seller, ref: str) -> Order:
    """One order of this seller with everything that its page says."""
    if "\0" in ref:  # the database knows no such text
        raise Http404
    try:
        return (
            seller.orders.select_related("gig", "first_batch", "last_batch", "source_file__batch")
            .prefetch_related("reviews__source_file__batch")
            .get(ref=ref)
        )
    except Order.DoesNotExist:
        raise Http404 from None


def neighbours_of(order: Order) -> Neighbours:
    """The orders before and after this one in the seller's list."""
    at, key = order.ordered_at, order.pk
    mine = Order.objects.filter(seller_id=order.seller_id)
    before = Q(ordered_at__lt=at) | Q(ordered_at=at, pk__lt=key)
    after = Q(ordered_at__gt=at) | Q(ordered_at=at, pk__gt=key)
    return Neighbours(
        earlier=mine.filter(before)
        .order_by("-ordered_at", "-pk")
        .values_list("ref", flat=True)
        .first(),
        later=mine.filter(after).order_by("ordered_at", "pk").values_list("ref", flat=True).first(),
    )
