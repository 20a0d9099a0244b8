"""An ordinary, healthy writer who reads 8 to 9."""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import UNEVEN, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Story

HANDLE = "demo-ordinary-writer"

_ARTICLES = Habits(
    amounts=(45, 60, 80, 120), allowed=(2, 3, 4, 5), late=0.08, very_late=0.01, ratings=UNEVEN
)
_COPY = Habits(amounts=(120, 180, 250, 350), allowed=(5, 7), late=0.04, very_late=0.0)


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE,
        category="Writing & Translation",
        anchor=anchor,
        joined=-1460,
        zone="Europe/London",
    )
    story.gig("blog-articles", "I will write a well-researched blog article", "$50 to $150")
    story.gig("website-copy", "I will write clear copy for your website", "over $150")
    story.gig("newsletter", "I will write your monthly newsletter", "under $50")
    run_business(story, "blog-articles", _ARTICLES, count=118, start=-1400, end=-4)
    run_business(story, "website-copy", _COPY, count=66, start=-1210, end=-7)
    run_business(story, "newsletter", _ARTICLES, count=24, start=-640, end=-15)
    story.open_order("blog-articles", -3, amount=80, allowed=4)
    story.open_order("website-copy", -5, amount=250, allowed=7)
    _by_hand(story)
    return story.facts()


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=31, start=-89, end=-4, within_a_day=0.93)
    story.observed(-340, "score", value="9")
    story.observed(-150, "score", value="8")
    story.observed(-61, "score", value="9")
    story.observed(-12, "score", value="8", words="Success score: 8 out of 10")
    story.observed(-12, "level", label="Level 2")
    story.observed(-12, "rating", value="4.9")
    story.observed(-12, "gig_score", value="8", gig="blog-articles")
    story.observed(-12, "gig_score", value="8", gig="website-copy")
    story.observed(-12, "gig_score", value="9", gig="newsletter")
    story.observed(
        -12, "impact", label="strong positive", gig="blog-articles", area="cancellations"
    )
    story.observed(-12, "impact", label="room for growth", gig="website-copy", area="communication")
    story.observed(-12, "promotable", label="yes", gig="website-copy")
    story.note(-640, "Started the newsletter offer")
    story.note(-312, "Raised the price of website copy")
    story.note(-161, "Two weeks of flu", until=-147)
