"""Perfect order, lower score: the second finished order of a gig opens its gate.

The gig begins to count with the short record of a beginner, so its own score lies below
the seller's; the order that opened the gate was perfect in every area.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import ALL_FIVE, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Review, Story

HANDLE = "demo-perfect-order"

#: The day on which the perfect order ends and the displayed score falls from 10 to 9.
DROP_DAY = -5
OPENING_GIG = "query-letter"

_FLAWLESS = Habits(
    amounts=(90, 120, 150, 180, 240),
    allowed=(5, 7, 10),
    reviewed=0.8,
    ratings=ALL_FIVE,
    late=0.0,
    very_late=0.0,
    cancelled=0.0,
)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Writing & Translation", anchor=anchor, joined=-1150)
    story.gig("book-editing", "I will copy edit your novel or memoir", "over $150")
    story.gig("proofreading", "I will proofread your manuscript or article", "$50 to $150")
    story.gig(OPENING_GIG, "I will write your query letter and synopsis", "$50 to $150")
    run_business(story, "book-editing", _FLAWLESS, count=44, start=-1080, end=-330)
    run_business(story, "book-editing", _FLAWLESS, count=19, start=-290, end=-12)
    run_business(story, "proofreading", _FLAWLESS, count=30, start=-940, end=-9)
    _blemishes(story)
    story.order(OPENING_GIG, -41, amount=110, allowed=6, review=Review(FIVE, after=2))
    story.order(OPENING_GIG, DROP_DAY, amount=140, allowed=6, review=Review(FIVE))
    story.open_order("book-editing", -3, amount=240, allowed=14)
    _by_hand(story)
    return story.facts()


def _blemishes(story: Story) -> None:
    """Nothing a client ever rated: cancellations and lateness of the early days."""
    story.cancelled("book-editing", -905, by="mutual", amount=150)
    story.cancelled("proofreading", -720, by="client", requirements_in=False, amount=90)
    story.cancelled("proofreading", -610, by="mutual", amount=120)
    story.order(
        "book-editing",
        -452,
        amount=240,
        allowed=7,
        late_hours=6.0,
        review=Review(FIVE, text="A few hours late, told me in advance. Worth the wait."),
    )


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=24, start=-90, end=-4, within_a_day=1.0)
    story.observed(-64, "level", label="Level 2")
    story.observed(-64, "score", value="10")
    story.observed(DROP_DAY - 1, "score", value="10", words="Success score: 10 out of 10")
    story.observed(DROP_DAY, "score", value="9", words="Success score: 9 out of 10")
    story.observed(DROP_DAY, "rating", value="5.0")
    story.observed(DROP_DAY, "gig_score", value="10", gig="book-editing")
    story.observed(
        DROP_DAY - 1, "promotable", label="no", gig=OPENING_GIG, words="Not enough activity yet"
    )
    story.note(
        DROP_DAY, "Second query letter finished: five stars, early. The score fell the same day."
    )
