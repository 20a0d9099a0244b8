"""Rules on days to come are the rules of a later day: on the demo's sellers and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.test import TestCase, override_settings

from eligibility.coming.quiet import quiet_standing
from eligibility.results import LEVEL_COLUMNS
from eligibility.rules.types import Kind
from metrics.engine.days import day_number
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.quiet import quiet_forecast
from metrics.services import recompute_sellers
from sellers.demo.loader import load_demo
from sellers.models import Seller
from tests.eligibility.coming.grounds import judge_grounds
from tests.eligibility.coming.spans import rows_of, stored_rows

ANCHOR = date(2026, 11, 20)
LATER = ANCHOR + timedelta(days=400)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@override_settings(STANDING_DEMO=True)
class TestNothingNew(TestCase):
    """One load of the demo; forecasts of its first day, and what is stored 400 days later."""

    grounds: dict[int, Ground]

    @classmethod
    def setUpTestData(cls) -> None:
        load_demo(anchor=ANCHOR)
        sellers = list(Seller.objects.all())
        recompute_sellers(seller_ids=[seller.pk for seller in sellers], now=noon(ANCHOR))
        cls.grounds = {seller.pk: ground_of(seller, ANCHOR) for seller in sellers}

    def test_the_forecast_is_what_is_stored_when_its_last_day_has_come(self) -> None:
        said: set[tuple[Any, ...]] = set()
        for ground in self.grounds.values():
            judged = quiet_standing(ground, quiet_forecast(ground, LATER), LATER)
            said |= rows_of(judged)
        recompute_sellers(seller_ids=list(self.grounds), now=noon(LATER))
        stored = stored_rows(list(self.grounds))
        assert said == stored
        coming = {row[2 if len(row) == len(LEVEL_COLUMNS) else 5] for row in stored}
        assert sum(isinstance(day, date) and day > ANCHOR for day in coming) > 10

    def test_many_courses_at_once_are_each_the_whole_history_judged_alone(self) -> None:
        compared = 0
        for ground in self.grounds.values():
            judged = quiet_standing(ground, quiet_forecast(ground, LATER), LATER).found
            coming = judge_grounds([ground, ground], LATER)
            assert judged.levels is not None
            assert coming.known.today == day_number(ANCHOR)
            for name in ("held", "phase", "least", "most", "grace_start", "supported", "possible"):
                found = coming.level(name)
                assert found is not None
                alone = getattr(judged.levels, name)[-coming.days :]
                np.testing.assert_array_equal(found, [alone, alone], err_msg=name)
            for rule_set in coming.found.rule_sets:
                if rule_set.kind is not Kind.PROMOTION:
                    continue
                verdicts = coming.verdicts(rule_set)
                for gig in range(coming.known.gigs):
                    alone = judged.days_of(rule_set, "", gig)[-coming.days :]
                    np.testing.assert_array_equal(verdicts[0, gig], alone)
                    np.testing.assert_array_equal(verdicts[1, gig], alone)
                    compared += 1
        assert compared > 10
