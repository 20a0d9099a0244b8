"""Both futures of the level and of promoted gigs, drawn on the time axis of the score's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from eligibility.coming.by_day import StandingDays
from eligibility.coming.pace import PaceStanding
from eligibility.rule_words import Levels, level_title
from metrics.charts.futures import (
    FutureLine,
    Scale,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.charts.trajectory import Threshold
from metrics.engine.columns import Float64
from metrics.engine.days import day_number
from metrics.models import DayStatus
from metrics.series import DailySeries
from metrics.what_next.futures import PACE, QUIET, drawn_days
from metrics.words import counted

MAY_BE = "may be, as far as your data say"
#: Marks of the axis of gigs: at most about this many.
_MOST_MARKS = 6


def level_chart(
    days: StandingDays, pace: PaceStanding | None, titles: Levels, today: date
) -> dict[str, Any]:
    """The level held, by day; empty figure data where no rules for levels are in force."""
    scale = _level_scale(titles)
    held, most = _ranks(days.held), _ranks(days.most)
    bands = None if pace is None or not len(pace.holds) else pace.level_band()
    paced = (
        ()
        if pace is None or bands is None
        else (pace.first_day, *(bands[at].astype(float) for at in (0, 1, 3)))
    )
    marks = [Threshold(rank, level_title(rank, titles)) for rank in sorted({0, *titles})]
    return _chart(days, (held, most), paced, scale, marks, today)


def gigs_chart(days: StandingDays, pace: PaceStanding | None, today: date) -> dict[str, Any]:
    """How many gigs meet every published rule of promotion, by day."""
    paced = () if pace is None else (pace.first_day, *pace.gigs_met.T)
    scale = _gigs_scale(len(days.verdicts))
    return _chart(days, days.gigs_met(), paced, scale, [], today)


def _ranks(column: np.ndarray) -> Float64:
    return np.where(column < 0, np.nan, column.astype(np.float64))


def _level_scale(titles: Levels) -> Scale:
    top = max(titles, default=0)
    return Scale(
        what="Level",
        axis={"range": [-0.35, top + 0.75], "dtick": 1, "tick0": 0, "showticklabels": False},
        say=lambda rank: level_title(round(rank), titles),
        none="no rules",
        steps=True,
        closer=None,
    )


def _gigs_scale(gigs: int) -> Scale:
    step = max(-(-gigs // _MOST_MARKS), 1)
    return Scale(
        what="Gigs that meet every published rule of promotion",
        axis={"range": [-0.35 * step, gigs + 0.35 * step], "dtick": step, "tick0": 0},
        say=lambda number: f"{number:.0f} of {counted(gigs, 'gig', 'gigs')}",
        none="no rules",
        steps=True,
        closer=None,
    )


def _chart(
    days: StandingDays,
    values: tuple[Float64, Float64],
    paced: Sequence[Any],
    scale: Scale,
    marks: Sequence[Threshold],
    today: date,
) -> dict[str, Any]:
    """The picture, its table and its words.

    Parameters
    ----------
    values : by day of ``days``: certain, and at most
    paced : first day, low, middle and high at the own pace; empty where there is too little
    """
    shown = drawn_days(today)
    now = day_number(today) - days.first_day
    certain, most = (column[now:] for column in values)
    futures = [FutureLine(QUIET, day_number(today), certain.tolist())]
    if len(paced):
        first, low, middle, high = paced
        futures.append(FutureLine(PACE, first, middle.tolist(), low.tolist(), high.tolist()))
    if (most > certain).any():
        may_be = np.where(most > certain, most, np.nan)
        futures.append(FutureLine(MAY_BE, day_number(today), may_be.tolist()))
    past = _past(days.first_day, values[0]).between(shown[0], today + timedelta(days=1))
    legend = [{"kind": "estimate", "label": "from your data"}, *futures_legend(futures)]
    return {
        "figure": futures_figure(past, futures, marks, (today, "today"), scale, shown),
        "table": futures_table(futures, table_days(today, shown[1]), scale),
        "label": futures_label(futures, shown[1], scale),
        "legend": legend,
    }


def _past(first_day: int, values: Float64) -> DailySeries:
    status = np.where(np.isnan(values), DayStatus.NOTHING, DayStatus.SCORED)
    return DailySeries(first_day, status.astype(np.uint8), values)
