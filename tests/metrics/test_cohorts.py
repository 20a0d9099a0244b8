"""Benchmark snapshots: taken once a month, in force from their day on, a line of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from metrics.benchmark_lookup import benchmarks_for
from metrics.checking import check_sellers
from metrics.cohorts import measure_cohorts, take_snapshots_due
from metrics.engine.days import day_number
from metrics.engine.types import Cause, Factor
from metrics.explain import explain
from metrics.facts import read_facts
from metrics.models import BenchmarkSnapshot, Run
from metrics.policy_files import current_policy_file
from metrics.series import seller_series
from metrics.services import recompute_sellers
from sellers.models import Seller
from tests.builders import NOW, a_gig, a_review, a_seller, an_order

pytestmark = pytest.mark.django_db

JUNE = date(2024, 6, 1)


@pytest.fixture
def cohort_mode(settings: Settings) -> None:
    settings.STANDING_BENCHMARKS = "cohort"


def a_cohort(gigs: int, *, category: str = "Writing") -> list[Seller]:
    """Sellers with one gig of ten orders each; the n-th delivered n of them late by two days."""
    sellers = []
    for late in range(gigs):
        seller = a_seller()
        gig = a_gig(seller, category=category, price_band="mid")
        for number in range(10):
            ordered = NOW - timedelta(days=40 + number)
            delivered = ordered + timedelta(days=7 if number < late else 4)
            order = an_order(
                gig, ordered, delivered_at=delivered, completed_at=delivered + timedelta(days=1)
            )
            a_review(order)
        sellers.append(seller)
    return sellers


def test_a_cohort_has_the_median_of_its_gigs_own_means() -> None:
    a_cohort(21)  # ten orders each: from the eleventh gig on all ten are late
    cohorts, found = measure_cohorts(JUNE, current_policy_file())
    assert cohorts == [("Writing", "mid")]
    assert found.gigs[0, Factor.DELIVERY_TIME] == 21
    # Late shares are 0, 0.1, … 0.9, then eleven times 1: the 11th of 21 means is 0.
    assert found.mean[0, Factor.DELIVERY_TIME] == 0.0
    assert found.mean[0, Factor.CLIENT_SATISFACTION] == 1.0


def test_a_small_cohort_keeps_the_policys_numbers(cohort_mode: None) -> None:
    sellers = a_cohort(3)
    assert take_snapshots_due(now=NOW) == 0
    assert not BenchmarkSnapshot.objects.exists()
    assert benchmarks_for(read_facts([sellers[0].pk]), current_policy_file()) is None
    run = Run.objects.get(kind=Run.Kind.BENCHMARKS)
    assert run.reason.endswith("no cohort is large enough")
    assert take_snapshots_due(now=NOW) == 0
    assert Run.objects.count() == 1  # the month is not measured again


def test_without_the_setting_nothing_is_taken() -> None:
    a_cohort(21)
    assert take_snapshots_due(now=NOW) == 0
    assert not BenchmarkSnapshot.objects.exists()


def test_a_month_is_taken_once_and_everybody_is_recomputed(cohort_mode: None) -> None:
    a_cohort(21)
    assert take_snapshots_due(now=NOW) > 0
    assert set(BenchmarkSnapshot.objects.values_list("start", flat=True)) == {JUNE}
    run = Run.objects.get(kind=Run.Kind.BENCHMARKS)
    assert (run.sellers_total, run.from_scratch) == (21, True)
    assert take_snapshots_due(now=NOW) == 0
    assert Run.objects.count() == 1


def test_a_month_is_not_due_before_it_has_begun_everywhere(cohort_mode: None) -> None:
    a_cohort(21)
    take_snapshots_due(now=datetime(2024, 7, 1, 11, 59, tzinfo=UTC))
    assert set(BenchmarkSnapshot.objects.values_list("start", flat=True)) == {JUNE}


def test_the_move_that_a_new_snapshot_causes_is_a_line_of_its_own(cohort_mode: None) -> None:
    seller = a_cohort(21)[2]
    take_snapshots_due(now=NOW)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    found = explain(seller=seller, start=JUNE - timedelta(days=1), end=JUNE)
    causes = set(found.lines.cause.tolist())
    assert causes == {Cause.BENCHMARK, Cause.FADED}
    moved = {
        Factor(int(factor))
        for factor, cause in zip(found.lines.factor, found.lines.cause, strict=True)
        if cause == Cause.BENCHMARK
    }
    # Reviews carry no sub-ratings here, so two areas have no cohort of their own.
    assert moved == set(Factor) - {
        Factor.GIG_WEIGHT,
        Factor.COMMUNICATION,
        Factor.VALUE_FOR_MONEY,
    }
    series = seller_series(seller)
    before, after = series.value_on(JUNE - timedelta(days=1)), series.value_on(JUNE)
    assert before is not None
    assert after is not None
    assert found.change == pytest.approx(after - before, abs=1e-9)
    assert abs(found.lines.amount.sum() - found.change) <= 1e-10


def test_days_before_the_first_snapshot_use_the_policys_numbers(cohort_mode: None) -> None:
    seller = a_cohort(21)[0]
    take_snapshots_due(now=NOW)
    benchmarks = benchmarks_for(read_facts([seller.pk]), current_policy_file())
    assert benchmarks is not None
    policy = current_policy_file().policy()
    assert benchmarks.start_day[1] == day_number(JUNE)
    assert tuple(benchmarks.mean[0, 0]) == policy.benchmark_mean
    assert benchmarks.mean[0, 1, Factor.CLIENT_SATISFACTION] == 1.0
    assert benchmarks.mean[0, 1, Factor.COMMUNICATION] == policy.benchmark_mean[1]


def test_stored_equals_recomputed_with_cohorts_too(cohort_mode: None) -> None:
    sellers = a_cohort(21)
    take_snapshots_due(now=NOW)
    ids = [seller.pk for seller in sellers]
    recompute_sellers(seller_ids=ids, now=NOW)
    assert list(check_sellers(ids)) == []
