"""What a story consists of: rows of the canonical files, and what is noted by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

ORDER_COLUMNS = (
    "seller",
    "platform",
    "gig",
    "gig_title",
    "category",
    "price_band",
    "order_ref",
    "buyer",
    "ordered_at",
    "due_at",
    "extended_due_at",
    "delivered_at",
    "completed_at",
    "cancelled_at",
    "status",
    "cancelled_by",
    "requirements_in",
    "amount",
    "currency",
    "revisions",
    "disputes",
    "excluded_on",
    "excluded_reason",
    "time_zone",
)
REVIEW_COLUMNS = (
    "seller",
    "platform",
    "order_ref",
    "review_ref",
    "posted_at",
    "stars",
    "communication",
    "service_as_described",
    "buy_again",
    "quality_of_delivery",
    "working_with",
    "value_for_money",
    "removed_at",
    "text",
)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """A first contact; times are aware."""

    ref: str
    first_message_at: datetime
    first_reply_at: datetime | None


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """Something that the platform displayed; ``gig`` is the gig's reference or None."""

    day: date
    kind: str
    value: str | None = None
    label: str = ""
    words: str = ""
    gig: str | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    day: date
    text: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """One demo seller with everything that is known of it."""

    handle: str
    category: str
    time_zone: str
    joined_on: date
    orders: Sequence[Row]
    reviews: Sequence[Row]
    inquiries: Sequence[InquiryRow] = ()
    observations: Sequence[ObservationRow] = ()
    notes: Sequence[NoteRow] = ()
    #: References of gigs that are paused.
    paused_gigs: frozenset[str] = field(default_factory=frozenset)


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A canonical file: UTF-8, comma, one header line; a missing value is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
