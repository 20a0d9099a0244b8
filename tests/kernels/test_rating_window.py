"""What the next review takes out of the window, held to the rating with that review in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metrics.engine.fact_columns import review_columns
from metrics.engine.rating import WINDOW_DAYS, daily_ratings, rating_of
from metrics.engine.rating_window import departures, rating_turns
from metrics.engine.types import OrderFacts, OrderStatus, ReviewFacts

TODAY = 20_000
AHEAD = 365


def orders(count: int) -> list[OrderFacts]:
    return [OrderFacts(order=n, gig=0, status=OrderStatus.COMPLETED) for n in range(count)]


def review(number: int, day: int, stars: float | None, end_day: int | None = None) -> ReviewFacts:
    return ReviewFacts(order=number, posted_day=day, start_day=day, end_day=end_day, stars=stars)


@st.composite
def histories(draw: st.DrawFn) -> list[ReviewFacts]:
    """Reviews of the last three years, some without stars, some taken down by today or later."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        day = TODAY - draw(st.integers(0, 3 * 365))
        stars = draw(st.sampled_from([None, 1.0, 2.0, 4.0, 4.7, 5.0]))
        ends = draw(st.none() | st.integers(1, 900))
        found.append(review(number, day, stars, None if ends is None else day + ends))
    return found


@given(histories(), st.integers(1, AHEAD))
def test_a_new_review_leaves_what_the_last_departure_before_it_leaves(
    known: list[ReviewFacts], ahead: int
) -> None:
    # What ends by itself is another matter: nothing of it ends on the coming days.
    lasting = [r for r in known if r.end_day is None or r.end_day <= TODAY]
    columns = review_columns(lasting, orders(12))
    day = TODAY + ahead
    now = rating_of(lasting, TODAY)
    left = (now.hundredths, now.count)
    for one in departures(columns, TODAY, TODAY + AHEAD):
        assert (one.before.hundredths, one.before.count) == left or one.day > day
        if one.day <= day:
            left = (one.after.hundredths, one.after.count)
    then = rating_of([*lasting, review(99, day, 3.0)], day)
    assert left == (then.hundredths - 300, then.count - 1)


@given(histories())
def test_turns_are_the_days_on_which_what_counts_differs(known: list[ReviewFacts]) -> None:
    columns = review_columns(known, orders(12))
    last = TODAY + AHEAD
    turns = {t.day: t for t in rating_turns(columns, daily_ratings(columns, TODAY, last))}
    for day in range(TODAY + 1, last + 1):
        before, after = rating_of(known, day - 1), rating_of(known, day)
        same = (before.hundredths, before.count) == (after.hundredths, after.count)
        assert same is (day not in turns)
        if not same:
            assert (turns[day].before, turns[day].after) == (before, after)
            # Nothing begins on a coming day, so something that counted was taken down.
            assert len(turns[day].ended) >= 1
            assert len(turns[day].began) == 0


def test_what_is_two_years_old_waits_for_any_review_and_the_rest_has_its_day() -> None:
    """5, 1 and 5 stars; the latest is 100 days old, the first older than two years."""
    known = [
        review(0, TODAY - WINDOW_DAYS - 20, 5.0),
        review(1, TODAY - WINDOW_DAYS + 10, 1.0),
        review(2, TODAY - 100, 5.0),
    ]
    waiting, leaving, last = departures(review_columns(known, orders(3)), TODAY, TODAY + 700)
    # (5 + 1 + 5)/3, then (1 + 5)/2, then 5/1, then none.
    assert [waiting.day, leaving.day, last.day] == [TODAY + 1, TODAY + 10, TODAY + 630]
    assert [(one.before.hundredths, one.after.hundredths) for one in (waiting, leaving, last)] == [
        (1100, 600),
        (600, 500),
        (500, 0),
    ]
    assert leaving.rows.tolist() == [1]
    assert last.after.mean is None
    assert departures(review_columns([], []), TODAY, TODAY + 700) == []
