"""Filter, fold, sort and group: whatever is shown, everything still adds up."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from metrics.engine.types import Cause, Factor
from metrics.explain import explain
from metrics.explanation import Explanation
from metrics.ledger_view import (
    PAGE_LINES,
    SHOWN_GROUPS,
    By,
    Filter,
    Sort,
    groups_of,
    matching,
    rows_of,
    select,
)
from metrics.words import NOISE
from tests.metrics.why_story import DAY_BEFORE, TURN, WhyStory, the_perfect_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def story() -> WhyStory:
    return the_perfect_order()


@pytest.fixture
def explanation(story: WhyStory) -> Explanation:
    return explain(seller=story.seller, start=DAY_BEFORE, end=TURN)


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, abs_tol=1e-12)


@pytest.mark.parametrize("by", list(By))
def test_groups_hold_every_line_once_and_add_up_to_the_ledger(
    explanation: Explanation, by: By
) -> None:
    groups = groups_of(explanation, by)
    assert sum(group.lines for group in groups) == len(explanation.lines)
    assert close(math.fsum(group.amount for group in groups), explanation.total)
    assert len(groups) <= SHOWN_GROUPS + 1


def test_an_order_stands_together_with_the_gig_that_it_opened(
    story: WhyStory, explanation: Explanation
) -> None:
    first = groups_of(explanation, By.ORDER)[0]
    assert first.order == story.opener.pk
    assert "made begin or cease to count" in first.meaning
    lines = explanation.lines
    own = math.fsum(lines.amount[lines.order == story.opener.pk].tolist())
    gate = math.fsum(lines.amount[lines.cause == Cause.GIG_BEGAN].tolist())
    assert close(first.amount, own + gate)


@pytest.mark.parametrize(
    "filters",
    [
        [Filter(gig=0), Filter(gig=1)],
        [Filter(area=int(factor)) for factor in Factor],
        [Filter(cause=cause) for cause in Cause],
    ],
    ids=["gig", "area", "cause"],
)
def test_the_parts_of_every_filter_add_up_to_the_whole(
    explanation: Explanation, filters: list[Filter]
) -> None:
    parts = [select(explanation, one) for one in filters]
    assert sum(part.lines for part in parts) == len(explanation.lines)
    assert close(math.fsum(part.amount for part in parts), explanation.total)


def test_filters_narrow_each_other(explanation: Explanation) -> None:
    both = matching(explanation, Filter(gig=1, cause=Cause.ENTERED))
    lines = explanation.lines
    expected = (lines.gig == 1) & (lines.cause == Cause.ENTERED)
    assert both.tolist() == np.flatnonzero(expected).tolist()
    assert 0 < len(both) < len(lines)


def test_a_filter_that_nothing_matches_is_empty_and_adds_up_to_nothing(
    explanation: Explanation,
) -> None:
    found = select(explanation, Filter(cause=Cause.BENCHMARK))
    assert (found.lines, found.amount, found.rest) == (0, 0.0, None)
    assert len(found.shown) == 0


def test_what_is_shown_and_the_folded_rest_add_up(explanation: Explanation) -> None:
    found = select(explanation, Filter())
    assert found.rest is not None
    shown = explanation.lines.amount[found.shown]
    assert close(math.fsum(shown.tolist()) + found.rest.amount, explanation.total)
    assert len(found.shown) + found.rest.lines == len(explanation.lines)
    assert np.abs(shown).min() >= found.rest.largest
    assert np.abs(shown).min() >= NOISE


def test_unfolded_every_line_is_on_exactly_one_page_and_every_page_adds_up(
    explanation: Explanation,
) -> None:
    first = select(explanation, Filter(), everything=True)
    assert first.pages == math.ceil(len(explanation.lines) / PAGE_LINES)
    seen: list[int] = []
    for page in range(1, first.pages + 1):
        found = select(explanation, Filter(), everything=True, page=page)
        seen += found.shown.tolist()
        rest = found.rest.amount if found.rest else 0.0
        shown = math.fsum(explanation.lines.amount[found.shown].tolist())
        assert close(shown + rest, explanation.total)
    assert sorted(seen) == list(range(len(explanation.lines)))


def test_a_page_beyond_the_last_is_the_last(explanation: Explanation) -> None:
    found = select(explanation, Filter(), everything=True, page=10_000)
    assert found.page == found.pages


def test_the_default_order_is_the_size_of_the_effect(explanation: Explanation) -> None:
    amounts = np.abs(explanation.lines.amount[select(explanation, Filter()).shown])
    assert (np.diff(amounts) <= 0).all()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
def test_each_column_sorts_both_ways(
    explanation: Explanation, sort: Sort, descending: bool
) -> None:
    pages = [
        select(
            explanation, Filter(), sort=sort, descending=descending, everything=True, page=number
        )
        for number in (1, 2)
    ]
    assert pages[0].pages == 2
    rows = [row for page in pages for row in rows_of(explanation, page.shown)]
    columns: dict[Sort, list[Any]] = {
        Sort.ORDER: [row.finished_on for row in rows],
        Sort.GIG: [row.gig.lower() for row in rows],
        Sort.AREA: [
            "weight of the gig" if row.area == "the whole gig" else row.area for row in rows
        ],
        Sort.CAUSE: [
            "new orders and reviews" if row.cause.startswith("new ") else row.cause for row in rows
        ],
        Sort.EFFECT: [row.amount for row in rows],
    }
    keys = columns[sort]
    assert len(set(keys)) > 1
    assert keys == sorted(keys, reverse=descending)


def test_a_line_says_what_the_order_did(story: WhyStory, explanation: Explanation) -> None:
    lines = explanation.lines
    mine = np.flatnonzero(lines.order == story.opener.pk).astype(np.int64)
    said = {(row.area, row.cause, row.detail) for row in rows_of(explanation, mine)}
    assert said == {
        ("client satisfaction", "new review", "5 stars"),
        ("effective communication", "new review", "5 stars"),
        ("value for money", "new review", "5 stars"),
        ("conflict-free orders", "new order", "no dispute"),
        ("order cancellations", "new order", "completed"),
        ("weight of the gig", "new order", ""),
        # delivered the day before, so that this one faded by a day already
        ("delivery time", "faded", "on time"),
    }


def test_an_edited_review_says_from_what_to_what() -> None:
    story = the_perfect_order()
    review = story.opener.reviews.get()
    for name, value in (("stars", 2), ("quality_of_delivery", 2), ("working_with", 5)):
        setattr(review, name, value)
    review.pk, review.ref = None, "second version"
    review.posted_at += timedelta(days=3)
    review.save()
    found = explain(
        seller=story.seller, start=TURN + timedelta(days=2), end=TURN + timedelta(days=3)
    )
    edited = matching(found, Filter(cause=Cause.EDITED))
    said = {row.area: row.detail for row in rows_of(found, edited)}
    assert said["client satisfaction"] == "from 5 stars to 2 stars"
