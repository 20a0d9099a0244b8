"""On grace: Level 2 holds for thirty days after the response rate fell below 90%.

Twenty-seven of thirty first messages were answered within a day: exactly 90%. The
thirty-first got no answer: 27 of 31 is 87.1%, and the days of grace run.
"""

from __future__ import annotations

from datetime import date

from sellers.demo.flow import CONTENT, Habits, run_business
from sellers.demo.rows import StoryFacts
from sellers.demo.story import Story

HANDLE = "demo-on-grace"

#: The day of the message that nobody answered.
MISSED_DAY = -13
#: Unanswered before: 3 of 30.
_MISSED_BEFORE = (-38, -24, -14)
_ANSWERED = (*range(-59, -16, 2), -50, -42, -30, -22, -20)

_STEADY = Habits(amounts=(70, 95, 130, 180), reviewed=0.7, ratings=CONTENT, late=0.02, cancelled=0)


def tell(anchor: date) -> StoryFacts:
    story = Story(
        HANDLE, category="Video & Animation", anchor=anchor, joined=-1300, zone="Europe/Madrid"
    )
    story.gig("explainer", "I will animate your explainer video", "over $150")
    story.gig("intro", "I will make an intro for your channel", "$50 to $150")
    run_business(story, "explainer", _STEADY, count=62, start=-1200, end=-5)
    run_business(story, "intro", _STEADY, count=48, start=-980, end=-9)
    for on in range(-760, -104, 9):
        story.inquiry(on, story.dice.between(0.2, 9.0))
    for on in sorted((*_ANSWERED, *_MISSED_BEFORE, MISSED_DAY)):
        missed = on in _MISSED_BEFORE or on == MISSED_DAY
        story.inquiry(on, None if missed else story.dice.between(0.2, 9.0))
    story.observed(-120, "level", label="Level 2")
    story.observed(-40, "response_rate", value="94")
    story.observed(-7, "level", label="Level 2", words="Your level is at risk")
    story.observed(-7, "response_rate", value="87")
    story.observed(-7, "score", value="9")
    story.note(MISSED_DAY, "Two days at a trade fair without a connection")
    return story.facts()
