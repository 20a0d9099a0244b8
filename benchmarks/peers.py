"""What every peer is given and what it has to give: the same daily scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.engine.columns import EvidenceColumns, Float64, Int32, Int64
from metrics.engine.sweep import DayState, Sweep
from metrics.engine.types import Policy

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Input:
    """Evidence of a batch, and the last day of all of it."""

    evidence: EvidenceColumns
    gig_seller: Int32
    last_day: int
    policy: Policy

    @property
    def base_day(self) -> int:
        """A day in the middle: powers of two reach as far up as down."""
        return (int(self.evidence.start_day.min()) + self.last_day) // 2


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all days with one, sorted by gig or seller, then day."""

    gig: Int64
    gig_day: Int64
    gig_score: Float64
    seller: Int64
    seller_day: Int64
    seller_score: Float64


def scores_of_sweep(swept: Sweep) -> Scores:
    """Our own result in the peers' shape."""
    gig, gig_day = _subject_days(swept.gig_offset, swept.gig_first_day)
    seller, seller_day = _subject_days(swept.seller_offset, swept.seller_first_day)
    some, scored = swept.gig_status != DayState.NOTHING, swept.seller_status == DayState.SCORED
    return Scores(
        gig[some],
        gig_day[some],
        swept.gig_score[some],
        seller[scored],
        seller_day[scored],
        swept.seller_score[scored],
    )


def _subject_days(offset: Int64, first_day: Int32) -> tuple[Int64, Int64]:
    count = np.diff(offset)
    subject = np.repeat(np.arange(len(count)), count)
    day = np.arange(offset[-1]) - offset[subject] + first_day[subject]
    return subject, day


def assert_same(ours: Scores, peer: Scores, name: str) -> None:
    """The same days have a score, and the scores agree to 1e-9.

    Raises
    ------
    AssertionError
        With the name of the peer and the largest difference.
    """
    for column in ("gig", "gig_day", "seller", "seller_day"):
        mine, other = getattr(ours, column), getattr(peer, column)
        assert np.array_equal(mine, other), f"{name}: other days in {column}"
    for column in ("gig_score", "seller_score"):
        difference = np.abs(getattr(ours, column) - getattr(peer, column)).max(initial=0.0)
        assert difference <= TOLERANCE, f"{name}: {column} off by {difference:.2e}"
