"""Real histories, computed: scores, ledgers, verdicts and forecasts of every seller."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from eligibility.checking import check_eligibility
from eligibility.coming.quiet import quiet_standing
from eligibility.models import EligibilityStanding
from metrics.checking import check_sellers
from metrics.engine import reference
from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_items
from metrics.explain import Explainer
from metrics.facts import read_facts
from metrics.forecasting.ground import ground_of
from metrics.forecasting.quiet import quiet_forecast
from metrics.models import Move, Standing
from metrics.policy_files import current_policy_file
from metrics.selectors import series_of
from metrics.series import DailySeries, seller_series
from metrics.services import CHUNK_SELLERS, recompute_sellers
from sellers.models import Seller
from tests.eligibility.coming.spans import rows_of, stored_rows
from tests.realdata.judged_days import (
    LAST,
    as_if_days_add_up,
    first_days,
    level_days_add_up,
    stored_days_add_up,
)
from tests.realdata.olist import TIME_ZONE, Exports
from tests.sellers.importing.files import import_files, undone

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.timeout(1_200),
]

#: A month after the last order of the exports, and when the forecasts are held to what came.
NOW = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
AHEAD = timedelta(days=400)


@pytest.fixture(scope="module")
def sellers(
    exports: Exports,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[list[int]]:
    """All sellers of the three exports, imported and computed once for this file; their ids.

    What a test changes is undone behind it, the whole behind the last one.
    """
    with django_db_blocker.unblock(), undone():
        import_files(
            tmp_path_factory.mktemp("olist"),
            orders=[export.orders_csv() for export in exports.values()],
            reviews=[export.reviews_csv() for export in exports.values() if export.reviews],
            time_zone=TIME_ZONE,
        )
        found = list(Seller.objects.order_by("pk").values_list("pk", flat=True))
        assert len(found) > 2_000
        assert _recompute(found, NOW) == len(found)
        yield found


def _recompute(seller_ids: Sequence[int], now: datetime) -> int:
    """In the chunks of a worker; the number of sellers that were computed."""
    return sum(
        recompute_sellers(seller_ids=seller_ids[start : start + CHUNK_SELLERS], now=now)
        for start in range(0, len(seller_ids), CHUNK_SELLERS)
    )


def test_trajectories_moves_and_ledgers_of_real_sellers(sellers: list[int]) -> None:
    with_orders = Seller.objects.filter(pk__in=sellers).annotate(n=Count("orders"))
    larger_sellers = list(with_orders.filter(n__gte=20).order_by("pk"))
    assert len(larger_sellers) > 200
    moves = 0
    for seller in larger_sellers:
        series = seller_series(seller)
        assert len(series) > 0, f"{seller}: no trajectory"
        scored = series.values[~np.isnan(series.values)]
        assert ((scored >= 1) & (scored <= 10)).all()
        assert set(series_of(seller).gigs) <= set(seller.gigs.values_list("pk", flat=True))
        explainer = Explainer(seller)
        for move in Move.objects.filter(seller=seller):
            found = explainer.explain(start=move.day - timedelta(days=1), end=move.day)
            assert found.before.displayed == move.displayed_before
            assert found.after.displayed == move.displayed_after
            if found.change is None:
                continue  # the score disappeared: there is a reason instead of a sum
            if move.score_before is not None and move.score_after is not None:
                change = move.score_after - move.score_before
                assert found.change == pytest.approx(change, abs=1e-9)
            assert abs(math.fsum(found.lines.amount.tolist()) - found.change) <= 1e-10
            moves += 1
    assert moves > 500
    _stored_equals_reference(larger_sellers[::25])
    assert list(check_sellers([seller.pk for seller in larger_sellers])) == []


def _stored_equals_reference(sellers: Sequence[Seller]) -> None:
    """Plain Python over the same facts, on the last day and a year before it."""
    policy = current_policy_file().policy()
    for seller in sellers:
        facts = read_facts([seller.pk])
        items = evidence_items(evidence_of_columns(facts.orders, facts.reviews, policy))
        standing = Standing.objects.get(seller=seller)
        for day in (standing.as_of, standing.as_of - timedelta(days=365)):
            expected = reference.seller_state(items, day_number(day), policy).score
            stored = seller_series(seller).value_on(day)
            assert (stored is None) == (expected is None)
            if expected is not None:
                assert stored == pytest.approx(expected, abs=1e-9)


def test_every_seller_is_judged_on_every_day_and_the_counts_add_up(sellers: list[int]) -> None:
    assert EligibilityStanding.objects.filter(as_of=LAST).count() == len(sellers)
    firsts = {"seller": first_days("seller"), "gig": first_days("gig")}
    assert len(firsts["seller"]) == len(sellers)
    stored_days_add_up(firsts)
    level_days_add_up(firsts["seller"])
    assert list(check_eligibility(sellers)) == []
    as_if_days_add_up(sellers, firsts)


def test_the_forecast_of_every_real_seller_comes_true(sellers: list[int]) -> None:
    today, later = NOW.date(), (NOW + AHEAD).date()
    every = list(Seller.objects.filter(pk__in=sellers).order_by("pk"))
    said = {seller.pk: quiet_forecast(ground_of(seller, today), later) for seller in every}
    judged = {
        seller.pk: rows_of(quiet_standing(ground_of(seller, today), said[seller.pk], later))
        for seller in every[::60]
    }
    _recompute(sellers, NOW + AHEAD)
    assert stored_rows(list(judged)) == set().union(*judged.values())
    scored = 0
    for seller in every:
        stored, forecast = series_of(seller), said[seller.pk]
        expected = [forecast.overall, *(forecast.gigs[gig] for gig in stored.gigs)]
        came = [
            series.between(forecast.today, forecast.last_day + timedelta(days=1))
            for series in (stored.overall, *stored.gigs.values())
        ]
        _assert_same(expected, came)
        scored += int((~np.isnan(came[0].values)).sum())
        standing = Standing.objects.get(seller=seller)
        rating = forecast.rating.on(day_number(standing.as_of))
        assert (rating.mean, rating.count) == (standing.rating, standing.rating_reviews)
    assert scored > 100_000


def _assert_same(said: Sequence[DailySeries], came: Sequence[DailySeries]) -> None:
    """Equal on every day after the forecast, the seller's own series and each gig's."""
    assert [len(one) for one in said] == [len(one) for one in came]
    np.testing.assert_array_equal(
        np.concatenate([one.statuses for one in said]),
        np.concatenate([one.statuses for one in came]),
    )
    np.testing.assert_allclose(
        np.concatenate([one.values for one in said]),
        np.concatenate([one.values for one in came]),
        atol=1e-9,
        rtol=0,
    )
