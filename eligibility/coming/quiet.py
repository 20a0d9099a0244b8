"""Levels and promotion if nothing new happens: the rules of the past, carried on past today."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.computing import Judged, judge_sellers
from eligibility.rule_files import rule_sets
from metrics.engine.days import day_number
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import QuietForecast
from metrics.series import DailySeries, seller_series


def quiet_standing(ground: Ground, quiet: QuietForecast, last_day: date) -> Judged:
    """Every rule on every day of the history and on the coming days up to ``last_day``.

    It is what a recompute on that day stores, causes included, if no order, review or first
    message comes, the platform shows nothing new, and no rule changes but on its known day.

    Parameters
    ----------
    ground : of what is known, not an imagined one
    quiet : the forecast on this ground, at least up to ``last_day``
    """
    scores = _carried_on(seller_series(ground.seller), quiet)
    seller = ground.seller
    return judge_sellers(
        {seller.pk: day_number(last_day)}, rule_sets(seller.platform), {seller.pk: scores}
    )


def _carried_on(past: DailySeries, quiet: QuietForecast) -> DailySeries:
    """The stored scores before today, and the forecast from today on."""
    coming = quiet.overall
    passed = past.between(date.min, quiet.today)
    if not len(passed):
        return coming
    return DailySeries(
        passed.first_day,
        np.concatenate((passed.statuses, coming.statuses)),
        np.concatenate((passed.values, coming.values)),
    )
