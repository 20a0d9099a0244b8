"""The ordinary sellers: what each of them shows, so that retelling a story is noticed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from metrics.engine.types import Cause, Factor
from sellers.demo.stories import (
    STORIES,
    after_holiday,
    busy_studio,
    edited_reviews,
    frozen_window,
    new_seller,
    ordinary_writer,
)
from tests.scenarios.reading import Scenario, moment, scenario


def displayed(told: Scenario, start: int, end: int, step: int = 1) -> set[int | None]:
    return {told.displayed(offset) for offset in range(start, end + 1, step)}


def test_the_writer_reads_8_to_9_for_two_years() -> None:
    told = scenario(ordinary_writer.HANDLE)
    assert displayed(told, -730, 0, 5) == {8, 9}
    assert told.displayed(0) == 8


def test_the_new_seller_has_one_of_two_orders_and_no_score() -> None:
    told = scenario(new_seller.HANDLE)
    state = told.state(0)
    assert state.score is None
    [portrait] = [gig for gig in state.gigs.values() if gig.activity]
    assert (portrait.activity, told.policy.min_activity) == (1, 2)
    assert [row["status"] for row in told.story.orders].count("open") == 2


def test_late_deliveries_after_the_holiday_cost_three_points_and_come_back_slowly() -> None:
    told = scenario(after_holiday.HANDLE)
    end = after_holiday.HOLIDAY_UNTIL
    late = [
        item
        for item in told.evidence
        if item.factor is Factor.DELIVERY_TIME and end <= item.start_day - told.number(0) <= -66
    ]
    # More than a third of the deliveries of those six weeks were late.
    assert sum(item.x < 1 for item in late) / len(late) > 0.33
    assert [told.displayed(offset) for offset in (after_holiday.HOLIDAY_FROM, -74, 0)] == [7, 4, 6]


def test_the_studio_has_five_gigs_and_six_hundred_orders() -> None:
    told = scenario(busy_studio.HANDLE)
    finished = [row for row in told.story.orders if row["status"] != "open"]
    assert len(finished) == 600
    state = told.state(0)
    assert sum(gig.counts for gig in state.gigs.values()) == 5
    scores = {name: state.gigs[number].score for name, number in told.gig_numbers.items()}
    assert round(scores["infographic"]) == 4
    assert min(score for name, score in scores.items() if name != "infographic") > 8.5


def test_an_edited_review_lifts_the_score_on_the_day_of_the_edit() -> None:
    told = scenario(edited_reviews.HANDLE)
    day = edited_reviews.EDIT_DAY
    why = told.why(day - 1, day)
    # 6.1203 → 7.1326; nothing else happened, so the edit and fading make the whole of it.
    assert set(why.by_cause()) == {Cause.EDITED, Cause.FADED}
    assert why.by_cause()[Cause.EDITED] == pytest.approx(1.0142743857570484, abs=1e-9)
    assert (why.displayed_before, why.displayed_after) == (6, 7)


def test_a_removed_review_stops_counting_on_the_day_of_its_removal() -> None:
    told = scenario(edited_reviews.HANDLE)
    day = edited_reviews.REMOVAL_DAY
    why = told.why(day - 1, day)
    assert set(why.by_cause()) == {Cause.REMOVED, Cause.FADED}
    # 6.2395 → 7.5824, over two steps of the display at once
    assert (why.displayed_before, why.displayed_after) == (6, 8)


def test_a_dispute_counts_from_the_day_the_order_ends() -> None:
    told = scenario(edited_reviews.HANDLE)
    why = told.why(-237, -236)
    assert why.by_factor()[Factor.CONFLICT_FREE] == pytest.approx(-1.7056, abs=1e-3)
    assert (why.displayed_before, why.displayed_after) == (9, 7)


def test_the_frozen_rating_window_still_holds_a_bad_review_that_the_score_let_go() -> None:
    told = scenario(frozen_window.HANDLE)
    latest = max(moment(row["posted_at"]) for row in told.story.reviews)
    assert (latest.astimezone(told.zone).date() - told.anchor).days == frozen_window.LAST_REVIEW_DAY
    held = [
        row for row in told.story.reviews if moment(row["posted_at"]) > latest - timedelta(days=730)
    ]
    assert "1.0" in {row["stars"] for row in held}
    # 4.88 with it; two years back from today it would be out.
    mean = sum(float(row["stars"]) for row in held) / len(held)
    assert round(mean, 2) == 4.88
    assert frozen_window.BAD_REVIEW_DAY < -730
    assert not any(
        item.x == 0.0 and item.factor is Factor.CLIENT_SATISFACTION for item in told.alive(0)
    )


def test_every_scored_story_has_moves_of_the_display_within_two_years() -> None:
    for handle in STORIES:
        if handle != new_seller.HANDLE:
            assert len(displayed(scenario(handle), -730, 0, 10)) >= 2, handle
