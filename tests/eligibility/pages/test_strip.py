"""The strip: where stretches and boundaries are drawn, and that its table says the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eligibility.charts.strip import RuleHistory, Stretch, percent, strip
from eligibility.pages.parts import Link, State

START, END = date(2024, 1, 1), date(2024, 4, 10)  # 100 days: a day is one percent
REVIEW = Link("a review of order FO1 came in", "/sellers/1/orders/FO1/")


def history(*stretches: Stretch, rule: str = "rating") -> RuleHistory:
    return RuleHistory(rule, "Rating", "4.7 or more", stretches)


def met_then_not() -> RuleHistory:
    turn = START + timedelta(days=25)
    return history(
        Stretch(date(2023, 6, 1), turn, State.MET, Link("the first review", "/x/")),
        Stretch(turn, END + timedelta(days=50), State.NOT_MET, REVIEW),
    )


def test_positions_are_percentages_of_the_days_shown() -> None:
    row = strip([met_then_not()], START, END).rows[0]
    # 25 of 100 days are met; both ends are cut to the days shown.
    assert [(s.x, s.width, s.state) for s in row.segments] == [
        ("0.000%", "25.000%", State.MET),
        ("25.000%", "75.000%", State.NOT_MET),
    ]
    assert percent(START, START, END) == "0.000%"


def test_a_boundary_leads_to_what_flipped_it() -> None:
    (boundary,) = strip([met_then_not()], START, END).rows[0].boundaries
    assert (boundary.x, boundary.day, boundary.url) == (
        "25.000%",
        date(2024, 1, 26),
        "/sellers/1/orders/FO1/",
    )
    assert boundary.label == (
        "Rating: not met from 26 Jan 2024, before that met. a review of order FO1 came in"
    )


def test_what_began_before_the_days_shown_has_no_boundary() -> None:
    rows = strip([history(Stretch(date(2023, 1, 1), END, State.MET, REVIEW))], START, END).rows
    assert rows[0].boundaries == ()


def test_a_flip_on_the_first_day_shown_has_one() -> None:
    rows = strip([history(Stretch(START, END, State.MET, REVIEW))], START, END).rows
    assert [b.x for b in rows[0].boundaries] == ["0.000%"]


def test_the_words_of_a_row_add_up_to_its_days() -> None:
    row = strip([met_then_not()], START, END).rows[0]
    assert row.sums == "met on 25 days, not met on 75 days"


def test_a_rule_without_a_day_has_no_row_and_a_gap_stays_a_gap() -> None:
    gone = history(Stretch(date(2020, 1, 1), date(2021, 1, 1), State.MET), rule="old")
    gap = history(
        Stretch(START, START + timedelta(days=10), State.UNKNOWN),
        Stretch(START + timedelta(days=20), END, State.MET, REVIEW),
    )
    picture = strip([gone, gap], START, END)
    assert [row.rule for row in picture.rows] == ["rating"]
    assert [(s.x, s.width) for s in picture.rows[0].segments] == [
        ("0.000%", "10.000%"),
        ("20.000%", "80.000%"),
    ]


def test_the_table_says_what_the_picture_shows() -> None:
    picture = strip([met_then_not()], START, END)
    said = [(t.title, t.first, t.last, t.days, t.state_words, t.cause) for t in picture.twin]
    assert said == [
        ("Rating", START, date(2024, 1, 25), "25 days", "met", None),
        ("Rating", date(2024, 1, 26), date(2024, 4, 9), "75 days", "not met", REVIEW),
    ]
    assert picture.label == "1 rule from 1 Jan 2024 to 9 Apr 2024"


@pytest.mark.parametrize("days", [20, 100, 730, 1500, 4000])
def test_the_axis_is_never_crowded_and_stays_inside(days: int) -> None:
    end = START + timedelta(days=days)
    ticks = strip([history(Stretch(START, end, State.MET))], START, end).ticks
    assert len(ticks) <= 6
    assert all(0 <= float(tick.x.rstrip("%")) <= 93 for tick in ticks)


def test_two_years_are_marked_every_half_year() -> None:
    start = date(2022, 6, 13)
    whole = history(Stretch(start, date(2024, 6, 12), State.MET))
    picture = strip([whole], start, date(2024, 6, 12))
    assert [tick.label for tick in picture.ticks] == [
        "Jul 2022",
        "Jan 2023",
        "Jul 2023",
        "Jan 2024",
    ]


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        strip([], END, START)
