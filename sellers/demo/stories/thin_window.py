"""Thin window: after two years of illness a handful of recent orders decides everything."""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Rating, Review, Story

HANDLE = "demo-thin-window"

ILL_FROM, ILL_UNTIL = -800, -75
#: One late order, cancelled, and one harsh review; then single good orders.
_BEFORE = Habits(amounts=(40, 60, 80, 120), allowed=(2, 3, 4), late=0.05, cancelled=0.03)
_GIGS = (
    ("logo-design", "I will design a minimalist logo", "$50 to $150", 70),
    ("business-card", "I will design your business card", "under $50", 34),
    ("brand-guide", "I will create a brand style guide", "over $150", 26),
    ("flyer", "I will design a flyer or poster", "under $50", 22),
    ("social-kit", "I will design a social media kit", "$50 to $150", 18),
)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Graphics & Design", anchor=anchor, joined=-1700)
    for ref, title, band, count in _GIGS:
        story.gig(ref, title, band)
        run_business(story, ref, _BEFORE, count=count, start=-1640, end=ILL_FROM - 4)
    _while_ill(story)
    _back_at_work(story)
    _by_hand(story)
    return story.facts()


def _while_ill(story: Story) -> None:
    """A few orders in better weeks, and what could not be done in the worse ones."""
    story.order("logo-design", -742, amount=80, review=Review(FIVE))
    story.cancelled("logo-design", -705, by="mutual", amount=60, open_days=6, due_in=-1)
    story.order("logo-design", -640, amount=80, late_hours=7.0, review=Review(Rating(5, 4, 4), 1))
    story.order("brand-guide", -633, amount=220, allowed=7, review=Review(FIVE, 1))
    story.order("business-card", -610, amount=40, review=Review(FIVE, 1))
    story.order("logo-design", -498, amount=120, review=Review(FIVE, 2))
    story.cancelled("brand-guide", -470, by="mutual", amount=220, open_days=9)
    story.order("logo-design", -366, amount=80, late_hours=9.0, review=Review(Rating(5, 4, 5), 1))
    story.order("logo-design", -240, amount=80, review=Review(FIVE, 1))
    story.cancelled("logo-design", -198, by="client", amount=120, open_days=7, due_in=-2)
    story.order("logo-design", -160, amount=180)


def _back_at_work(story: Story) -> None:
    story.order("logo-design", -70, amount=80, review=Review(FIVE, 1))
    story.order("flyer", -61, amount=40, review=Review(FIVE))
    story.order(
        "logo-design",
        -52,
        amount=120,
        allowed=3,
        late_hours=30.0,
        revisions=3,
        review=Review(Rating(3, 3, 2), 1, "Late, and it took three rounds to get there."),
    )
    story.order("logo-design", -38, amount=240, allowed=5, review=Review(FIVE, 1))
    story.order("flyer", -29, amount=40, review=Review(FIVE, 1))
    story.order("logo-design", -22, amount=240, allowed=5, review=Review(FIVE, 2))
    story.cancelled("flyer", -15, by="seller", amount=60, open_days=3)
    story.order("logo-design", -9, amount=180, allowed=5, review=Review(FIVE, 1))
    story.open_order("logo-design", -3, amount=120, allowed=6)


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=14, start=-70, end=-5, within_a_day=0.86)
    story.observed(ILL_FROM - 20, "score", value="9")
    story.observed(ILL_FROM - 20, "level", label="Level 2")
    story.observed(-410, "score", value="7")
    story.observed(-190, "score", value="5", words="Success score: 5 out of 10")
    story.observed(-190, "level", label="Level 1")
    story.observed(-48, "score", value="3")
    story.observed(-48, "impact", label="strong negative", gig="logo-design", area="communication")
    story.observed(-6, "score", value="5")
    story.note(-51, "One harsh review and the score lost three points")
    story.note(ILL_FROM, "Ill, few orders in better weeks", until=ILL_UNTIL)
