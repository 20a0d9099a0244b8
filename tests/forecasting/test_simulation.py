"""A scenario over a seller's facts: equal to the real thing, and explained like it."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Change, Hypothetical, Scenario
from metrics.engine.pace import PaceBand, TooLittle
from metrics.engine.types import CancelledBy
from metrics.explanation import day_before
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.quiet import explained_moves, ledger_of, quiet_forecast
from metrics.forecasting.simulation import difference, imagined, simulate
from metrics.models import Standing
from metrics.services import recompute_sellers
from sellers.models import Order, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
LAST = TODAY + timedelta(days=200)


def a_seller_with_a_past() -> tuple[Seller, list[Order]]:
    """Two gigs; the second one's newest order was late and got two stars."""
    seller = a_seller()
    orders = a_history(seller, gigs=2, orders=8)
    bad = an_order(orders[-1].gig, NOW - timedelta(days=14), delivered_at=NOW - timedelta(days=6))
    a_review(bad, 2)
    return seller, [*orders, bad]


def clean(ground: Ground, gig: int, days: int) -> Hypothetical:
    return Hypothetical(
        gig, ground.today_number + days, amount_usd=100.0, stars=5.0, rates_areas=False
    )


def test_simulating_nothing_is_what_is_stored_now() -> None:
    seller, _ = a_seller_with_a_past()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    standing = Standing.objects.get(seller=seller)
    found = simulate(ground_of(seller, TODAY), Scenario(), LAST)
    assert found.then.score_on(day_number(TODAY)) == pytest.approx(standing.score, abs=1e-9)
    quiet = quiet_forecast(ground_of(seller, TODAY), LAST)
    np.testing.assert_allclose(found.then.score, quiet.overall.values, atol=1e-9, rtol=0)
    assert found.rating_then.on(day_number(TODAY)).mean == standing.rating


def test_a_simulated_order_moves_the_score_as_the_real_one_does_when_it_comes() -> None:
    seller, orders = a_seller_with_a_past()
    ground = ground_of(seller, TODAY)
    gig = [name.pk for name in ground.gigs].index(orders[0].gig_id)
    found = simulate(ground, Scenario(added=(clean(ground, gig, 3),)), LAST)
    # The same order becomes real: finished and reviewed in three days, $100, on time.
    then = NOW + timedelta(days=3)
    real = an_order(orders[0].gig, NOW, due_at=then, delivered_at=then, completed_at=then)
    a_review(real, 5, posted_at=then)
    for ahead in (3, 120):
        recompute_sellers(
            seller_ids=[seller.pk], now=NOW + timedelta(days=ahead), from_scratch=True
        )
        standing = Standing.objects.get(seller=seller)
        number = day_number(standing.as_of)
        assert found.then.score_on(number) == pytest.approx(standing.score, abs=1e-9)
        assert found.rating_then.on(number).mean == standing.rating


def test_removing_and_changing_a_real_order_is_as_if_it_had_been_so() -> None:
    seller, orders = a_seller_with_a_past()
    bad = orders[-1]
    ground = ground_of(seller, TODAY)
    removed = simulate(ground, Scenario(removed=(bad.pk,)), LAST).then
    mended = Scenario(changed=(Change(bad.pk, stars=5.0, late_hours=0.0),))
    changed = simulate(ground, mended, LAST).then
    assert ground.future(LAST).now().score[0] < removed.score[0] < changed.score[0]
    bad.reviews.update(stars=5)
    bad.extended_due_at = bad.delivered_at
    bad.save()
    real = ground_of(seller, TODAY).future(LAST).now()
    np.testing.assert_allclose(changed.score, real.score, atol=1e-9, rtol=0)
    bad.reviews.all().delete()
    bad.delete()
    real = ground_of(seller, TODAY).future(LAST).now()
    np.testing.assert_allclose(removed.score, real.score, atol=1e-9, rtol=0)


def test_simulated_moves_have_ledgers_like_real_ones() -> None:
    seller, _ = a_seller_with_a_past()
    ground = ground_of(seller, TODAY)
    many = tuple(
        Hypothetical(0, ground.today_number + day, stars=None, cancelled_by=CancelledBy.SELLER)
        for day in (2, 4, 6)
    )
    there = imagined(ground, Scenario(added=many))
    quiet = quiet_forecast(there, LAST)
    moves = [m for m in explained_moves(there, quiet) if m.day <= TODAY + timedelta(days=6)]
    assert moves
    for move in moves:
        ledger = ledger_of(there, move.day)
        assert ledger.adds_up
        assert (ledger.before.displayed, ledger.after.displayed) == (move.before, move.after)
        assert int(ledger.about.min()) < -1  # a hypothetical order has a line of its own
        assert move.headline["text"].startswith("Mostly: ")
    # The other ground is as it was.
    now = ground.explainer.explain(start=day_before(TODAY), end=TODAY)
    assert (now.facts.orders.order > 0).all()


def test_the_difference_on_a_day_adds_up_order_by_order() -> None:
    seller, orders = a_seller_with_a_past()
    ground = ground_of(seller, TODAY)
    scenario = Scenario(added=(clean(ground, 0, 5),), removed=(orders[-1].pk,))
    found = simulate(ground, scenario, LAST)
    day = TODAY + timedelta(days=30)
    answer = difference(ground, imagined(ground, scenario), day)
    now, then = (t.score_on(day_number(day)) for t in (found.now, found.then))
    assert now is not None
    assert then is not None
    assert answer.before == pytest.approx(now, abs=1e-9)
    assert math.fsum(answer.lines.amount.tolist()) == pytest.approx(then - now, abs=1e-9)
    assert set(answer.by_order()) == {-2, orders[-1].pk}


def test_the_own_pace_is_the_same_for_everybody_and_refuses_where_there_is_too_little() -> None:
    seller, _ = a_seller_with_a_past()
    ground = ground_of(seller, TODAY)
    one, two = own_pace(ground, LAST), own_pace(ground_of(seller, TODAY), LAST)
    assert isinstance(one, PaceBand)
    assert isinstance(two, PaceBand)
    np.testing.assert_array_equal(one.score, two.score)
    # Eight orders on each gig, ten days apart, and the late one: those of the last 84 days.
    assert (one.weeks, one.draws) == (12, 200)
    assert one.orders == 15
    # Delivered six days ago and finished three days ago: one whole week is known.
    new = a_seller()
    an_order(a_gig(new), NOW - timedelta(days=10))
    assert own_pace(ground_of(new, TODAY), LAST) == TooLittle(1, 1)


def test_an_order_of_another_seller_cannot_be_removed() -> None:
    seller, _ = a_seller_with_a_past()
    other = a_history(a_seller(), orders=1)[0]
    with pytest.raises(KeyError):
        simulate(ground_of(seller, TODAY), Scenario(removed=(other.pk,)), LAST)
