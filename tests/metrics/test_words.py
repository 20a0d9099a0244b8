"""How things are said."""

from __future__ import annotations

import re
from datetime import date

import pytest

from metrics import words
from metrics.engine.types import AREAS, Cause, Factor
from metrics.words import (
    day_words,
    delivery_words,
    display_sentence,
    listed,
    score_words,
    shared_decimals,
    signed,
    star_words,
    turn_sentence,
    unsigned,
    window_words,
)

FORBIDDEN = re.compile(r"N/A|Δ|\bdelta\b|\bexpired?\b|\bnull\b|\bNone\b|\bnan\b", re.IGNORECASE)


def test_every_area_and_cause_has_words_a_meaning_and_an_address() -> None:
    assert set(words.AREA_WORDS) == {*Factor, None}
    assert set(words.AREA_MEANINGS) == {*Factor, None}
    for table in (
        words.CAUSE_WORDS,
        words.CAUSE_MEANINGS,
        words.CAUSE_ABSENT,
        words.CAUSE_THINGS,
    ):
        assert set(table) == set(Cause)
        assert len(set(table.values())) == len(Cause), "no two causes are called the same"
    assert len(words.AREA_BY_SLUG) == len(AREAS) + 2
    assert words.CAUSE_BY_SLUG["aged-out"] is Cause.AGED_OUT
    assert words.AREA_BY_SLUG["formula"] is None


def test_no_word_is_jargon() -> None:
    tables = (
        words.AREA_WORDS,
        words.AREA_MEANINGS,
        words.CAUSE_WORDS,
        words.CAUSE_MEANINGS,
        words.CAUSE_ABSENT,
        words.CAUSE_THINGS,
    )
    for table in tables:
        for text in table.values():
            assert not FORBIDDEN.search(text), text


def test_a_minus_is_a_real_minus_and_a_tiny_amount_keeps_its_sign() -> None:
    assert signed(-0.3119) == "−0.312"
    assert signed(0.2214) == "+0.221"
    assert signed(-0.00001) == "−0.000"
    assert signed(0.0) == "0.000"
    assert signed(-0.4849, 2) == "−0.48"
    assert "-" not in signed(-1.0)


def test_a_size_too_small_to_print_is_said_to_be_so() -> None:
    assert unsigned(0.05) == "0.05"
    assert unsigned(0.004) == "less than 0.01"


def test_a_score_never_prints_as_a_number_that_would_be_displayed_otherwise() -> None:
    assert score_words(9.47) == "9.47"
    assert score_words(9.4999) == "9.4999"  # with two decimals 9.50 would read 10
    assert score_words(9.5) == "9.50"
    assert score_words(8.499999999) == "8.499999999"


def test_two_scores_have_as_many_decimals_as_their_difference_needs() -> None:
    # 9.56 − 9.48 = 0.08, but the difference is 0.073
    assert shared_decimals(9.556, 9.483) == 3
    # 9.52 − 9.47 = 0.05 = the difference
    assert shared_decimals(9.52, 9.47) == 2
    # both read 9.47, though they differ by 0.0012
    assert shared_decimals(9.4701, 9.4713) == 3
    assert shared_decimals(9.47, 9.47) == 2


def test_the_display_moves_more_than_the_score_when_it_crosses_a_boundary() -> None:
    assert display_sentence(9.52, 9.47) == (
        "The score moved 0.05; the display moved 1, because it crossed 9.5."
    )


def test_two_boundaries_are_both_named_in_the_order_they_were_crossed() -> None:
    assert display_sentence(9.6, 8.2) == (
        "The score moved 1.40; the display moved 2, because it crossed 9.5 and 8.5."
    )


def test_a_move_that_the_display_does_not_show_says_why() -> None:
    assert display_sentence(8.6, 9.4) == (
        "The score moved 0.80; the display stayed at 9, because everything from 8.5 to just "
        "under 9.5 reads 9."
    )
    assert display_sentence(9.6, 9.9).endswith("because everything from 9.5 on reads 10.")
    assert display_sentence(1.4, 1.1).endswith("because everything under 1.5 reads 1.")


def test_a_move_within_noise_is_not_explained_at_length() -> None:
    assert display_sentence(9.12, 9.17) == "The score moved 0.05; the display stayed at 9."
    assert display_sentence(9.1, 9.1) == "The score did not move; the display stayed at 9."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (10, 9, "Fell from 10 to 9 on 12 Jun 2024."),
        (9, 10, "Rose from 9 to 10 on 12 Jun 2024."),
        (9, 9, "The same number on both days: 9."),
        (None, 8, "Not scored on 11 Jun 2024, 8 on 12 Jun 2024."),
        (8, None, "8 on 11 Jun 2024, no score on 12 Jun 2024."),
        (None, None, "Not scored on either day."),
    ],
)
def test_a_turn_is_told_in_one_sentence(
    before: int | None, after: int | None, expected: str
) -> None:
    assert turn_sentence(before, after, date(2024, 6, 11), date(2024, 6, 12)) == expected


def test_one_day_seen_in_two_ways_neither_rises_nor_falls() -> None:
    day = date(2024, 6, 12)
    assert turn_sentence(10, 9, day, day) == "Reads 9 instead of 10 on 12 Jun 2024."
    assert turn_sentence(9, 9, day, day) == "The same both ways on 12 Jun 2024: 9."
    assert turn_sentence(None, 8, day, day) == "Reads 8 instead of not scored on 12 Jun 2024."
    assert turn_sentence(None, None, day, day) == "The same both ways on 12 Jun 2024: not scored."


def test_over_more_than_a_day_a_fall_is_not_dated_to_the_last_one() -> None:
    assert turn_sentence(10, 9, date(2024, 5, 1), date(2024, 6, 12)) == (
        "Fell from 10 to 9 between 1 May 2024 and 12 Jun 2024."
    )


def test_small_words() -> None:
    assert day_words(date(2024, 6, 2)) == "2 Jun 2024"
    assert delivery_words(-3.0) == "on time"
    assert delivery_words(28.0) == "late by 1 day 4 h"
    assert star_words(5.0) == "5 stars"
    assert star_words(1.0) == "1 star"
    assert star_words(14 / 3) == "4.67 stars"
    assert window_words(730) == "two-year window"
    assert window_words(90) == "window of 90 days"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
