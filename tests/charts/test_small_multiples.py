"""Lines without axes."""

from __future__ import annotations

import math

import pytest

from metrics.charts.small_multiples import Point, sparkline, window_around


def test_values_run_from_left_to_right_and_high_is_up() -> None:
    line = sparkline([1.0, 10.0, 5.5], low=1, high=10, label="x")
    # the box is 100 wide and 24 high: 5.5 lies in the middle of 1 to 10
    assert line.segments == ("0.0,24.0 50.0,0.0 100.0,12.0",)
    assert line.end == Point(100.0, 12.0)


def test_days_without_a_score_break_the_line_and_a_single_day_is_a_dot() -> None:
    line = sparkline([2.0, 2.0, None, 3.0, None], low=1, high=10, label="x")
    assert len(line.segments) == 2
    first, second = line.segments[1].split()
    assert first == second, "a line of one point has to be drawn twice to be seen"
    assert line.end is None, "the last day has no score"


def test_nothing_known_draws_nothing() -> None:
    assert sparkline([], low=1, high=10, label="x").segments == ()
    assert sparkline([None, None], low=1, high=10, label="x").segments == ()


def test_values_outside_the_box_are_held_at_its_edge() -> None:
    assert sparkline([0.0, 11.0], low=1, high=10, label="x").segments == ("0.0,24.0 100.0,0.0",)


def test_levels_are_drawn_where_they_lie_inside() -> None:
    line = sparkline([5.0], low=1, high=10, label="x", levels=[5.5, 0.5, 12])
    assert line.levels == (12.0,)


def test_many_days_are_thinned_but_the_last_one_stays() -> None:
    line = sparkline([5.0] * 731, low=1, high=10, label="x")
    points = line.segments[0].split()
    assert len(points) <= 201
    assert points[-1].startswith("100.0,")


def test_an_upside_down_box_is_refused() -> None:
    with pytest.raises(ValueError, match="not above"):
        sparkline([1.0], low=5, high=5, label="x")


def test_a_quiet_line_keeps_a_high_box_so_that_noise_looks_like_noise() -> None:
    low, high = window_around([8.0, 8.1, None], least=1.0)
    assert math.isclose(high - low, 1.0)
    assert math.isclose((low + high) / 2, 8.05)
    assert window_around([3.0, 8.0], least=1.0) == (3.0, 8.0)
    assert window_around([None], least=1.0) == (0.0, 1.0)
