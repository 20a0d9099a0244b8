"""Plans to a rating hold in the simulator, one order fewer does not, and they are said plainly."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from metrics.engine.days import day_number
from metrics.engine.hypothetical import Scenario
from metrics.engine.rating_plan import NoRatingPlan, RatingPlan
from metrics.engine.what_orders_do import even_days
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.plan_words import rating_proof, rating_sentence
from metrics.forecasting.planning import Quality, clean_order
from metrics.forecasting.rating_planning import RatingTarget, smallest_rating_plan
from metrics.forecasting.simulation import imagined, simulate
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
BY = TODAY + timedelta(days=60)


def a_rated_seller() -> Seller:
    """Six reviews with five stars on one gig, one with one star on another: 31/7 = 4.43."""
    seller = a_seller()
    a_history(seller, orders=6)
    seller.gigs.update(title="Book editing")
    weak = a_gig(seller, title="Logo design")
    a_review(an_order(weak, NOW - timedelta(days=50)), 1)
    return seller


def scenario_of(ground: Ground, gig: int, number: int) -> Scenario:
    days = even_days(ground.today_number, day_number(BY), number) if number else []
    return Scenario(added=tuple(clean_order(ground, gig, day) for day in days))


def rating_after(ground: Ground, gig: int, number: int) -> Fraction:
    found = simulate(ground, scenario_of(ground, gig, number), BY).rating_then.on(day_number(BY))
    return Fraction(found.hundredths, 100 * found.count)


def test_a_plan_reaches_the_rating_in_the_simulator_and_no_fewer_orders_do() -> None:
    ground = ground_of(a_rated_seller(), TODAY)
    answer = smallest_rating_plan(ground, RatingTarget(Fraction(47, 10)), BY)
    assert answer is not None
    # (31 + 5 n)/(7 + n) >= 4.7: 0.3 n >= 1.9, n = 7 with 66/14 = 4.714; 6 give 61/13 = 4.692.
    assert answer.found == RatingPlan(7, Fraction(66, 14))
    assert answer.one_fewer == Fraction(61, 13)
    ratings = [rating_after(ground, answer.gig, number) for number in range(8)]
    assert [rating >= Fraction(47, 10) for rating in ratings] == [False] * 7 + [True]
    assert ratings[7] == answer.found.rating
    assert rating_sentence(ground, answer) == (
        "7 clean orders on any gig by 11 Aug 2024, about one every 9 days, bring a public rating"
        " of 4.7 (4.71)."
    )
    assert rating_proof(answer).endswith("With 6 it is 4.69.")
    # "Book editing" is the better gig; an order on the other one gives weight to the weaker.
    assert ground.gigs[answer.gig].title == "Book editing"


def test_a_rating_of_one_gig_takes_orders_on_that_gig() -> None:
    ground = ground_of(a_rated_seller(), TODAY)
    gig = next(n for n, name in enumerate(ground.gigs) if name.title == "Logo design")
    answer = smallest_rating_plan(ground, RatingTarget(Fraction(4), gig), BY)
    assert answer is not None
    # (1 + 5 n)/(1 + n) >= 4: n = 3.
    assert answer.found == RatingPlan(3, Fraction(4))
    assert answer.gig == gig
    sentence = rating_sentence(ground, answer)
    assert "3 clean orders on “Logo design” by 11 Aug 2024" in sentence
    for number, reached in ((2, False), (3, True)):
        there = imagined(ground, scenario_of(ground, gig, number))
        mine = there.facts.orders.gig[there.facts.reviews.row] == gig
        assert (float(there.facts.reviews.stars[mine].mean()) >= 4) is reached


def test_a_rating_out_of_reach_says_what_it_takes() -> None:
    seller = a_rated_seller()
    weak = seller.gigs.get(title="Logo design")
    for days in range(20, 50):
        a_review(an_order(weak, NOW - timedelta(days=days)), 3)
    ground = ground_of(seller, TODAY)
    answer = smallest_rating_plan(ground, RatingTarget(Fraction(49, 10)), BY)
    assert answer is not None
    # 37 reviews with 121 stars: (121 + 5 n)/(37 + n) >= 4.9 takes 0.1 n >= 60.3, n = 603.
    # 60 of them: 421/97 = 4.340.
    assert answer.found == NoRatingPlan(60, 60, Fraction(421, 97), 603)
    assert rating_sentence(ground, answer) == (
        "Not by 11 Aug 2024: of all numbers up to 60 clean orders on any gig, the best is 4.34,"
        " with 60; it takes 603."
    )
    assert rating_proof(answer).startswith("Each is reviewed with 5 stars; with the first new")


def test_usual_orders_are_reviewed_as_in_the_last_weeks() -> None:
    seller = a_seller()
    gig = a_gig(seller, title="Book editing")
    an_order(gig, NOW - timedelta(days=100))  # twelve whole weeks are known, it is before them
    for week in range(10):
        order = an_order(gig, NOW - timedelta(days=14 + 7 * week))
        if week % 2:
            a_review(order, 4 if week == 1 else 5)
    ground = ground_of(seller, TODAY)
    answer = smallest_rating_plan(ground, RatingTarget(Fraction(48, 10)), BY, Quality.OWN_AVERAGE)
    assert answer is not None
    assert (answer.kind.reviews, answer.kind.hundredths) == (Fraction(1, 2), 480)
    # 24 stars over five reviews are 4.8 already.
    assert answer.found == RatingPlan(0, Fraction(48, 10))
    assert rating_sentence(ground, answer).startswith("Nothing is needed: if no review comes")
    higher = smallest_rating_plan(ground, RatingTarget(Fraction(49, 10)), BY, Quality.OWN_AVERAGE)
    assert higher is not None
    assert isinstance(higher.found, NoRatingPlan)
    assert higher.found.needed is None
    assert rating_sentence(ground, higher).endswith("no number of them reaches it.")
    assert rating_proof(higher).startswith("Of ten, 5.0 are reviewed, with 4.80 stars on average")
    few = a_seller()
    an_order(a_gig(few), NOW - timedelta(days=9))
    assert (
        smallest_rating_plan(
            ground_of(few, TODAY), RatingTarget(Fraction(4)), BY, Quality.OWN_AVERAGE
        )
        is None
    )
