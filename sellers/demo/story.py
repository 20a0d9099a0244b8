"""Builds one demo seller from day offsets.

All offsets count days from the anchor day in the seller's own zone: −1 is the day before
it. Wall-clock times lie in the daytime and lateness keeps an hour's distance from every
limit, so a change to summer time moves no event to another day and no delivery to another
side of its limit. The same offsets therefore give the same evidence whatever the anchor.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sellers.demo.dice import Dice
from sellers.demo.rows import InquiryRow, NoteRow, ObservationRow, StoryFacts
from sellers.demo.wording import review_text

#: From this day on a review rates quality, working with the freelancer and value.
NEW_AREAS_FROM = date(2024, 2, 14)


@dataclass(frozen=True, slots=True)
class GigPlan:
    """One offer of a demo seller."""

    ref: str
    title: str
    price_band: str
    category: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Three sub-ratings. ``areas_known`` False: only the mean in stars was shown."""

    quality: int
    communication: int
    value: int
    areas_known: bool = True

    @property
    def stars(self) -> str:
        """The mean as the platform shows it: one decimal."""
        return f"{(self.quality + self.communication + self.value) / 3:.1f}"


FIVE = Rating(5, 5, 5)


@dataclass(frozen=True, slots=True)
class Review:
    """A review and the days between the end of the order and its posting."""

    rating: Rating = FIVE
    after: int = 0
    text: str = ""
    #: Offset of the day on which the platform took it down.
    removed: int | None = None


class Story:
    """Collects the facts of one demo seller."""

    def __init__(
        self,
        handle: str,
        *,
        category: str,
        anchor: date,
        joined: int,
        zone: str = "UTC",
    ) -> None:
        self.handle = handle
        self.category = category
        self.anchor = anchor
        self.joined = joined
        self.zone_name = zone
        self.zone = ZoneInfo(zone)
        self.dice = Dice(handle)
        self._gigs: dict[str, GigPlan] = {}
        self._paused: set[str] = set()
        self._orders: list[dict[str, str]] = []
        self._reviews: list[dict[str, str]] = []
        self._inquiries: list[InquiryRow] = []
        self._observations: list[ObservationRow] = []
        self._notes: list[NoteRow] = []

    # --- days and times ---------------------------------------------------------------

    def day(self, offset: int) -> date:
        return self.anchor + timedelta(days=offset)

    def _wall(self, offset: int, first_hour: int, last_hour: int) -> datetime:
        """A wall-clock time of that day, between two whole hours."""
        minute = self.dice.whole(first_hour * 60, last_hour * 60 - 1)
        return datetime.combine(self.day(offset), time()) + timedelta(minutes=minute)

    def _stamp(self, wall: datetime) -> str:
        return wall.replace(tzinfo=self.zone).astimezone(UTC).isoformat()

    # --- what the seller offers -------------------------------------------------------

    def gig(
        self,
        ref: str,
        title: str,
        price_band: str,
        *,
        category: str = "",
        paused: bool = False,
    ) -> str:
        self._gigs[ref] = GigPlan(ref, title, price_band, category or self.category)
        if paused:
            self._paused.add(ref)
        return ref

    # --- orders -----------------------------------------------------------------------

    def order(
        self,
        gig: str,
        finished: int,
        *,
        amount: int,
        allowed: int = 4,
        late_hours: float = -9.0,
        accepted_after: int = 1,
        extended_days: int = 0,
        revisions: int = 0,
        disputes: int | None = 0,
        review: Review | None = None,
    ) -> str:
        """A completed order; ``finished`` is the day of its completion.

        ``late_hours`` is the first delivery against the due time that was in force
        (negative: early); it was delivered ``accepted_after`` days before completion.
        """
        delivered = self._wall(finished - accepted_after, 12, 17)
        due = delivered - timedelta(hours=late_hours)
        first_due = due - timedelta(days=extended_days)
        ordered = first_due - timedelta(days=allowed)
        if ordered >= delivered:
            raise ValueError(f"{self.handle}: delivered before it was ordered, day {finished}")
        row = self._row(gig, ordered, amount, revisions=revisions, disputes=disputes)
        row |= {
            "status": "completed",
            "requirements_in": "yes",
            "due_at": self._stamp(first_due),
            "delivered_at": self._stamp(delivered),
            "completed_at": self._stamp(self._wall(finished, 17, 20)),
        }
        if extended_days:
            row["extended_due_at"] = self._stamp(due)
        self._orders.append(row)
        if review is not None:
            self.review(row["order_ref"], finished + review.after, review)
        return row["order_ref"]

    def cancelled(
        self,
        gig: str,
        on: int,
        *,
        by: str,
        amount: int,
        requirements_in: bool = True,
        open_days: int = 3,
        due_in: int = 2,
        disputes: int | None = 0,
        excluded_on: int | None = None,
        excluded_reason: str = "",
    ) -> str:
        """A cancelled order: open for ``open_days``, due ``due_in`` days after its end.

        A negative ``due_in`` is an order cancelled that many days past its due time with
        nothing delivered.
        """
        ended = self._wall(on, 17, 20)
        row = self._row(gig, ended - timedelta(days=open_days), amount, disputes=disputes)
        row |= {
            "status": "cancelled",
            "cancelled_by": by,
            "requirements_in": "yes" if requirements_in else "no",
            "due_at": self._stamp(ended + timedelta(days=due_in, hours=-2)),
            "cancelled_at": self._stamp(ended),
        }
        if excluded_on is not None:
            row["excluded_on"] = self.day(excluded_on).isoformat()
            row["excluded_reason"] = excluded_reason
        self._orders.append(row)
        return row["order_ref"]

    def open_order(self, gig: str, ordered: int, *, amount: int, allowed: int) -> str:
        """An order that is still being worked on."""
        start = self._wall(ordered, 8, 12)
        row = self._row(gig, start, amount, disputes=0)
        row |= {
            "status": "open",
            "requirements_in": "yes",
            "due_at": self._stamp(start + timedelta(days=allowed)),
        }
        self._orders.append(row)
        return row["order_ref"]

    def _row(
        self,
        gig: str,
        ordered: datetime,
        amount: int,
        *,
        revisions: int = 0,
        disputes: int | None,
    ) -> dict[str, str]:
        plan = self._gigs[gig]
        number = len(self._orders)
        return {
            "seller": self.handle,
            "platform": "fiverr",
            "gig": plan.ref,
            "gig_title": plan.title,
            "category": plan.category,
            "price_band": plan.price_band,
            "order_ref": order_ref(self.handle, number),
            "buyer": f"demo-buyer-{self.dice.whole(1, 40 + len(self._orders)):04d}",
            "ordered_at": self._stamp(ordered),
            "amount": f"{amount}.00",
            "currency": "USD",
            "revisions": str(revisions),
            "disputes": "" if disputes is None else str(disputes),
            "time_zone": self.zone_name,
        }

    # --- reviews ----------------------------------------------------------------------

    def review(self, order_ref: str, posted: int, review: Review) -> None:
        """One version of an order's review; a later one of the same order replaces it."""
        rating = review.rating
        row = {
            "seller": self.handle,
            "platform": "fiverr",
            "order_ref": order_ref,
            "review_ref": f"R-{order_ref[2:]}",
            "posted_at": self._stamp(self._wall(posted, 20, 22)),
            "stars": rating.stars,
            "text": review.text or review_text(rating.quality, self.dice),
        }
        if rating.areas_known:
            new = self.day(posted) >= NEW_AREAS_FROM
            row |= {
                "quality_of_delivery" if new else "service_as_described": str(rating.quality),
                "working_with" if new else "communication": str(rating.communication),
                "value_for_money" if new else "buy_again": str(rating.value),
            }
        if review.removed is not None:
            row["removed_at"] = self._stamp(self._wall(review.removed, 9, 17))
        self._reviews.append(row)

    # --- what is noted by hand --------------------------------------------------------

    def inquiry(self, on: int, reply_hours: float | None) -> None:
        """A first message of a new client; ``reply_hours`` None is no reply."""
        written = self._wall(on, 8, 20).replace(tzinfo=self.zone).astimezone(UTC)
        reply = None if reply_hours is None else written + timedelta(hours=reply_hours)
        ref = f"inquiry-{len(self._inquiries) + 1:04d}"
        self._inquiries.append(InquiryRow(ref, written, reply))

    def observed(
        self,
        on: int,
        kind: str,
        *,
        value: str | None = None,
        label: str = "",
        words: str = "",
        gig: str | None = None,
        area: str = "",
    ) -> None:
        self._observations.append(
            ObservationRow(self.day(on), kind, value, label, words, gig, area)
        )

    def note(self, on: int, text: str, until: int | None = None) -> None:
        self._notes.append(NoteRow(self.day(on), text, None if until is None else self.day(until)))

    def facts(self) -> StoryFacts:
        """Everything collected, files in the order of time."""
        return StoryFacts(
            handle=self.handle,
            category=self.category,
            time_zone=self.zone_name,
            joined_on=self.day(self.joined),
            orders=sorted(self._orders, key=lambda row: (row["ordered_at"], row["order_ref"])),
            reviews=sorted(self._reviews, key=lambda row: (row["posted_at"], row["order_ref"])),
            inquiries=tuple(self._inquiries),
            observations=tuple(self._observations),
            notes=tuple(self._notes),
            paused_gigs=frozenset(self._paused),
        )


def order_ref(handle: str, number: int) -> str:
    """FO and ten or eleven hexadecimal digits, as the platform writes its references."""
    digest = hashlib.sha256(f"{handle}/{number}".encode()).hexdigest().upper()
    return "FO" + digest[: 10 + int(digest[-1], 16) % 2]
