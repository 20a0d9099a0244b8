"""How areas, causes, days and amounts are said to people: plain, calm, exact.

One place, so that the seller's page, the why page and the CSV say the same thing the same
way. Nothing here reads the database or the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from metrics.engine.reference import display
from metrics.engine.types import Cause, Factor
from sellers.order_words import late_words

#: A real minus sign: a hyphen is shorter and breaks at the end of a line.
MINUS = "\N{MINUS SIGN}"

#: Score points that three decimals cannot show: printed, but muted.
NOISE = 0.0005

AREA_WORDS: Mapping[Factor | None, str] = {
    Factor.CLIENT_SATISFACTION: "client satisfaction",
    Factor.COMMUNICATION: "effective communication",
    Factor.VALUE_FOR_MONEY: "value for money",
    Factor.CONFLICT_FREE: "conflict-free orders",
    Factor.CANCELLATIONS: "order cancellations",
    Factor.DELIVERY_TIME: "delivery time",
    Factor.GIG_WEIGHT: "weight of the gig",
    None: "the formula as a whole",
}

AREA_MEANINGS: Mapping[Factor | None, str] = {
    Factor.CLIENT_SATISFACTION: "What clients rated: quality, or the stars.",
    Factor.COMMUNICATION: "What clients rated: working with the freelancer.",
    Factor.VALUE_FOR_MONEY: "What clients rated: value for money.",
    Factor.CONFLICT_FREE: "Whether there was a dispute.",
    Factor.CANCELLATIONS: "Whether the order was completed or cancelled, and by whom.",
    Factor.DELIVERY_TIME: "The first delivery against the due time.",
    Factor.GIG_WEIGHT: (
        "How much of the overall score the gig carries. A heavier gig pulls the overall score "
        "towards its own."
    ),
    None: "Numbers of the formula that belong to no single area.",
}

CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.ENTERED: "new orders and reviews",
    Cause.AGED_OUT: "left the window",
    Cause.FADED: "faded",
    Cause.EDITED: "review edited",
    Cause.REMOVED: "taken out of the count",
    Cause.GIG_BEGAN: "gig began to count",
    Cause.GIG_CEASED: "gig ceased to count",
    Cause.BENCHMARK: "benchmark moved",
    Cause.LEARNED_LATE: "learned late",
    Cause.POLICY: "rules changed",
}

#: A first score has one cause, and nothing in it need be new.
FIRST_WORDS = "orders and reviews that count"
FIRST_MEANING = "Everything in the window on the day of the first score."

CAUSE_MEANINGS: Mapping[Cause, str] = {
    Cause.ENTERED: "They count on the later day and did not yet count on the earlier one.",
    Cause.AGED_OUT: "Orders and reviews older than the window count no more, good or bad.",
    Cause.FADED: (
        "Everything weighs a little less every day. A good order lifts less as it fades, a bad "
        "one hurts less."
    ),
    Cause.EDITED: "A client changed the words or stars of a review.",
    Cause.REMOVED: "The platform took down a review, or ruled that a cancellation does not count.",
    Cause.GIG_BEGAN: (
        "The gig reached the number of orders that it needs, so its own score joined the "
        "overall score."
    ),
    Cause.GIG_CEASED: (
        "Too few of the gig’s orders are left in the window, so its own score left the "
        "overall score."
    ),
    Cause.BENCHMARK: "The gigs that yours are compared with moved. Nothing of yours did.",
    Cause.LEARNED_LATE: "Facts that became known after the day they belong to.",
    Cause.POLICY: "The formula or one of its numbers is another.",
}

#: The other way round, for what played no part: "no gig began or ceased to count".
CAUSE_ABSENT: Mapping[Cause, str] = {
    Cause.ENTERED: "no order or review was new",
    Cause.AGED_OUT: "nothing left the window",
    Cause.FADED: "nothing faded",
    Cause.EDITED: "no review was edited",
    Cause.REMOVED: "nothing was taken out of the count",
    Cause.GIG_BEGAN: "no gig began to count",
    Cause.GIG_CEASED: "no gig ceased to count",
    Cause.BENCHMARK: "the benchmark stayed",
    Cause.LEARNED_LATE: "nothing was learned late",
    Cause.POLICY: "the rules stayed",
}

#: As the subject of a sentence: "what left the window".
CAUSE_THINGS: Mapping[Cause, str] = {
    Cause.ENTERED: "what was new",
    Cause.AGED_OUT: "what left the window",
    Cause.FADED: "what faded",
    Cause.EDITED: "edited reviews",
    Cause.REMOVED: "what was taken out of the count",
    Cause.GIG_BEGAN: "gigs that began to count",
    Cause.GIG_CEASED: "gigs that ceased to count",
    Cause.BENCHMARK: "the benchmark",
    Cause.LEARNED_LATE: "what was learned late",
    Cause.POLICY: "the rules",
}

WHOLE_GIG = "the whole gig"


def area_slug(area: Factor | None) -> str:
    """The area in an address: ``client-satisfaction``; ``formula`` for none."""
    return "formula" if area is None else area.name.lower().replace("_", "-")


def cause_slug(cause: Cause) -> str:
    """The cause in an address: ``aged-out``."""
    return cause.name.lower().replace("_", "-")


AREA_BY_SLUG: Mapping[str, Factor | None] = {area_slug(area): area for area in AREA_WORDS}
CAUSE_BY_SLUG: Mapping[str, Cause] = {cause_slug(cause): cause for cause in Cause}


# --- numbers and days ---------------------------------------------------------------------


def day_words(day: date) -> str:
    """``12 Jun 2024``."""
    return f"{day.day} {day:%b} {day.year}"


def signed(amount: float, decimals: int = 3) -> str:
    """``−0.312``, ``+0.221``, ``0.000`` for nothing at all; a tiny amount keeps its sign."""
    if amount == 0:
        return f"{0:.{decimals}f}"
    return f"{MINUS if amount < 0 else '+'}{abs(amount):.{decimals}f}"


def unsigned(amount: float, decimals: int = 2) -> str:
    """A size in score points; one too small to print is "less than 0.01"."""
    least = 10.0**-decimals
    return f"{amount:.{decimals}f}" if amount >= least / 2 else f"less than {least:.{decimals}f}"


def score_words(score: float, decimals: int = 2) -> str:
    """A score with as many decimals as it takes to see how it is displayed.

    9.4999 displays as 9, so it does not print as 9.50.
    """
    for places in range(decimals, 12):
        text = f"{score:.{places}f}"
        if display(float(text)) == display(score):
            return text
    return repr(score)


def shared_decimals(start: float, end: float, least: int = 2) -> int:
    """Decimals at which two printed scores differ by what their difference prints as.

    9.556 and 9.483 differ by 0.073: with two decimals they would read 9.56, 9.48 and 0.07.
    """
    for places in range(least, 7):
        shown = round(round(end, places) - round(start, places), places)
        if shown == round(end - start, places) and (shown != 0 or end == start):
            return places
    return least


def pair_decimals(start: float, end: float, least: int = 2) -> int:
    """Decimals for two scores side by side: neither misread, the difference as it prints."""
    decimals = shared_decimals(start, end, least)
    return max(len(score_words(score, decimals).partition(".")[2]) for score in (start, end))


def whole(value: float) -> str:
    """A number that the platform showed: ``9``, or ``8.5`` where it is not whole."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str) -> str:
    """``1 order``, ``1,204 orders``."""
    return f"{number:,} {one if number == 1 else many}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def window_words(days: int) -> str:
    """``two-year window``, else ``window of 90 days``."""
    years = {365: "one", 730: "two", 1095: "three"}
    return f"{years[days]}-year window" if days in years else f"window of {days} days"


def delivery_words(late_hours: float) -> str:
    """``on time``, ``late by 1 day 4 h``."""
    if late_hours <= 0:
        return "on time"
    return late_words(timedelta(hours=late_hours))


def star_words(stars: float) -> str:
    """``5 stars``, ``1 star``, ``4.7 stars``."""
    text = whole(stars)
    return "1 star" if text == "1" else f"{text} stars"


# --- before and after ---------------------------------------------------------------------


def boundaries_between(before: int, after: int) -> list[float]:
    """The scores at which the display turns, in the order they were crossed."""
    step = 1 if after > before else -1
    return [number + step / 2 for number in range(before, after, step)]


def reads(displayed: int) -> str:
    """``everything from 8.5 to just under 9.5 reads 9``."""
    low, high = displayed - 0.5, displayed + 0.5
    if displayed >= 10:
        return f"everything from {low} on reads {displayed}"
    if displayed <= 1:
        return f"everything under {high} reads {displayed}"
    return f"everything from {low} to just under {high} reads {displayed}"


def display_sentence(before: float, after: float) -> str:
    """How the move of the score and the move of the displayed number go together.

    >>> display_sentence(9.52, 9.47)
    'The score moved 0.05; the display moved 1, because it crossed 9.5.'
    """
    shown, now = display(before), display(after)
    size = unsigned(abs(after - before), pair_decimals(before, after))
    moved = "did not move" if after == before else f"moved {size}"
    if shown == now:
        if abs(after - before) < 0.1:
            return f"The score {moved}; the display stayed at {now}."
        return f"The score {moved}; the display stayed at {now}, because {reads(now)}."
    crossed = listed([f"{value}" for value in boundaries_between(shown, now)])
    return f"The score {moved}; the display moved {abs(now - shown)}, because it crossed {crossed}."


def turn_sentence(before: int | None, after: int | None, start: date, end: date) -> str:
    """``Fell from 10 to 9 on 12 Jun 2024.`` for the numbers displayed on two days.

    Of one and the same day, seen in two ways: ``Reads 9 instead of 10 on 12 Jun 2024.``
    """
    near = end - start == timedelta(days=1)
    day = day_words(end)
    if start == end:
        first, second = ("not scored" if n is None else str(n) for n in (before, after))
        if first == second:
            return f"The same both ways on {day}: {first}."
        return f"Reads {second} instead of {first} on {day}."
    if before is None and after is None:
        return "Not scored on either day."
    if before is None:
        return f"Not scored on {day_words(start)}, {after} on {day}."
    if after is None:
        return f"{before} on {day_words(start)}, no score on {day}."
    if before == after:
        return f"The same number on both days: {after}."
    verb = "Fell" if after < before else "Rose"
    when = f"on {day}" if near else f"between {day_words(start)} and {day}"
    return f"{verb} from {before} to {after} {when}."
