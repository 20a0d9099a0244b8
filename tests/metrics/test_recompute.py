"""Recomputing: what is stored equals what the reference says, once, whatever happens twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metrics.checking import check_sellers
from metrics.engine import reference
from metrics.engine.days import day_number
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts
from metrics.models import DayStatus, GigStanding, Move, Series, Standing
from metrics.policy_files import current_policy_file
from metrics.selectors import series_of
from metrics.series import seller_series
from metrics.services import recompute_sellers, sellers_out_of_date
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = pytest.mark.django_db


def everything(seller: Seller) -> list[Any]:
    """All stored results of a seller, without what names the computation itself."""
    return [
        list(
            Series.objects.filter(seller=seller)
            .order_by("gig", "year")
            .values_list("gig", "year", "first_day", "statuses", "values")
        ),
        list(
            Move.objects.filter(seller=seller)
            .order_by("day")
            .values_list(
                "day", "score_before", "score_after", "displayed_before", "displayed_after"
            )
        ),
        list(
            GigStanding.objects.filter(gig__seller=seller)
            .order_by("gig")
            .values_list("gig", "status", "score", "share", "activity")
        ),
        list(
            Standing.objects.filter(seller=seller).values_list(
                "as_of", "status", "score", "displayed", "rating", "immature_orders"
            )
        ),
    ]


def test_the_stored_score_is_the_one_of_the_reference() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    # Two orders of $100, completed 23 and 13 days before NOW, one with five stars a day later.
    first = an_order(gig, NOW - timedelta(days=30))
    an_order(gig, NOW - timedelta(days=20))
    a_review(first, 5)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)

    today = day_number(NOW.date())
    policy = current_policy_file().policy()
    facts = [
        OrderFacts(
            1, 0, OrderStatus.COMPLETED, today - 23, today - 26, -24.0, disputes=0, amount_usd=100.0
        ),
        OrderFacts(
            2, 0, OrderStatus.COMPLETED, today - 13, today - 16, -24.0, disputes=0, amount_usd=100.0
        ),
    ]
    reviews = [ReviewFacts(1, today - 22, today - 22, stars=5.0)]
    expected = reference.seller_state(reference.evidence_of(facts, reviews, policy), today, policy)

    standing = Standing.objects.get(seller=seller)
    assert expected.score is not None
    assert standing.score == pytest.approx(expected.score, abs=1e-9)
    assert standing.displayed == expected.displayed
    assert standing.as_of == NOW.date()
    assert (standing.finished_orders, standing.immature_orders) == (2, 2)
    assert seller_series(seller).value_on(NOW.date()) == standing.score
    assert series_of(seller).gigs[gig.pk].value_on(NOW.date()) == standing.score  # the only gig


def test_the_first_score_is_a_move_from_nothing() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    an_order(gig, NOW - timedelta(days=30))
    second = an_order(gig, NOW - timedelta(days=20))
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    move = Move.objects.filter(seller=seller).earliest("day")
    assert second.completed_at is not None
    assert move.day == second.completed_at.date()
    assert (move.score_before, move.displayed_before) == (None, None)
    assert move.displayed_after == round(move.score_after or 0)


def test_below_the_minimum_there_is_no_score_and_no_zero() -> None:
    seller = a_seller()
    an_order(a_gig(seller))
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    standing = Standing.objects.get(seller=seller)
    assert (standing.status, standing.score, standing.displayed) == (
        DayStatus.TOO_LITTLE,
        None,
        None,
    )
    assert standing.gigs.get().activity == 1
    assert standing.gigs.get().share is None


def test_a_seller_without_facts_has_a_standing_that_says_so() -> None:
    seller = a_seller()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    standing = Standing.objects.get(seller=seller)
    assert (standing.status, standing.score) == (DayStatus.NOTHING, None)
    assert not Series.objects.filter(seller=seller).exists()


def test_twice_equals_once() -> None:
    seller = a_seller()
    a_history(seller, gigs=2, orders=12)
    assert recompute_sellers(seller_ids=[seller.pk], now=NOW) == 1
    once = everything(seller)
    assert recompute_sellers(seller_ids=[seller.pk], now=NOW) == 0
    assert recompute_sellers(seller_ids=[seller.pk], now=NOW, from_scratch=True) == 1
    assert everything(seller) == once


def test_day_by_day_equals_at_once_over_the_turn_of_a_year() -> None:
    step_by_step, at_once = a_seller("steps"), a_seller("once")
    for seller in (step_by_step, at_once):
        gig = a_gig(seller, ref="gig")
        for number in range(8):
            order = an_order(
                gig, datetime(2023, 9, 1, tzinfo=NOW.tzinfo) + timedelta(days=9 * number)
            )
            a_review(order, 5 if number % 3 else 2)
    end = datetime(2024, 1, 20, 12, tzinfo=NOW.tzinfo)
    for days_before in range(40, -1, -4):
        recompute_sellers(seller_ids=[step_by_step.pk], now=end - timedelta(days=days_before))
    recompute_sellers(seller_ids=[at_once.pk], now=end)

    def moves(seller: Seller) -> list[Any]:
        return list(
            Move.objects.filter(seller=seller).values_list("day", "score_before", "score_after")
        )

    assert moves(step_by_step) == moves(at_once)
    assert seller_series(step_by_step).values.tobytes() == seller_series(at_once).values.tobytes()
    assert list(check_sellers([step_by_step.pk, at_once.pk])) == []


def test_an_extension_by_a_day_leaves_older_years_and_headlines_alone() -> None:
    seller = a_seller()
    a_history(seller, orders=30)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    Move.objects.filter(seller=seller).update(headline={"words": "kept"})
    old = Series.objects.filter(seller=seller, year=2023).values_list("pk", flat=True)
    before = list(old)
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=1))
    assert before
    assert list(old.all()) == before
    assert not Move.objects.filter(seller=seller, day__lte=NOW.date(), headline=None).exists()


def test_days_are_those_of_the_sellers_zone() -> None:
    # 12 June 2024, 12:00 UTC is already 13 June in Kiritimati (+14).
    seller = a_seller(time_zone="Pacific/Kiritimati")
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert Standing.objects.get(seller=seller).as_of == date(2024, 6, 13)


def test_only_sellers_with_new_facts_or_a_passed_day_are_out_of_date() -> None:
    fresh, changed, new = a_seller(), a_seller(), a_seller()
    recompute_sellers(seller_ids=[fresh.pk, changed.pk], now=NOW)
    Seller.objects.filter(pk=changed.pk).update(revision=5)
    assert set(sellers_out_of_date(NOW)) == {changed, new}
    assert set(sellers_out_of_date(NOW + timedelta(days=1))) == {fresh, changed, new}


def test_other_sellers_results_stay_untouched() -> None:
    one, other = a_seller(), a_seller()
    a_history(one)
    a_history(other)
    recompute_sellers(seller_ids=[one.pk, other.pk], now=NOW)
    before = everything(other)
    an_order(one.gigs.get(), NOW - timedelta(days=20))
    Seller.objects.filter(pk=one.pk).update(revision=1)
    recompute_sellers(seller_ids=[one.pk], now=NOW)
    assert everything(other) == before


def test_the_check_finds_a_changed_digit(capsys: pytest.CaptureFixture[str]) -> None:
    seller = a_seller()
    a_history(seller, orders=12)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    call_command("check_recompute", "--all")
    assert "stored equals recomputed" in capsys.readouterr().out
    row = Series.objects.filter(seller=seller, gig=None).latest("year")
    row.values = bytes([row.values[0] ^ 1]) + bytes(row.values[1:])
    row.save()
    with pytest.raises(CommandError, match="1 differences in 1 sellers"):
        call_command("check_recompute", "--seller", seller.handle)
    assert "overall score: 1 days differ" in capsys.readouterr().out


def test_the_check_looks_at_every_column_of_standing_and_moves() -> None:
    seller = a_seller()
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert list(check_sellers([seller.pk])) == []
    Standing.objects.filter(seller=seller).update(
        score_7_days_ago=None, open_orders=7, rating_end=None, engine_version="0"
    )
    Move.objects.filter(seller=seller).update(displayed_after=1)
    said = " / ".join(check_sellers([seller.pk]))
    for column in ("score_7_days_ago", "open_orders", "rating_end", "engine_version"):
        assert f"{column} stored" in said
    assert "open_orders stored 7, recomputed 0" in said
    assert "displayed None → 1) is only stored" in said


def test_the_command_names_an_unknown_seller() -> None:
    with pytest.raises(CommandError, match="There is no seller “nobody”"):
        call_command("recompute", "--seller", "nobody")
