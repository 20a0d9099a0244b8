"""A stretch of ordinary business: orders at random days with outcomes in given shares."""

from __future__ import annotations

from dataclasses import dataclass

from sellers.demo.dice import Dice
from sellers.demo.story import FIVE, Rating, Review, Story

#: Ratings of a seller whose clients are content, with how often each comes.
CONTENT: tuple[tuple[Rating, float], ...] = (
    (FIVE, 88.0),
    (Rating(5, 5, 4), 5.0),
    (Rating(5, 4, 5), 2.0),
    (Rating(4, 5, 4), 2.5),
    (Rating(4, 4, 4), 1.5),
    (Rating(3, 4, 3), 0.7),
    (Rating(2, 3, 2), 0.3),
)
#: Ratings of good work that now and then misses a point.
UNEVEN: tuple[tuple[Rating, float], ...] = (
    (FIVE, 78.0),
    (Rating(5, 5, 4), 8.0),
    (Rating(5, 4, 5), 4.0),
    (Rating(4, 4, 4), 6.0),
    (Rating(3, 4, 3), 2.5),
    (Rating(2, 3, 2), 1.0),
    (Rating(1, 2, 1), 0.5),
)
#: Ratings of a seller in a bad stretch.
STRAINED: tuple[tuple[Rating, float], ...] = (
    (FIVE, 55.0),
    (Rating(5, 4, 5), 10.0),
    (Rating(4, 4, 4), 15.0),
    (Rating(4, 3, 4), 8.0),
    (Rating(3, 3, 3), 7.0),
    (Rating(2, 2, 2), 3.0),
    (Rating(1, 2, 1), 2.0),
)
ALL_FIVE: tuple[tuple[Rating, float], ...] = ((FIVE, 1.0),)

#: Who cancels, and whether the requirements were in, with how often each comes.
CANCELLERS: tuple[tuple[tuple[str, bool], float], ...] = (
    (("client", False), 40.0),
    (("mutual", True), 30.0),
    (("client", True), 12.0),
    (("seller", True), 10.0),
    (("platform", True), 8.0),
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How business on one gig goes. Shares lie between 0 and 1, amounts are dollars."""

    amounts: tuple[int, ...]
    allowed: tuple[int, ...] = (3, 4, 5)
    reviewed: float = 0.62
    ratings: tuple[tuple[Rating, float], ...] = CONTENT
    late: float = 0.04
    very_late: float = 0.01
    extended: float = 0.05
    cancelled: float = 0.03
    cancellers: tuple[tuple[tuple[str, bool], float], ...] = CANCELLERS
    disputed: float = 0.0
    areas_known: float = 0.95


def run_business(
    story: Story, gig: str, habits: Habits, *, count: int, start: int, end: int
) -> None:
    """``count`` orders on one gig that end between two offsets, both included."""
    for finished in story.dice.spread(count, start, end):
        if story.dice.chance(habits.cancelled):
            _cancel(story, gig, habits, finished)
        else:
            _complete(story, gig, habits, finished)


def _cancel(story: Story, gig: str, habits: Habits, on: int) -> None:
    dice = story.dice
    by, requirements_in = dice.weighted(habits.cancellers)
    story.cancelled(
        gig,
        on,
        by=by,
        requirements_in=requirements_in,
        amount=dice.pick(habits.amounts),
        open_days=dice.whole(1, 4) if requirements_in else 1,
        due_in=dice.whole(1, 4),
    )


def _complete(story: Story, gig: str, habits: Habits, finished: int) -> None:
    dice = story.dice
    allowed = dice.pick(habits.allowed)
    story.order(
        gig,
        finished,
        amount=dice.pick(habits.amounts),
        allowed=allowed,
        late_hours=_lateness(dice, habits, allowed),
        accepted_after=dice.whole(0, 3),
        extended_days=dice.whole(1, 3) if dice.chance(habits.extended) else 0,
        revisions=dice.weighted(((0, 60.0), (1, 28.0), (2, 9.0), (3, 3.0))),
        disputes=1 if dice.chance(habits.disputed) else 0,
        review=_review(dice, habits, finished),
    )


def _lateness(dice: Dice, habits: Habits, allowed: int) -> float:
    """Hours against the due time, well away from the limits at 0 and 24."""
    mark = dice.unit()
    if mark < habits.very_late:
        return dice.between(28.0, 70.0)
    if mark < habits.very_late + habits.late:
        return dice.between(2.0, 20.0)
    return -dice.between(2.0, min(allowed * 24.0 - 12.0, 60.0))


def _review(dice: Dice, habits: Habits, finished: int) -> Review | None:
    """A review within ten days, if it lies before the anchor."""
    after = dice.weighted(((0, 45.0), (1, 25.0), (2, 12.0), (5, 10.0), (9, 8.0)))
    wanted = dice.chance(habits.reviewed)
    rating = dice.weighted(habits.ratings)
    known = dice.chance(habits.areas_known)
    if not wanted or finished + after > LAST_OFFSET:
        return None
    return Review(
        Rating(rating.quality, rating.communication, rating.value, areas_known=known),
        after,
    )


def run_inquiries(story: Story, *, count: int, start: int, end: int, within_a_day: float) -> None:
    """First messages of new clients; the share ``within_a_day`` is answered in 24 hours."""
    dice = story.dice
    for on in dice.spread(count, start, end):
        if dice.chance(within_a_day):
            story.inquiry(on, dice.between(0.2, 11.0))
        else:
            story.inquiry(on, dice.between(26.0, 44.0) if dice.chance(0.6) else None)


#: No event of ordinary business lies later: in every zone it is past when the anchor begins.
LAST_OFFSET = -2
