"""Promoted gate: every published rule is met on every gig, and the platform refuses three.

Ratings of 5.0, Level 1, four active gigs with more than twenty reviews each. The platform
names "additional quality metrics" and nothing else; one gig is allowed, and one of the
refused has been allowed and refused again from week to week.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import ALL_FIVE, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Review, Story

HANDLE = "demo-promoted-gate"

ALLOWED_GIG, FLAPPING_GIG = "app-icon", "channel-banner"
REFUSED_GIGS = ("sticker-set", "emote-pack")
#: What the platform answered, as often as it was asked.
REFUSAL = "This Gig does not meet our additional quality metrics at this time."

_FLAWLESS = Habits(
    amounts=(12, 15, 18),
    allowed=(2, 3, 4),
    reviewed=1.0,
    ratings=ALL_FIVE,
    late=0.0,
    very_late=0.0,
    extended=0.0,
    cancelled=0.0,
)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Graphics & Design", anchor=anchor, joined=-860)
    story.gig(ALLOWED_GIG, "I will draw your app icon", "under $50")
    story.gig(FLAPPING_GIG, "I will design your channel banner", "under $50")
    story.gig(REFUSED_GIGS[0], "I will illustrate a set of stickers", "under $50")
    story.gig(REFUSED_GIGS[1], "I will draw custom emotes", "under $50")
    for number, gig in enumerate((ALLOWED_GIG, FLAPPING_GIG, *REFUSED_GIGS)):
        run_business(story, gig, _FLAWLESS, count=25, start=-700 + 40 * number, end=-12)
    # One by the client before the requirements and one mutual: nothing that a buyer rated.
    story.cancelled(REFUSED_GIGS[0], -64, by="client", requirements_in=False, amount=12)
    story.cancelled(FLAPPING_GIG, -210, by="mutual", amount=15)
    story.order(ALLOWED_GIG, -6, amount=18, review=Review(FIVE, text="Perfect, as always."))
    _by_hand(story)
    return story.facts()


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=130, start=-640, end=-4, within_a_day=1.0)
    for on in (-180, -92, -9):
        story.observed(on, "level", label="Level 1")
        story.observed(on, "rating", value="5.0")
    story.observed(-9, "score", value="10", words="Success score: 10 out of 10")
    for on in (-62, -34, -9):
        story.observed(on, "promotable", label="yes", gig=ALLOWED_GIG)
        for gig in REFUSED_GIGS:
            story.observed(on, "promotable", label="no", gig=gig, words=REFUSAL)
    for week, label in enumerate(("yes", "no", "yes", "no", "no")):
        words = REFUSAL if label == "no" else ""
        on = -37 + 7 * week
        story.observed(on, "promotable", label=label, gig=FLAPPING_GIG, words=words)
    story.note(-34, "Asked support which metric is missing: the answer names none")
