"""Case pack: 969 completed and 41 cancelled orders, most of them not the seller's fault.

Two cancellations were taken out by a ruling of the platform; on the day that the second
ruling takes effect the displayed score rises.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import UNEVEN, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Rating, Review, Story

HANDLE = "demo-case-pack"

COMPLETED, CANCELLED = 969, 41
#: The days on which the two rulings take effect.
RULING_DAYS = (-47, -19)

_HABITS = Habits(
    amounts=(25, 35, 50, 75, 110),
    allowed=(2, 3, 4),
    reviewed=0.55,
    ratings=UNEVEN,
    late=0.06,
    very_late=0.012,
    cancelled=0.0,
)
#: Gig, title, price band, completed orders, first day.
_GIGS = (
    ("voice-over", "I will record a warm English voice over", "under $50", 402, -1780),
    ("podcast-edit", "I will edit and master your podcast", "$50 to $150", 285, -1500),
    ("audiobook", "I will narrate your audiobook chapter", "$50 to $150", 164, -1100),
    ("phone-greeting", "I will record your phone greeting", "under $50", 117, -820),
)
#: Who cancelled, whether the requirements were in, and how often: 41 in all.
_SIDES = (
    ("client", False, 15),
    ("mutual", True, 12),
    ("platform", True, 6),
    ("client", True, 3),
    ("seller", True, 5),
)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Music & Audio", anchor=anchor, joined=-1820)
    for ref, title, band, count, start in _GIGS:
        story.gig(ref, title, band)
        run_business(story, ref, _HABITS, count=count, start=start, end=-3)
    _cancellations(story)
    _one_weak_review(story)
    _by_hand(story)
    return story.facts()


def _one_weak_review(story: Story) -> None:
    """Before the second ruling the score rests just below the next step."""
    story.order(
        "podcast-edit", -41, amount=110, revisions=2, review=Review(Rating(4, 4, 5), after=1)
    )


def _cancellations(story: Story) -> None:
    sides = [(by, given) for by, given, count in _SIDES for _ in range(count)]
    for by, given in sides[:-2]:
        story.cancelled(
            story.dice.pick([gig[0] for gig in _GIGS[:3]]),
            story.dice.whole(-1080, -60),
            by=by,
            requirements_in=given,
            amount=story.dice.pick(_HABITS.amounts),
            open_days=story.dice.whole(1, 5),
            due_in=story.dice.whole(1, 3),
        )
    for on, ruling, gig in zip((-96, -58), RULING_DAYS, ("voice-over", "audiobook"), strict=True):
        story.cancelled(
            gig,
            on,
            by="seller",
            amount=110,
            open_days=2,
            excluded_on=ruling,
            excluded_reason="Ruling: the client asked for a cancellation outside the order page.",
        )


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=46, start=-89, end=-4, within_a_day=0.96)
    story.observed(-300, "score", value="9")
    story.observed(-110, "score", value="8", words="Success score: 8 out of 10")
    story.observed(-110, "impact", label="negative", gig="voice-over", area="cancellations")
    story.observed(RULING_DAYS[1] - 3, "score", value="8")
    story.observed(RULING_DAYS[1] + 1, "score", value="9", words="Success score: 9 out of 10")
    story.observed(RULING_DAYS[1] + 1, "level", label="Level 2")
    story.observed(-12, "promotable", label="no", gig="podcast-edit")
    story.note(-112, "Asked support to look at the cancellations of the last two years")
    for day in RULING_DAYS:
        story.note(day, "Support took one cancellation out of the count")
