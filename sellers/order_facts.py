"""One order as its page says it: every fact in words, and what its absence means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date

from sellers.models import Order, OrderStatus, Review, Seller
from sellers.order_words import (
    amount_words,
    assumed_day,
    buyer_words,
    delivery_words,
    ending_words,
    finished_at,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an order page; where ``value`` is empty, ``unknown`` says what that means."""

    term: str
    value: str
    note: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """One thing that a review rates, 1 to 5 stars."""

    name: str
    stars: str


@dataclass(frozen=True, slots=True)
class ReviewVersion:
    """One version of a review with the time for which it was the public one."""

    text: str
    posted: str
    state: str
    in_force: bool
    ratings: tuple[Rating, ...]


_RATING_NAMES = {
    "stars": "stars",
    "quality_of_delivery": "quality of delivery",
    "working_with": "working with the freelancer",
    "value_for_money": "value for money",
    "communication": "communication",
    "service_as_described": "service as described",
    "buy_again": "buy again",
}


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A time in the seller's zone: "12 Jun 2024, 14:05"; "" where unknown."""
    return "" if at is None else format_date(at.astimezone(zone), "j M Y, H:i")


def facts_of(order: Order, seller: Seller, *, names: bool = True) -> list[Fact]:
    """Everything known of an order, in the order in which it happened.

    Without ``names`` neither the buyer nor words of a ruling are told.
    """
    zone = seller.zone
    extended = moment(order.extended_due_at, zone)
    facts = [
        *([Fact("Buyer", buyer_words(order), unknown="not named in your data")] if names else []),
        Fact("Ordered", moment(order.ordered_at, zone)),
        Fact(
            "Due",
            moment(order.due_at, zone),
            note="before the extension" if extended else "",
            unknown="no due time in your data: says nothing about delivery",
        ),
    ]
    if extended:
        facts.append(Fact("Due after the extension", extended, note="this one counts"))
    facts.append(
        Fact(
            "First delivery",
            moment(order.delivered_at, zone),
            note=delivery_words(order),
            unknown=_undelivered(order),
        )
    )
    return [*facts, _ending(order, zone), *_rest(order, names=names)]


def _undelivered(order: Order) -> str:
    if order.status == OrderStatus.OPEN:
        return "not delivered yet, or not in your data"
    if order.status == OrderStatus.CANCELLED:
        return "nothing was delivered, or it is not in your data"
    return "no delivery time in your data: says nothing about delivery"


def _ending(order: Order, zone: ZoneInfo) -> Fact:
    if order.status == OrderStatus.OPEN:
        return Fact("Finished", "", unknown="not finished yet")
    words = "Completed" if order.status == OrderStatus.COMPLETED else "Cancelled"
    assumed = assumed_day(order, zone)
    if assumed is None:
        note = "" if order.status == OrderStatus.COMPLETED else ending_words(order)
        return Fact(words, moment(finished_at(order), zone), note=note)
    day, basis = assumed
    return Fact(
        words,
        "",
        note=f"day assumed: {format_date(day, 'j M Y')}, {basis}",
        unknown="no time in your data",
    )


def _rest(order: Order, *, names: bool) -> list[Fact]:
    facts = [
        Fact(
            "Amount",
            amount_words(order),
            unknown="not in your data: counts as an order of ordinary value",
        ),
        Fact(
            "Disputes",
            _count(order.disputes, "none"),
            unknown="not in your data: says nothing about conflicts",
        ),
        Fact("Revisions", _count(order.revisions, "none"), unknown="not in your data"),
    ]
    if order.status == OrderStatus.CANCELLED:
        facts.append(_requirements(order))
    if order.excluded_on is not None:
        facts.append(
            Fact(
                "Ruling of the platform",
                f"not counted from {format_date(order.excluded_on, 'j M Y')} on",
                note=order.excluded_reason if names else "",
            )
        )
    return facts


def _requirements(order: Order) -> Fact:
    words = {True: "were in when it was cancelled", False: "were not in yet"}
    return Fact(
        "Requirements",
        "" if order.requirements_in is None else words[order.requirements_in],
        unknown="not in your data: whether they were in when it was cancelled is not known",
    )


def _count(number: int | None, none: str) -> str:
    if number is None:
        return ""
    return f"{number:,}" if number else none


def reviews_of(order: Order, seller: Seller, *, texts: bool = True) -> list[ReviewVersion]:
    """Versions of the order's review, oldest first; a later one replaces the earlier."""
    versions = sorted(order.reviews.all(), key=lambda r: (r.posted_at, r.ref, r.pk))
    return [
        _version(review, later, seller.zone, review.text if texts else "")
        for review, later in zip(versions, [*versions[1:], None], strict=False)
    ]


def _version(review: Review, later: Review | None, zone: ZoneInfo, text: str) -> ReviewVersion:
    removed, state = review.removed_at, "in force"
    if later is not None and (removed is None or later.posted_at <= removed):
        state = f"replaced on {moment(later.posted_at, zone)}"
    elif removed is not None:
        state = f"removed on {moment(removed, zone)}"
    return ReviewVersion(
        text=text,
        posted=moment(review.posted_at, zone),
        state=state,
        in_force=state == "in force",
        ratings=tuple(_ratings(review)),
    )


def _ratings(review: Review) -> Iterable[Rating]:
    for field, name in _RATING_NAMES.items():
        value = getattr(review, field)
        if value is not None:
            yield Rating(name, star_number(float(value)))


def star_number(value: float) -> str:
    """Stars as they are written: "5", "4.7", "4.33"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: an import, with file and line where they are known."""

    what: str
    batch_id: int
    when: str
    file: str = ""
    line: int | None = None


def sources_of(order: Order, seller: Seller) -> list[Source]:
    """The imports that brought the order, changed it, and brought its reviews."""
    found = []
    if order.first_batch is not None:
        found.append(
            Source(
                "first seen",
                order.first_batch.pk,
                moment(order.first_batch.created_at, seller.zone),
            )
        )
    if order.last_batch is not None:
        file = order.source_file
        found.append(
            Source(
                "as it stands now",
                order.last_batch.pk,
                moment(order.last_batch.created_at, seller.zone),
                file.name if file else "",
                order.source_line,
            )
        )
    for review in order.reviews.all():
        if review.source_file is not None:
            batch = review.source_file.batch
            found.append(
                Source(
                    "review",
                    batch.pk,
                    moment(batch.created_at, seller.zone),
                    review.source_file.name,
                    review.source_line,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the list of orders."""

    order: Order
    ordered: str
    finished: str
    assumed: bool
    ending: str
    amount: str
    delivery: str
    is_late: bool
    stars: str
    stars_note: str
    buyer: str


def order_rows(orders: Iterable[Order], seller: Seller) -> list[OrderRow]:
    """Orders of :func:`sellers.selectors.orders_of` as the list shows them."""
    return [_row(order, seller.zone) for order in orders]


def _row(order: Order, zone: ZoneInfo) -> OrderRow:
    end, assumed = finished_at(order), assumed_day(order, zone)
    day = assumed[0] if assumed else end.astimezone(zone).date() if end else None
    delivery = delivery_words(order)
    stars = getattr(order, "stars", None)
    removed = getattr(order, "review_removed_at", None) is not None
    reviewed = getattr(order, "reviewed", False)
    return OrderRow(
        order=order,
        ordered=format_date(order.ordered_at.astimezone(zone), "j M Y"),
        finished="" if day is None else format_date(day, "j M Y"),
        assumed=assumed is not None,
        ending=ending_words(order),
        amount=amount_words(order),
        delivery=delivery,
        is_late=delivery.startswith("late"),
        stars="" if stars is None else star_number(float(stars)),
        stars_note="removed" if removed else "rated by area" if reviewed and stars is None else "",
        buyer=buyer_words(order),
    )
