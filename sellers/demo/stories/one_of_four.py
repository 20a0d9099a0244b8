"""One gig of four can be promoted: two are in closed categories, one is paused."""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Story

HANDLE = "demo-one-of-four"

ELIGIBLE_GIG, PAUSED_GIG = "sales-dashboard", "budget-sheet"
CLOSED_GIGS = ("monthly-books", "tax-return")

_STEADY = Habits(amounts=(60, 90, 140), allowed=(3, 4, 5), late=0.03, very_late=0.0)


def tell(anchor: date) -> StoryFacts:
    story = Story(HANDLE, category="Business", anchor=anchor, joined=-1180, zone="Asia/Kolkata")
    story.gig(
        ELIGIBLE_GIG, "I will build your sales dashboard", "$50 to $150", category="Data Analytics"
    )
    story.gig(
        CLOSED_GIGS[0],
        "I will keep your books every month",
        "$50 to $150",
        category="Accounting & Bookkeeping",
    )
    story.gig(
        CLOSED_GIGS[1],
        "I will answer your questions on income tax",
        "$50 to $150",
        category="Tax Consulting",
    )
    story.gig(
        PAUSED_GIG,
        "I will set up your household budget",
        "$50 to $150",
        category="Spreadsheets",
        paused=True,
    )
    run_business(story, ELIGIBLE_GIG, _STEADY, count=58, start=-1100, end=-8)
    run_business(story, CLOSED_GIGS[0], _STEADY, count=34, start=-900, end=-15)
    run_business(story, CLOSED_GIGS[1], _STEADY, count=26, start=-760, end=-21)
    run_business(story, PAUSED_GIG, _STEADY, count=20, start=-640, end=-140)
    run_inquiries(story, count=60, start=-400, end=-3, within_a_day=1.0)
    story.observed(-15, "score", value="9")
    story.observed(-15, "level", label="Level 2")
    story.observed(-15, "promotable", label="yes", gig=ELIGIBLE_GIG)
    for gig in CLOSED_GIGS:
        story.observed(
            -15,
            "promotable",
            label="no",
            gig=gig,
            words="This category is not available for promotion.",
        )
    story.note(-135, "Paused the budget sheet for the season")
    return story.facts()
