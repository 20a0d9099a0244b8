"""A video editor who came back from a holiday to a pile of late orders."""

from __future__ import annotations

import dataclasses
from datetime import date

from sellers.demo.flow import STRAINED, UNEVEN, Habits, run_business, run_inquiries
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Story

HANDLE = "demo-after-holiday"

HOLIDAY_FROM, HOLIDAY_UNTIL = -128, -106

_BEFORE = Habits(
    amounts=(60, 90, 140, 200), allowed=(3, 4, 5), late=0.06, very_late=0.01, ratings=UNEVEN
)
_AFTER = dataclasses.replace(
    _BEFORE, late=0.30, very_late=0.18, ratings=STRAINED, extended=0.15, cancelled=0.05
)
_CATCHING_UP = dataclasses.replace(_BEFORE, late=0.05, very_late=0.0)


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE,
        category="Video & Animation",
        anchor=anchor,
        joined=-1240,
        zone="Europe/Berlin",
    )
    story.gig("video-edit", "I will edit your YouTube video", "$50 to $150")
    story.gig("short-clips", "I will cut short clips from your long video", "under $50")
    story.gig("intro", "I will animate a short intro for your channel", "$50 to $150")
    for ref, share in (("video-edit", 1.0), ("short-clips", 0.6), ("intro", 0.3)):
        for habits, count, start, end in (
            (_BEFORE, 110, -1180, HOLIDAY_FROM - 2),
            (_AFTER, 16, HOLIDAY_UNTIL + 2, -66),
            (_CATCHING_UP, 14, -60, -3),
        ):
            run_business(story, ref, habits, count=round(count * share), start=start, end=end)
    run_inquiries(story, count=28, start=-88, end=-4, within_a_day=0.79)
    story.observed(-180, "score", value="8")
    story.observed(-180, "level", label="Level 2")
    story.observed(-70, "score", value="5", words="Success score: 5 out of 10")
    story.observed(-70, "impact", label="negative", gig="video-edit", area="delivery_time")
    story.observed(-34, "level", label="Level 1", words="Your level changed after 30 days")
    story.observed(-6, "score", value="6")
    story.note(-60, "Fewer orders at a time, longer delivery times offered")
    story.note(HOLIDAY_FROM, "Holiday, orders left open", until=HOLIDAY_UNTIL)
    return story.facts()
