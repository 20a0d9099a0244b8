"""The rows of the demo: plainly demo, well formed, and the same every time."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sellers.demo.dice import Dice
from sellers.demo.rows import ORDER_COLUMNS, REVIEW_COLUMNS, StoryFacts, csv_bytes
from sellers.demo.stories import STORIES
from sellers.demo.story import NEW_AREAS_FROM, Rating, Story, order_ref

ANCHOR = date(2026, 11, 20)
OLD_AREAS = ("communication", "service_as_described", "buy_again")
NEW_AREAS = ("quality_of_delivery", "working_with", "value_for_money")
TIMES = ("ordered_at", "delivered_at", "completed_at", "cancelled_at", "posted_at", "removed_at")


@pytest.fixture(params=STORIES, scope="module")
def facts(request: pytest.FixtureRequest) -> StoryFacts:
    return STORIES[request.param](ANCHOR)


def test_every_name_says_that_it_is_a_demo(facts: StoryFacts) -> None:
    assert facts.handle.startswith("demo-")
    assert all(re.fullmatch(r"demo-buyer-\d{4}", row["buyer"]) for row in facts.orders)


def test_order_references_look_like_the_platforms_and_are_unique(facts: StoryFacts) -> None:
    refs = [row["order_ref"] for row in facts.orders]
    assert len(set(refs)) == len(refs)
    # FO and ten or eleven hexadecimal digits: 12 to 13 characters.
    assert all(re.fullmatch(r"FO[0-9A-F]{10,11}", ref) for ref in refs)


def test_nothing_has_happened_after_the_anchor_began(facts: StoryFacts) -> None:
    begin = datetime.combine(ANCHOR, time(), UTC)
    stamps = [
        datetime.fromisoformat(row[column])
        for row in (*facts.orders, *facts.reviews)
        for column in TIMES
        if row.get(column)
    ]
    assert stamps
    assert max(stamps) < begin
    replies = [row.first_reply_at for row in facts.inquiries if row.first_reply_at]
    assert all(reply < begin for reply in replies)
    assert all(seen.day < ANCHOR for seen in facts.observations)


def test_steps_of_an_order_come_in_their_order(facts: StoryFacts) -> None:
    for row in facts.orders:
        steps = [
            datetime.fromisoformat(row[column])
            for column in ("ordered_at", "delivered_at", "completed_at", "cancelled_at")
            if row.get(column)
        ]
        assert steps == sorted(steps), row["order_ref"]


def test_every_review_belongs_to_a_completed_order_and_follows_it(facts: StoryFacts) -> None:
    ends = {row["order_ref"]: row.get("completed_at", "") for row in facts.orders}
    for row in facts.reviews:
        assert ends[row["order_ref"]]
        assert row["posted_at"] >= ends[row["order_ref"]]


def test_reviews_rate_the_areas_of_their_time(facts: StoryFacts) -> None:
    for row in facts.reviews:
        day = datetime.fromisoformat(row["posted_at"]).date()
        if abs(day - NEW_AREAS_FROM) > timedelta(days=1):
            other = OLD_AREAS if day > NEW_AREAS_FROM else NEW_AREAS
            assert not any(row.get(column) for column in other)


def test_the_files_have_the_canonical_columns(facts: StoryFacts) -> None:
    for columns, rows in ((ORDER_COLUMNS, facts.orders), (REVIEW_COLUMNS, facts.reviews)):
        read = list(csv.DictReader(io.StringIO(csv_bytes(columns, rows).decode())))
        assert len(read) == len(rows)
        assert all(tuple(row) == columns for row in read)


def test_telling_twice_gives_the_same_bytes(facts: StoryFacts) -> None:
    again = STORIES[facts.handle](ANCHOR)
    assert csv_bytes(ORDER_COLUMNS, again.orders) == csv_bytes(ORDER_COLUMNS, facts.orders)
    assert again == facts


def test_both_systems_of_review_areas_occur_in_the_demo() -> None:
    reviews = [row for tell in STORIES.values() for row in tell(ANCHOR).reviews]
    assert any(row.get("service_as_described") for row in reviews)
    assert any(row.get("quality_of_delivery") for row in reviews)
    # Some reviews show their mean alone.
    assert any(not any(row.get(c) for c in (*OLD_AREAS, *NEW_AREAS)) for row in reviews)


def test_stars_are_the_mean_of_three_areas_with_one_decimal() -> None:
    # (5 + 5 + 4) / 3 = 4.666… → 4.7; (4 + 5 + 4) / 3 = 4.333… → 4.3
    assert Rating(5, 5, 4).stars == "4.7"
    assert Rating(4, 5, 4).stars == "4.3"


def test_an_order_that_would_be_delivered_before_it_was_made_is_refused() -> None:
    story = Story("demo-x", category="", anchor=ANCHOR, joined=-10)
    story.gig("g", "I will", "under $50")
    with pytest.raises(ValueError, match="delivered before"):
        story.order("g", -5, amount=10, allowed=1, late_hours=-48.0)


def test_the_dice_do_not_depend_on_the_machine() -> None:
    dice = Dice("demo")
    assert [dice.whole(1, 6) for _ in range(12)] == [6, 1, 6, 1, 4, 5, 3, 6, 1, 5, 5, 3]
    assert Dice("demo").unit() != Dice("other").unit()
    # The published first number of SplitMix64 from state 0.
    dice._state = 0
    assert dice._next() == 0xE220A8397B1DCDAF


def test_an_order_reference_depends_on_seller_and_number_alone() -> None:
    assert order_ref("demo-perfect-order", 0) == order_ref("demo-perfect-order", 0)
    assert order_ref("demo-perfect-order", 0) != order_ref("demo-thin-window", 0)
