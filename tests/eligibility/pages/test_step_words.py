"""The nearest flip, its causes and the level in words; none of them is advice."""

from __future__ import annotations

from datetime import date

import pytest

from eligibility.advice import advice_in
from eligibility.cause_words import Flip, Places, cause_link, cause_words
from eligibility.rules.flips import FlipCause
from eligibility.rules.steps import Step, StepKind
from eligibility.step_words import gain_words, loss_words, step_words
from metrics.engine.days import day_number

MARCH = day_number(date(2025, 3, 12))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Step(StepKind.REVIEW, 3, 5)], "3 more five-star reviews"),
        (
            [Step(StepKind.REVIEW, 3, 5), Step(StepKind.WAIT, day=MARCH)],
            "3 more five-star reviews, or waiting until 12 Mar 2025 with nothing new",
        ),
        ([Step(StepKind.COMPLETED, 1)], "1 more completed order"),
        ([Step(StepKind.EARNED, 11900)], "$119 more in completed orders"),
        ([Step(StepKind.EARNED, 11950)], "$119.50 more in completed orders"),
        ([Step(StepKind.SCORE, 2)], "a success score 2 points higher"),
        ([], ""),
    ],
)
def test_what_would_grant_a_rule(steps: list[Step], words: str) -> None:
    assert gain_words(steps) == words


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Step(StepKind.REVIEW, 1, 4)], "1 four-star review"),
        (
            [Step(StepKind.REVIEW, 9, 4), Step(StepKind.REVIEW, 4, 3), Step(StepKind.REVIEW, 2, 1)],
            "9 four-star reviews, 4 three-star reviews or 2 one-star reviews",
        ),
        ([Step(StepKind.UNANSWERED, 1)], "1 first message not answered in time"),
        ([Step(StepKind.WAIT, day=MARCH)], "time alone, on 12 Mar 2025"),
        ([Step(StepKind.PAUSED, 1)], "the gig paused"),
    ],
)
def test_what_would_cost_a_rule(steps: list[Step], words: str) -> None:
    assert loss_words(steps) == words


@pytest.mark.parametrize("kind", StepKind)
@pytest.mark.parametrize("gain", [True, False])
@pytest.mark.parametrize("number", [1, 7])
def test_every_step_has_words_and_none_is_forbidden_advice(
    kind: StepKind, gain: bool, number: int
) -> None:
    words = step_words(Step(kind, number, 5, MARCH), gain=gain)
    assert words
    assert list(advice_in(f"To meet it: {words}")) == []


@pytest.mark.parametrize("cause", FlipCause)
@pytest.mark.parametrize("ref", ["", "FO61B"])
def test_every_cause_has_words(cause: FlipCause, ref: str) -> None:
    words = cause_words(Flip(cause, date(2024, 6, 12), ref))
    assert words
    assert list(advice_in(words)) == []


def test_a_cause_names_its_order_its_rule_and_how_many_more() -> None:
    flip = Flip(FlipCause.REVIEW_POSTED, date(2024, 6, 12), "FO61B", 2, "Rating of the gig")
    words = "rating of the gig: a review of order FO61B came in, with 2 more that day"
    assert cause_words(flip) == words


def test_causes_lead_to_what_shows_them() -> None:
    places, day = Places(7, 3), date(2024, 6, 12)

    def url(cause: FlipCause, ref: str = "") -> str | None:
        link = cause_link(Flip(cause, day, ref), places, counts_url="/counts/")
        return None if link is None else link.url

    assert url(FlipCause.BEGAN) is None
    assert url(FlipCause.REVIEW_POSTED, "FO61B") == "/sellers/7/orders/FO61B/"
    assert url(FlipCause.SCORE_MOVED) == "/sellers/7/why/?from=2024-06-11&to=2024-06-12"
    assert url(FlipCause.INQUIRY_LEFT) == "/counts/"
    assert url(FlipCause.LEVEL_CHANGED) == "/sellers/7/eligibility/"
    assert url(FlipCause.SHOWN) == "/sellers/7/eligibility/said/"
