"""Canonical rows to engine facts, written a second time and plainly.

The product reads facts from the database; the scenarios read them straight from the rows
of the story, so that a mistake in one way of reading shows as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from metrics.engine.attribution import Attribution, Moment, attribute
from metrics.engine.days import day_number
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.reference import SellerState, evidence_of, seller_state
from metrics.engine.types import (
    CancelledBy,
    Evidence,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
)
from metrics.policy_files import SHIPPED, read_policy_file
from sellers.demo.rows import Row, StoryFacts
from sellers.demo.stories import STORIES

#: Two anchors: an ordinary day, and a leap day two years before which the clocks differ.
ANCHOR = date(2026, 11, 20)
LEAP_ANCHOR = date(2028, 2, 29)

_STATUS = {
    "open": OrderStatus.OPEN,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
}
_CANCELLED_BY = {
    "": CancelledBy.UNKNOWN,
    "seller": CancelledBy.SELLER,
    "client": CancelledBy.CLIENT,
    "mutual": CancelledBy.MUTUAL,
    "platform": CancelledBy.PLATFORM,
}


class Scenario:
    """One demo seller at an anchor: its rows, its evidence, its score on day offsets."""

    def __init__(self, handle: str, anchor: date = ANCHOR) -> None:
        self.anchor = anchor
        self.story: StoryFacts = STORIES[handle](anchor)
        self.policy = shipped_policy()
        self.zone = ZoneInfo(self.story.time_zone)
        self.order_numbers = {
            row["order_ref"]: number for number, row in enumerate(self.story.orders)
        }
        self.gig_numbers = {
            gig: number for number, gig in enumerate(sorted({r["gig"] for r in self.story.orders}))
        }
        self.evidence: list[Evidence] = evidence_of(
            [self._order(row) for row in self.story.orders], self._reviews(), self.policy
        )

    def state(self, offset: int) -> SellerState:
        """The seller on a day, by the reference engine."""
        return seller_state(self.evidence, self.number(offset), self.policy)

    def score(self, offset: int) -> float:
        score = self.state(offset).score
        assert score is not None
        return score

    def displayed(self, offset: int) -> int | None:
        return self.state(offset).displayed

    def number(self, offset: int) -> int:
        return day_number(self.anchor) + offset

    def offset(self, stamp: str) -> int:
        """Day offset of a time of the file, in the seller's zone."""
        return day_number(moment(stamp).astimezone(self.zone).date()) - day_number(self.anchor)

    def finished(self, offset: int) -> list[Row]:
        """The orders that were completed or cancelled on a day."""
        return [
            row
            for row in self.story.orders
            if (end := finished_at(row)) and self.offset(end) == offset
        ]

    def reviewed(self, offset: int) -> list[Row]:
        """The reviews that were posted on a day."""
        return [row for row in self.story.reviews if self.offset(row["posted_at"]) == offset]

    def why(self, start: int, end: int) -> Attribution:
        """The ledger of the move between two days."""
        columns, gigs = evidence_columns(self.evidence), len(self.gig_numbers)
        before, after = (
            Moment(columns, self.number(offset), self.policy, gigs) for offset in (start, end)
        )
        return attribute(before, after)

    def alive(self, offset: int) -> list[Evidence]:
        """The items that count on a day."""
        day = self.number(offset)
        return [item for item in self.evidence if item.start_day <= day < item.end_day]

    def _day(self, stamp: str) -> int | None:
        return self.number(self.offset(stamp)) if stamp else None

    def _order(self, row: Row) -> OrderFacts:
        due = row.get("extended_due_at") or row.get("due_at", "")
        delivered = row.get("delivered_at", "")
        cancelled = row.get("cancelled_at", "")
        return OrderFacts(
            order=self.order_numbers[row["order_ref"]],
            gig=self.gig_numbers[row["gig"]],
            status=_STATUS[row["status"]],
            finished_day=self._day(finished_at(row)),
            delivered_day=self._day(delivered),
            late_hours=_hours_between(due, delivered) if due and delivered else None,
            cancelled_by=_CANCELLED_BY[row.get("cancelled_by", "")],
            requirements_in={"yes": True, "no": False}.get(row.get("requirements_in", "")),
            cancelled_very_late=bool(
                cancelled and due and not delivered and _hours_between(due, cancelled) >= 24
            ),
            disputes=int(row["disputes"]) if row["disputes"] else None,
            amount_usd=float(row["amount"]),
            excluded_day=(
                day_number(date.fromisoformat(row["excluded_on"]))
                if row.get("excluded_on")
                else None
            ),
        )

    def _reviews(self) -> list[ReviewFacts]:
        versions: dict[str, list[Row]] = {}
        for row in sorted(self.story.reviews, key=lambda row: row["posted_at"]):
            versions.setdefault(row["order_ref"], []).append(row)
        return [
            self._version(rows, index) for rows in versions.values() for index in range(len(rows))
        ]

    def _version(self, rows: Sequence[Row], index: int) -> ReviewFacts:
        row = rows[index]
        ends = [
            (self.offset(stamp), edited)
            for stamp, edited in (
                (rows[index + 1]["posted_at"] if index + 1 < len(rows) else "", True),
                (row.get("removed_at", ""), False),
            )
            if stamp
        ]
        end, edited = min(ends) if ends else (None, False)
        first, start = self._day(rows[0]["posted_at"]), self._day(row["posted_at"])
        assert first is not None
        assert start is not None
        return ReviewFacts(
            order=self.order_numbers[row["order_ref"]],
            posted_day=first,
            start_day=start,
            end_day=None if end is None else self.number(end),
            edited=edited,
            stars=_rating(row, "stars"),
            quality=_rating(row, "quality_of_delivery", "service_as_described"),
            communication=_rating(row, "working_with", "communication"),
            value=_rating(row, "value_for_money", "buy_again"),
        )


@cache
def shipped_policy() -> Policy:
    return read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()


@cache
def scenario(handle: str, anchor: date = ANCHOR) -> Scenario:
    return Scenario(handle, anchor)


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(UTC)


def finished_at(row: Row) -> str:
    return row.get("completed_at") or row.get("cancelled_at") or ""


def _hours_between(start: str, end: str) -> float:
    return (moment(end) - moment(start)).total_seconds() / 3600


def _rating(row: Mapping[str, str], *columns: str) -> float | None:
    return next((float(row[column]) for column in columns if row.get(column)), None)
