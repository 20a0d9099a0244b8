"""What the rules read: facts of many sellers as columns.

Arrays of one group have the same length. Sellers are numbered 0 … S−1 and gigs 0 … G−1, the
gigs of one seller side by side. Days are day numbers in the seller's own zone;
:data:`~metrics.engine.days.NO_DAY` marks an unknown day, inside these arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.engine.columns import Int8, Int32, Int64, OrderColumns, ReviewColumns

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class InquiryColumns:
    """First messages of new clients, shape (inquiries,), in any order.

    ``reply_minutes`` is the time to the first reply in whole minutes, rounded up; −1 where
    no reply is known.
    """

    number: Int64
    seller: Int32
    message_day: Int32
    reply_day: Int32
    reply_minutes: Int64


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumns:
    """The displayed success score of every seller, our estimate.

    Seller ``s`` has ``displayed[offset[s]:offset[s + 1]]`` from ``first_day[s]`` on; 0 is "not
    scored". Days outside are not scored.
    """

    first_day: Int32
    offset: Int64
    displayed: Int8


@dataclass(frozen=True, slots=True, eq=False)
class ShownColumns:
    """Values that the platform displayed on a day, noted down by hand, shape (shown,).

    The value is ``num / den``: a level is its rank over 1, a response rate percent over 100.
    """

    seller: Int32
    day: Int32
    num: Int64
    den: Int64


@dataclass(frozen=True, slots=True, eq=False)
class EligibilityFacts:
    """Facts of a batch of sellers.

    Attributes
    ----------
    first_day, last_day : (sellers,) the days to judge, both included; last before first is
        a seller without any
    is_pro : (sellers,)
    joined_day : (sellers,) NO_DAY where unknown
    gig_seller : (gigs,) ascending
    gig_active : (gigs,) now; see docs/POLICIES.md for the past
    gig_category : (gigs,) as typed by people; "" where unknown
    orders, reviews : the engine's columns; ``orders.gig`` is the gig number
    ordered_day : (orders,)
    buyer : (orders,) a number for each client, unique over the batch or within the seller;
        −1 where unknown
    amount_cents : (orders,) gross, in hundredths of a US dollar; −1 where unknown
    shown_levels, shown_response : what the platform displayed
    """

    first_day: Int64
    last_day: Int64
    is_pro: Bools
    joined_day: Int32
    gig_seller: Int32
    gig_active: Bools
    gig_category: tuple[str, ...]
    orders: OrderColumns
    ordered_day: Int32
    buyer: Int64
    amount_cents: Int64
    reviews: ReviewColumns
    inquiries: InquiryColumns
    scores: ScoreColumns
    shown_levels: ShownColumns
    shown_response: ShownColumns

    @property
    def sellers(self) -> int:
        return len(self.first_day)

    @property
    def gigs(self) -> int:
        return len(self.gig_seller)


def category_key(name: str) -> str:
    """Categories compare without case, and with "&" for "and"."""
    return " ".join(name.casefold().replace("&", " and ").split())
