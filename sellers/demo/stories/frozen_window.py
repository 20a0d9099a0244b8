"""An idle seller: the two years of the public rating end with the latest review.

The rating still holds a bad review that is more than two years old, because the window
ends with the latest review and not with today. The success score let go of it long ago.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import Habits, run_business
from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Rating, Review, Story

HANDLE = "demo-frozen-window"

LAST_REVIEW_DAY, BAD_REVIEW_DAY = -236, -871

_HABITS = Habits(amounts=(30, 50, 75, 100), allowed=(2, 3, 5), late=0.05, cancelled=0.04)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Business", anchor=anchor, joined=-1500, zone="Pacific/Auckland")
    story.gig("spreadsheet", "I will build your budget spreadsheet", "$50 to $150")
    story.gig("data-entry", "I will clean and sort your data", "under $50")
    run_business(story, "spreadsheet", _HABITS, count=58, start=-1450, end=-256)
    run_business(story, "data-entry", _HABITS, count=40, start=-1330, end=-262)
    story.order(
        "spreadsheet",
        BAD_REVIEW_DAY - 1,
        amount=100,
        late_hours=44.0,
        revisions=3,
        review=Review(Rating(1, 1, 1), 1, "Very late, and the formulas were wrong."),
    )
    story.order(
        "data-entry", LAST_REVIEW_DAY - 1, amount=50, review=Review(FIVE, 1, "As good as always.")
    )
    story.observed(-300, "score", value="9")
    story.observed(-30, "score", value="8")
    story.observed(-30, "rating", value="4.9", words="Rating of two years to the latest review")
    story.observed(-30, "level", label="Level 1")
    story.note(-228, "Parental leave, both gigs paused")
    return story.facts()
