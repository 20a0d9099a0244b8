"""A busy studio: five gigs, six hundred orders."""

from __future__ import annotations

import dataclasses
from datetime import date

from sellers.demo.flow import STRAINED, UNEVEN, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Story

HANDLE = "demo-busy-studio"

_SOLID = Habits(amounts=(35, 55, 80, 120), allowed=(2, 3, 4), late=0.07, very_late=0.01)
_LARGE = dataclasses.replace(_SOLID, amounts=(180, 260, 400), allowed=(5, 7, 10))
_SLIPPING = dataclasses.replace(_SOLID, late=0.2, very_late=0.06, cancelled=0.07, ratings=STRAINED)
_ROUGH = dataclasses.replace(_SLIPPING, cancelled=0.03, ratings=UNEVEN)
#: Gig, title, price band, and stretches of (habits, orders, first day, last day).
_GIGS = (
    (
        "product-photo",
        "I will retouch your product photos",
        "under $50",
        ((_SOLID, 190, -1090, -3),),
    ),
    ("catalogue", "I will lay out your product catalogue", "over $150", ((_LARGE, 74, -1010, -6),)),
    (
        "background",
        "I will remove the background of your images",
        "under $50",
        ((_SOLID, 120, -960, -400), (_SLIPPING, 52, -399, -210), (_SOLID, 62, -209, -3)),
    ),
    (
        "mockup",
        "I will render a 3D mockup of your packaging",
        "$50 to $150",
        ((_SOLID, 66, -700, -4),),
    ),
    ("infographic", "I will design an infographic", "$50 to $150", ((_ROUGH, 36, -350, -5),)),
)


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE, category="Graphics & Design", anchor=anchor, joined=-1130, zone="Asia/Manila"
    )
    for ref, title, band, stretches in _GIGS:
        story.gig(ref, title, band)
        for habits, count, start, end in stretches:
            run_business(story, ref, habits, count=count, start=start, end=end)
    for gig, on, amount, allowed in (
        ("product-photo", -2, 55, 3),
        ("catalogue", -8, 400, 10),
        ("mockup", -4, 120, 4),
    ):
        story.open_order(gig, on, amount=amount, allowed=allowed)
    _by_hand(story)
    return story.facts()


def _by_hand(story: Story) -> None:
    run_inquiries(story, count=64, start=-89, end=-4, within_a_day=0.91)
    story.observed(-420, "score", value="9")
    story.observed(-250, "score", value="9")
    story.observed(-120, "score", value="8")
    story.observed(-20, "score", value="8")
    story.observed(-5, "score", value="9", words="Success score: 9 out of 10")
    story.observed(-5, "level", label="Level 2")
    story.observed(-5, "gig_score", value="4", gig="infographic")
    story.observed(-5, "gig_score", value="9", gig="product-photo")
    story.observed(-5, "response_rate", value="91")
    story.note(-350, "Began to offer infographics")
    story.note(-399, "New colleague on backgrounds", until=-210)
