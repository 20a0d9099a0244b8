"""What a sweep gives: daily scores of gigs and sellers in packed arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from metrics.engine.columns import Float64, Int8, Int32, Int64
from metrics.engine.days import NO_DAY


class DayState(IntEnum):
    """What is known of a gig or a seller on one day."""

    #: The gig counts; the seller is scored.
    SCORED = 0
    #: Fewer finished orders in the window than the gate asks; of a seller: no gig counts.
    TOO_LITTLE = 1
    #: No finished order in the window; of a seller: of any gig.
    NOTHING = 2


@dataclass(frozen=True, slots=True)
class DailyScores:
    """The days of one subject, without gaps.

    Attributes
    ----------
    first_day : day number of the first entry; NO_DAY where there is no day at all
    score : shape (days,), not rounded; NaN on days without a value
    status : shape (days,) of :class:`DayState`
    """

    first_day: int
    score: Float64
    status: Int8

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Daily scores of every gig and seller of a batch, packed end to end.

    The days of gig ``g`` stand at ``gig_offset[g]`` … ``gig_offset[g + 1]`` − 1 and begin on
    ``gig_first_day[g]``, its first day with evidence; a gig or seller without any has no
    days and the first day NO_DAY. Everything ends on the last day that was asked for.

    A gig has a score on days of state SCORED and TOO_LITTLE, a seller on days of state
    SCORED; all other scores are NaN.

    Attributes
    ----------
    gig_seller : shape (gigs,), ascending
    gig_first_day, seller_first_day : shape (gigs,) and (sellers,)
    gig_offset, seller_offset : shape (gigs + 1,) and (sellers + 1,)
    gig_score, gig_status : shape (gig days,)
    seller_score, seller_status : shape (seller days,)
    """

    gig_seller: Int32
    gig_first_day: Int32
    gig_offset: Int64
    gig_score: Float64
    gig_status: Int8
    seller_first_day: Int32
    seller_offset: Int64
    seller_score: Float64
    seller_status: Int8

    def gig(self, gig: int) -> DailyScores:
        """The days of one gig; views, not copies."""
        days = slice(int(self.gig_offset[gig]), int(self.gig_offset[gig + 1]))
        first_day = int(self.gig_first_day[gig]) if days.stop > days.start else NO_DAY
        return DailyScores(first_day, self.gig_score[days], self.gig_status[days])

    def seller(self, seller: int) -> DailyScores:
        """The days of one seller; views, not copies."""
        days = slice(int(self.seller_offset[seller]), int(self.seller_offset[seller + 1]))
        first_day = int(self.seller_first_day[seller]) if days.stop > days.start else NO_DAY
        return DailyScores(first_day, self.seller_score[days], self.seller_status[days])
