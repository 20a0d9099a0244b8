"""Levels and promotion if nothing new happens: the rules of the past, carried on past today."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.coming.carrying import judge_carried_on
from eligibility.computing import Judged
from eligibility.facts import displayed_scores, read_eligibility_facts
from eligibility.rule_files import rule_sets
from eligibility.rules.spans import all_spans, level_spans
from metrics.engine.columns import Float64
from metrics.engine.days import day_number
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import QuietForecast
from metrics.series import DailySeries


def quiet_standing(ground: Ground, quiet: QuietForecast, last_day: date) -> Judged:
    """Every rule on every day of the history and on the coming days up to ``last_day``.

    It is what a recompute on that day stores, causes included, if no order, review or first
    message comes, the platform shows nothing new, and no rule changes but on its known day.

    Parameters
    ----------
    ground : of what is known, not an imagined one
    quiet : the forecast on this ground, at least up to ``last_day``
    """
    seller, today = ground.seller, ground.today_number
    read = read_eligibility_facts({seller.pk: today})
    coming = _on_days(quiet.overall, today, day_number(last_day))
    found = judge_carried_on(
        read.columns, displayed_scores(coming)[None, :], rule_sets(seller.platform)
    )
    levels = None if found.levels is None else level_spans(found.levels)
    return Judged(read, found, tuple(all_spans(found)), levels)


def _on_days(series: DailySeries, first: int, last: int) -> Float64:
    """The scores of the days from ``first`` to ``last``, NaN where there is none."""
    found = np.full(last - first + 1, np.nan)
    days = np.arange(series.first_day, series.first_day + len(series))
    inside = (first <= days) & (days <= last)
    found[days[inside] - first] = series.values[inside]
    return found
