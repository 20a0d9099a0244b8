"""With no new orders the forecast is what later days bring, and says why they bring it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.engine.days import day_number
from metrics.forecasting.ground import ground_of
from metrics.forecasting.quiet import explained_moves, ledger_of, quiet_forecast
from metrics.models import Move, Standing
from metrics.selectors import series_of
from metrics.series import seller_series
from metrics.services import recompute_sellers
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order
from tests.metrics.why_story import the_perfect_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()


def assert_comes_true(seller: Seller, ahead: int) -> None:
    """What the forecast says is what is stored when that many days have passed."""
    quiet = quiet_forecast(ground_of(seller, TODAY))
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=ahead))
    last = TODAY + timedelta(days=ahead + 1)
    came = seller_series(seller).between(TODAY, last)
    coming = quiet.overall.between(TODAY, last)
    assert coming.first_day == came.first_day
    np.testing.assert_array_equal(coming.statuses, came.statuses)
    np.testing.assert_allclose(coming.values, came.values, atol=1e-9, rtol=0)
    for gig, series in series_of(seller).gigs.items():
        passed, said = series.between(TODAY, last), quiet.gigs[gig].between(TODAY, last)
        np.testing.assert_allclose(said.values, passed.values, atol=1e-9, rtol=0)
    moves = Move.objects.filter(seller=seller, day__gt=TODAY).order_by("day")
    said_moves = [
        (move.day, move.before, move.after)
        for move in explained_moves(ground_of(seller, TODAY), quiet)
        if move.day < last
    ]
    assert said_moves == list(moves.values_list("day", "displayed_before", "displayed_after"))
    standing = Standing.objects.get(seller=seller)
    rating = quiet.rating.on(day_number(standing.as_of))
    assert (rating.mean, rating.count) == (standing.rating, standing.rating_reviews)


@pytest.mark.parametrize("ahead", [1, 200, 729])
def test_the_forecast_comes_true_when_nothing_new_happens(ahead: int) -> None:
    seller = a_seller()
    gig, other = a_gig(seller), a_gig(seller)
    late = an_order(gig, NOW - timedelta(days=500), delivered_at=NOW - timedelta(days=493))
    a_review(late, 1)
    for days in (400, 100, 40):
        a_review(an_order(gig, NOW - timedelta(days=days)))
        an_order(other, NOW - timedelta(days=days + 9))
    assert_comes_true(seller, ahead)


def test_a_known_story_comes_true_and_each_coming_move_has_its_cause() -> None:
    seller = the_perfect_order().seller
    ground = ground_of(seller, TODAY)
    quiet = quiet_forecast(ground)
    moves = explained_moves(ground, quiet)
    assert moves[-1].after is None  # in the end everything has left the window
    for move in moves:
        ledger = ledger_of(ground, move.day)
        assert (ledger.before.displayed, ledger.after.displayed) == (move.before, move.after)
        assert ledger.adds_up is (move.after is not None)
        assert move.headline["text"].startswith(("Mostly: ", "Why: "))
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=300))
    came = seller_series(seller).value_on(TODAY + timedelta(days=300))
    assert quiet.overall.value_on(TODAY + timedelta(days=300)) == pytest.approx(came, abs=1e-9)


def test_a_seller_without_orders_has_an_empty_forecast() -> None:
    seller = a_seller()
    a_gig(seller)
    quiet = quiet_forecast(ground_of(seller, TODAY))
    assert len(quiet.overall) == 0
    assert explained_moves(ground_of(seller, TODAY), quiet) == []


def test_a_last_day_before_today_is_refused() -> None:
    ground = ground_of(a_seller(), TODAY)
    with pytest.raises(ValueError, match="before today"):
        quiet_forecast(ground, date(2024, 6, 11))


def test_the_ground_is_read_in_as_many_queries_for_one_order_as_for_sixty() -> None:
    counts = []
    for orders in (1, 60):
        seller = a_seller()
        a_history(seller, orders=orders)
        with CaptureQueriesContext(connection) as queries:
            quiet_forecast(ground_of(seller, TODAY))
        counts.append(len(queries))
    assert counts[0] == counts[1]
