"""A developer with a dispute, a review that was edited and one that was removed."""

from __future__ import annotations

import dataclasses
from datetime import date

from sellers.demo.flow import Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Rating, Review, Story

HANDLE = "demo-edited-reviews"

EDIT_DAY, REMOVAL_DAY = -131, -58

_HABITS = Habits(amounts=(80, 150, 250, 420), allowed=(4, 6, 8), late=0.05, cancelled=0.03)


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE,
        category="Programming & Tech",
        anchor=anchor,
        joined=-1330,
        zone="America/New_York",
    )
    story.gig("shop-fix", "I will fix bugs in your online shop", "$50 to $150")
    story.gig("api", "I will connect your shop to an API", "over $150")
    story.gig("old-theme", "I will customise your shop theme", "$50 to $150", paused=True)
    run_business(story, "shop-fix", _HABITS, count=74, start=-1290, end=-5)
    run_business(story, "api", _HABITS, count=46, start=-1010, end=-9)
    run_business(
        story, "old-theme", dataclasses.replace(_HABITS, late=0.1), count=30, start=-1280, end=-560
    )
    _disputed_order(story)
    _edited_review(story)
    _removed_review(story)
    _by_hand(story)
    return story.facts()


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=22, start=-88, end=-4, within_a_day=0.95)
    story.observed(-250, "score", value="9")
    story.observed(-232, "score", value="7")
    story.observed(REMOVAL_DAY - 10, "score", value="6")
    story.observed(REMOVAL_DAY + 2, "score", value="8", words="Success score: 8 out of 10")
    story.observed(REMOVAL_DAY + 2, "level", label="Level 2")
    story.observed(-10, "impact", label="strong negative", gig="api", area="conflict-free orders")
    story.note(-236, "The client opened a dispute over the scope; settled by support")
    story.note(EDIT_DAY, "The client changed the review after testing again")
    story.note(REMOVAL_DAY, "The platform removed a review that broke its rules")


def _disputed_order(story: Story) -> None:
    story.order(
        "api",
        -236,
        amount=420,
        allowed=8,
        late_hours=14.0,
        revisions=3,
        disputes=1,
        review=Review(Rating(3, 4, 3), 2, "Sorted out in the end with support."),
    )


def _edited_review(story: Story) -> None:
    ref = story.order(
        "shop-fix",
        EDIT_DAY - 6,
        amount=250,
        allowed=6,
        revisions=1,
        review=Review(Rating(2, 3, 2), 1, "Does not work on my test page."),
    )
    story.review(
        ref,
        EDIT_DAY,
        Review(Rating(5, 5, 4), text="My test page was wrong, not the work. Sorry and thanks."),
    )


def _removed_review(story: Story) -> None:
    story.order(
        "api",
        REMOVAL_DAY - 24,
        amount=250,
        allowed=6,
        review=Review(
            Rating(1, 1, 1), 1, "Removed by the platform for breaking its rules.", REMOVAL_DAY
        ),
    )
