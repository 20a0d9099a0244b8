"""Benchmarks of cohorts: robust, with a stated minimum, whatever order the gigs are in."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.engine.cohorts import CohortRules, cohort_benchmarks, robust

THREE = CohortRules(min_weight=2.0, min_gigs=3, min_spread=0.02)


def sums(means: list[float], weight: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    """Σw and Σw·x of gigs with the same mean in all six areas."""
    weights = np.full((len(means), 6), weight)
    return weights, weights * np.array(means)[:, None]


def test_centre_is_the_median_and_spread_the_scaled_median_distance() -> None:
    # Median of 0.5, 0.7, 0.8, 0.9, 1.0 is 0.8; distances 0.3, 0.1, 0, 0.1, 0.2: median 0.1.
    centre, spread = robust(np.array([0.5, 0.7, 0.8, 0.9, 1.0]), 0.02)
    assert centre == pytest.approx(0.8)
    assert spread == pytest.approx(0.14826)


def test_one_wild_gig_hardly_moves_the_benchmark() -> None:
    # Median of 0, 0.8, 0.8, 0.9, 0.9 is 0.8; distances 0.8, 0, 0, 0.1, 0.1: median 0.1.
    assert robust(np.array([0.0, 0.8, 0.8, 0.9, 0.9]), 0.02) == pytest.approx((0.8, 0.14826))


def test_gigs_that_are_all_alike_get_the_least_spread() -> None:
    assert robust(np.array([0.9, 0.9, 0.9]), 0.02) == (0.9, 0.02)


def test_every_cohort_has_its_own_numbers() -> None:
    weight, weighted_x = sums([0.7, 0.8, 0.9, 0.2, 0.4, 0.6])
    found = cohort_benchmarks(weight, weighted_x, np.array([0, 0, 0, 1, 1, 1]), 2, THREE)
    # Medians 0.8 and 0.4; median distances 0.1 and 0.2.
    np.testing.assert_allclose(found.mean[:, 0], [0.8, 0.4])
    np.testing.assert_allclose(found.spread[:, 0], [0.14826, 0.29652])
    assert found.gigs.tolist() == [[3] * 6, [3] * 6]


def test_a_cohort_below_the_minimum_has_no_benchmark_of_its_own() -> None:
    weight, weighted_x = sums([0.7, 0.8, 0.9, 0.2, 0.4])
    found = cohort_benchmarks(weight, weighted_x, np.array([0, 0, 0, 1, 1]), 2, THREE)
    assert found.known.tolist() == [[True] * 6, [False] * 6]
    assert found.gigs[1].tolist() == [2] * 6


def test_a_gig_with_little_evidence_in_an_area_says_nothing_there() -> None:
    weight, weighted_x = sums([0.7, 0.8, 0.9])
    weight[2, 4] = 1.99
    found = cohort_benchmarks(weight, weighted_x, np.array([0, 0, 0]), 1, THREE)
    assert found.gigs.tolist() == [[3, 3, 3, 3, 2, 3]]
    assert found.known.tolist() == [[True, True, True, True, False, True]]


def test_a_gig_without_a_cohort_is_left_out() -> None:
    weight, weighted_x = sums([0.7, 0.8, 0.9, 0.0])
    found = cohort_benchmarks(weight, weighted_x, np.array([0, 0, 0, -1]), 1, THREE)
    assert found.mean[0, 0] == pytest.approx(0.8)


def test_the_order_of_gigs_changes_nothing() -> None:
    rng = np.random.default_rng(7)
    weight = rng.random((60, 6)) * 6
    weighted_x, cohort = weight * rng.random((60, 6)), rng.integers(-1, 3, 60)
    found = cohort_benchmarks(weight, weighted_x, cohort, 3, THREE)
    mixed = rng.permutation(60)
    again = cohort_benchmarks(weight[mixed], weighted_x[mixed], cohort[mixed], 3, THREE)
    np.testing.assert_array_equal(found.mean, again.mean)
    np.testing.assert_array_equal(found.spread, again.spread)
    np.testing.assert_array_equal(found.gigs, again.gigs)


def test_no_gigs_give_no_benchmarks() -> None:
    nothing = np.zeros((0, 6))
    found = cohort_benchmarks(nothing, nothing, np.zeros(0, dtype=np.int64), 2)
    assert not found.known.any()
    assert found.gigs.sum() == 0


@pytest.mark.parametrize(
    "wrong", [{"min_weight": 0.0}, {"min_gigs": 0}, {"min_spread": 0.0}], ids=str
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        CohortRules(**wrong)  # type: ignore[arg-type]
