"""Plans and budgets as sentences. Nothing here advises against the platform's terms."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from metrics.engine.plan import NoPlan
from metrics.engine.rating_plan import NoRatingPlan
from metrics.forecasting.ground import Ground
from metrics.forecasting.planning import (
    MOST_ERRORS,
    ErrorBudget,
    ErrorKind,
    PlanAnswer,
    Quality,
    Target,
)
from metrics.forecasting.rating_budget import RatingBudget
from metrics.forecasting.rating_planning import RatingAnswer
from metrics.words import counted, day_words, listed, score_words, unsigned

ERROR_WORDS = {
    ErrorKind.FOUR_STARS: ("order with four stars", "orders with four stars"),
    ErrorKind.LATE: ("late order", "late orders"),
    ErrorKind.CANCELLED: ("order that you cancel", "orders that you cancel"),
}
QUALITY_WORDS = {
    Quality.CLEAN: ("clean order", "clean orders"),
    Quality.OWN_AVERAGE: ("order of your usual quality", "orders of your usual quality"),
}
QUALITY_NOTES = {
    Quality.CLEAN: "Clean: completed on time, no dispute, five stars, of your usual amount.",
    Quality.OWN_AVERAGE: "Your usual quality: what your orders of the last weeks said on average.",
}


def target_words(ground: Ground, target: Target) -> str:
    """``9 overall``, ``8 on “Book editing”``."""
    where = "overall" if target.gig is None else f"on “{ground.gigs[target.gig].title}”"
    return f"{target.displayed} {where}"


def plan_sentence(ground: Ground, answer: PlanAnswer) -> str:
    """The plan in one sentence, or that there is none."""
    aim, day = target_words(ground, answer.target), day_words(answer.by)
    found = answer.found
    if isinstance(found, NoPlan):
        return f"Not by {day}: {_nearest(ground, answer, found)}"
    reached = score_words(found.score)
    if not found.orders:
        return (
            f"Nothing is needed: if nothing new happens, {aim} is displayed on {day} ({reached})."
        )
    return (
        f"{shared_words(ground, answer.quality, found.numbers)} by {day},"
        f" {pace_words(ground, answer.by, found.orders)},"
        f" {'brings' if found.orders == 1 else 'bring'} {aim} ({reached})."
    )


def shared_words(ground: Ground, quality: Quality, numbers: tuple[int, ...]) -> str:
    """``3 clean orders on “Logo design” and 1 on “Book editing”``."""
    words = QUALITY_WORDS[quality]
    parts = [
        f"{counted(number, *words) if first else number} on “{ground.gigs[gig].title}”"
        for first, (gig, number) in _numbered(numbers)
    ]
    return listed(parts)


def _numbered(numbers: tuple[int, ...]) -> list[tuple[bool, tuple[int, int]]]:
    some = [(gig, number) for gig, number in enumerate(numbers) if number]
    return [(index == 0, pair) for index, pair in enumerate(some)]


def pace_words(ground: Ground, by: date, orders: int) -> str:
    """How often that is: ``about one every 9 days``."""
    days = (by - ground.today).days
    if orders == 1:
        return "at any time before it"
    every = days / orders
    if every >= 1.5:
        return f"about one every {round(every)} days"
    return f"about {round(7 * orders / days)} a week"


def _nearest(ground: Ground, answer: PlanAnswer, found: NoPlan) -> str:
    words = QUALITY_WORDS[answer.quality]
    most = counted(found.most, *words)
    if found.score is None:
        return f"with up to {most} there is no score at all."
    active = sum(gig.is_active for gig in ground.gigs)
    sharing = (
        f"shared out over your {counted(active, 'active gig', 'active gigs')} in any way"
        if answer.target.gig is None
        else "on this gig"
    )
    best = score_words(found.score)
    if not sum(found.numbers):
        return f"of all numbers up to {most} {sharing}, none at all leaves the most: {best}."
    return (
        f"of all numbers up to {most} {sharing}, the best is {best}, with"
        f" {shared_words(ground, answer.quality, found.numbers)}."
    )


def rating_sentence(ground: Ground, answer: RatingAnswer) -> str:
    """The plan to a rating in one sentence, or that there is none."""
    found, day, words = answer.found, day_words(answer.by), QUALITY_WORDS[answer.quality]
    gig = answer.target.gig
    where = "on any gig" if gig is None else f"on “{ground.gigs[gig].title}”"
    aim = f"a public rating of {float(answer.target.stars)}"
    if gig is not None:
        aim += f" {where}"
    if isinstance(found, NoRatingPlan):
        return f"Not by {day}: {_nearest_rating(found, words, where)}"
    reached = _stars(found.rating, answer.target.stars)
    if not found.orders:
        return f"Nothing is needed: if no review comes, {aim} stands on {day} ({reached})."
    return (
        f"{counted(found.orders, *words)} {where} by {day},"
        f" {pace_words(ground, answer.by, found.orders)},"
        f" {'brings' if found.orders == 1 else 'bring'} {aim} ({reached})."
    )


def _nearest_rating(found: NoRatingPlan, words: tuple[str, str], where: str) -> str:
    most = counted(found.most, *words)
    if found.rating is None:
        return f"with up to {most} {where} there is no review to rate by."
    best = _stars(found.rating, None)
    near = f"of all numbers up to {most} {where}, the best is {best}, with {found.orders}"
    if found.needed is None:
        return f"{near}; their reviews have too few stars, no number of them reaches it."
    return f"{near}; it takes {found.needed:,}."


def rating_proof(answer: RatingAnswer) -> str:
    """Why fewer do not do, and what the orders bring."""
    kind = answer.kind
    said = f"Each is reviewed with {kind.hundredths / 100:g} stars"
    if kind.reviews != 1:
        said = (
            f"Of ten, {unsigned(float(10 * kind.reviews), 1)} are reviewed, with"
            f" {kind.hundredths / 100:.2f} stars on average, as in your last weeks"
        )
    window = (
        "with the first new review the two years reach back from that one, and older ones no"
        " longer count"
    )
    if isinstance(answer.found, NoRatingPlan) or not answer.found.orders:
        return f"{said}; {window}."
    fewer = answer.found.orders - 1
    less = f"with {fewer}" if fewer else "without it"
    rest = (
        "there is no rating"
        if answer.one_fewer is None
        else "it is " + _stars(answer.one_fewer, answer.target.stars)
    )
    return f"{said}; {window}. {less[0].upper()}{less[1:]} {rest}."


def _stars(rating: Fraction, beside: Fraction | None) -> str:
    """A rating with as many decimals as it takes to see on which side of another it lies."""
    for decimals in range(2, 7):
        text = f"{float(rating):.{decimals}f}"
        if beside is None or (Fraction(text) >= beside) == (rating >= beside):
            return text
    return text


def proof_sentence(answer: PlanAnswer) -> str:
    """Why fewer do not do, and that the simulator says the same."""
    if isinstance(answer.found, NoPlan):
        return "Every way of sharing them out was weighed, not a sample."
    if not answer.found.orders:
        return ""
    fewer = answer.found.orders - 1
    less = "Without it" if not fewer else f"With {fewer}"
    where = "" if answer.target.gig is not None else ", however shared out,"
    said = "" if answer.verified is None else f" The simulator: {score_words(answer.verified)}."
    return f"{less}{where} it is not reached.{said}"


def lowering_sentence(
    ground: Ground, quality: Quality, lowering: tuple[tuple[int, float], ...]
) -> str:
    """That more good orders do not always help; empty where they do."""
    if not lowering:
        return ""
    named = [f"on “{ground.gigs[gig].title}” ({unsigned(loss, 3)})" for gig, loss in lowering[:3]]
    words = QUALITY_WORDS[quality][0]
    return (
        f"More good orders do not always help: one {words} {listed(named, 'or')} lowers the"
        " overall score, because it gives weight to a gig below it."
    )


def budget_sentence(ground: Ground, budget: ErrorBudget) -> str:
    """``2 late orders on “Logo design” would leave 9; on “Book editing” none would.``"""
    kindest, harshest = budget.gigs[0], budget.gigs[-1]
    one, many = ERROR_WORDS[budget.kind]
    title = f"“{ground.gigs[kindest.gig].title}”"
    where = f" on {title}" if len(budget.gigs) > 1 else ""
    if kindest.absorbed is None:
        best = f"even {MOST_ERRORS} {many}{where} would leave {budget.keep}"
    elif not kindest.absorbed:
        least = f"; it costs least on {title}" if where else ""
        lost = f"The next {one} loses the {budget.keep}"
        return f"{lost}, whichever gig it is on{least}." if where else f"{lost}."
    else:
        best = f"{counted(kindest.absorbed, one, many)}{where} would leave {budget.keep}"
    if len(budget.gigs) == 1:
        return f"{best[0].upper()}{best[1:]}."
    if harshest.absorbed == kindest.absorbed:
        return f"{best[0].upper()}{best[1:]}, where one costs least; on every gig as many would."
    worst = "none would" if not harshest.absorbed else f"only {harshest.absorbed} would"
    other = f"“{ground.gigs[harshest.gig].title}”"
    return f"{best[0].upper()}{best[1:]}; on {other} {worst}."


def rating_budget_sentence(ground: Ground, budget: RatingBudget) -> str:
    """``6 reviews with four stars would leave a rating of 4.7.``, and what does not move it."""
    target = budget.target
    where = "" if target.gig is None else f" of “{ground.gigs[target.gig].title}”"
    aim = f"a rating{where} of {float(target.stars)}"
    if budget.now is None:
        return f"There is no rating{where} yet."
    now = _stars(budget.now, target.stars)
    if not budget.is_reached:
        return f"There is no {aim[2:]} to lose today: it is {now}."
    still = "Orders that are late or cancelled do not move it by themselves."
    if budget.absorbed is None:
        return f"Even {MOST_ERRORS} reviews with four stars would leave {aim} (now {now}). {still}"
    if not budget.absorbed:
        return f"The next review with four stars loses {aim} (now {now}). {still}"
    reviews = counted(budget.absorbed, "review", "reviews")
    return f"{reviews} with four stars would leave {aim} (now {now}). {still}"
