"""Numbers beside each other on the why page."""

from __future__ import annotations

import pytest

from metrics.why.printing import direction_of, score_texts
from metrics.why.table import bound_words
from metrics.words import NOISE


@pytest.mark.parametrize(
    ("largest", "words"),
    [
        (0.0297, "0.03"),
        (0.03, "0.04"),  # not under 0.03
        (0.0091, "0.01"),
        (0.00061, "0.0007"),
        (0.5, "0.6"),
        (3.2, "4"),
        (7e-16, "0.0005"),  # everything too small to print has one bound
    ],
)
def test_folded_lines_are_under_the_bound_that_is_printed(largest: float, words: str) -> None:
    assert bound_words(largest) == words
    assert largest < float(words)
    assert float(words) >= NOISE


def test_both_scores_print_with_the_same_decimals() -> None:
    assert score_texts(9.52, 9.47) == ("9.52", "9.47")
    assert score_texts(9.5559, 9.4829) == ("9.556", "9.483")
    # 5.4998 displays as 5, so neither may print as 5.50
    assert score_texts(5.5384, 5.4998) == ("5.5384", "5.4998")
    assert score_texts(None, 8.652) == ("not scored", "8.65")


def test_nothing_has_no_direction() -> None:
    assert [direction_of(amount) for amount in (0.1, -0.1, 0.0)] == ["up", "down", "flat"]
