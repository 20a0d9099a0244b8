"""The future at the seller's own pace, the same for everybody who asks on the same day."""

from __future__ import annotations

from datetime import date

from metrics.engine.pace import PaceBand, TooLittle, own_weeks, pace_band
from metrics.forecasting.ground import Ground


def own_pace(ground: Ground, last_day: date, *, break_weeks: int = 0) -> PaceBand | TooLittle:
    """The band up to ``last_day``, or why there is none.

    The draws hang on the seller and the day alone, so that a page does not flicker and a kept
    forecast can be made again.

    Raises
    ------
    ValueError
        If the last day lies before today or the break is negative.
    """
    own = own_weeks(ground.evidence, ground.facts.reviews, ground.today_number)
    if isinstance(own, TooLittle):
        return own
    seed = (ground.seller.pk << 20) + ground.today_number
    future = ground.future(last_day)
    return pace_band(future, ground.facts.reviews, own, seed=seed, break_weeks=break_weeks)
