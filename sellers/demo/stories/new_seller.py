"""A new seller: not scored yet, one of two orders."""

from __future__ import annotations

from datetime import date

from sellers.demo.rows import StoryFacts
from sellers.demo.story import FIVE, Review, Story

HANDLE = "demo-new-seller"


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE,
        category="Graphics & Design",
        anchor=anchor,
        joined=-48,
        zone="America/Bogota",
    )
    story.gig("pet-portrait", "I will paint a digital portrait of your pet", "under $50")
    story.gig("book-cover", "I will illustrate your book cover", "over $150")
    story.order("pet-portrait", -13, amount=40, allowed=5, review=Review(FIVE, after=1))
    story.open_order("pet-portrait", -4, amount=45, allowed=5)
    story.open_order("book-cover", -6, amount=220, allowed=14)
    for on, hours in ((-41, 3.0), (-30, 1.5), (-22, 9.0), (-19, 0.5), (-11, 2.0), (-7, 26.0)):
        story.inquiry(on, hours)
    story.note(-48, "Opened the account")
    return story.facts()
