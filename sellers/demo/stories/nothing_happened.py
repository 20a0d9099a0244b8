"""Nothing happened: the displayed score falls on a day without orders or reviews.

On that day good old orders leave the two-year window. What remains has faded a little,
and one bad order of last year weighs more among fewer good ones.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import ALL_FIVE, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Rating, Review, Story

HANDLE = "demo-nothing-happened"

WINDOW_DAYS = 730
#: The day on which the displayed score falls from 9 to 8.
DROP_DAY = -8
LEAVING = 6

_GOOD = Habits(
    amounts=(150, 250, 400, 600),
    allowed=(5, 7, 10),
    reviewed=0.75,
    ratings=ALL_FIVE,
    late=0.02,
    very_late=0.0,
    cancelled=0.0,
)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Programming & Tech", anchor=anchor, joined=-1400)
    story.gig("landing-page", "I will build a responsive landing page", "over $150")
    story.gig("bug-fix", "I will fix bugs in your web shop", "$50 to $150")
    run_business(
        story, "landing-page", _GOOD, count=38, start=-1340, end=DROP_DAY - WINDOW_DAYS - 12
    )
    run_business(story, "bug-fix", _GOOD, count=30, start=-1300, end=DROP_DAY - WINDOW_DAYS - 15)
    _launch_day(story)
    run_business(story, "landing-page", _GOOD, count=9, start=-690, end=-180)
    run_business(story, "bug-fix", _GOOD, count=7, start=-660, end=-120)
    _one_bad_order(story)
    _by_hand(story)
    return story.facts()


def _launch_day(story: Story) -> None:
    """Large orders of one client that all ended on one day, two years before the drop."""
    for amount in (900, 900, 1200, 950, 900, 1000):
        story.order(
            "landing-page",
            DROP_DAY - WINDOW_DAYS,
            amount=amount,
            allowed=10,
            accepted_after=0,
            review=Review(FIVE),
        )


def _one_bad_order(story: Story) -> None:
    story.order(
        "landing-page",
        -205,
        amount=500,
        allowed=7,
        late_hours=8.0,
        revisions=2,
        review=Review(Rating(4, 3, 4), 1),
    )
    story.cancelled("bug-fix", -520, by="mutual", amount=250)


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=9, start=-88, end=-12, within_a_day=0.9)
    story.observed(-410, "score", value="9")
    story.observed(-195, "score", value="8")
    story.observed(DROP_DAY - 12, "score", value="8")
    story.observed(DROP_DAY + 4, "score", value="7", words="Success score: 7 out of 10")
    story.observed(DROP_DAY + 4, "level", label="Level 2")
    story.note(DROP_DAY - WINDOW_DAYS, "Launch week of a large client, six pages in one go")
    story.note(-116, "Busy with a long job elsewhere, no orders taken", until=-1)
