"""What levels and promotions absorb, in words."""

from __future__ import annotations

from eligibility.planning.budgets import Absorbed, EntitlementBudget
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import ERROR_WORDS
from metrics.forecasting.planning import MOST_ERRORS, ErrorKind
from metrics.words import counted, listed


def absorbed_words(ground: Ground, absorbed: Absorbed) -> str:
    """``3``, ``none``, ``2 on “Logo design”, none on “Book editing”``, ``does not hurt``."""
    if absorbed.number is None and absorbed.harmless:
        return "does not hurt"
    best = _number(absorbed.number)
    if absorbed.kindest is None or absorbed.harshest is None:
        return best
    kind, harsh = (ground.gigs[gig].title for gig in (absorbed.kindest, absorbed.harshest))
    if not absorbed.differs:
        return f"{best}; hurts least on “{kind}”"
    return f"{best} on “{kind}”, {_number(absorbed.fewest)} on “{harsh}”"


def _number(number: int | None) -> str:
    if number is None:
        return f"{MOST_ERRORS} or more"
    return str(number) if number else "none"


def budget_sentence(ground: Ground, budget: EntitlementBudget) -> str:
    """``Level 2 absorbs 3 late orders, … before one of its rules breaks.``"""
    name = "" if budget.level is None else budget.level.title
    if budget.for_promotion:
        name += ", on which promotion rests,"
    if budget.gig is not None:
        name = f"Promotion of “{ground.gigs[budget.gig].title}”"
    if budget.broken:
        titles = listed([rule.title.lower() for rule in budget.broken])
        verb = "is" if len(budget.broken) == 1 else "are"
        return f"{name} is at risk already: {titles} {verb} not met today."
    if not budget.rules:
        return f"No rule of {name} that orders can break is met today."
    kinds = listed([_kind(budget, kind) for kind in ErrorKind])
    # Where it matters which gig they are on, the number is that of the kindest one.
    split = any(absorbed.differs for one in budget.rules for absorbed in one.absorbs.values())
    where = ", on the gigs where it hurts least," if split else ""
    return f"{name} absorbs{where} {kinds}."


def _kind(budget: EntitlementBudget, kind: ErrorKind) -> str:
    one, many = ERROR_WORDS[kind]
    tightest = budget.tightest(kind)
    if tightest is None:
        return f"{MOST_ERRORS} or more {many}"
    absorbed = tightest.absorbs[kind].number or 0
    number = counted(absorbed, one, many) if absorbed else f"no {one}"
    return f"{number} ({tightest.rule.title.lower()} breaks first)"


def untouched_sentence(budget: EntitlementBudget) -> str:
    """Rules that none of these errors brings nearer to breaking; empty for none."""
    harmless = [one.rule for one in budget.rules if one.untouched]
    titles = [rule.title.lower() for rule in (*harmless, *budget.still)]
    return f"None of these hurts {listed(titles)}." if titles else ""


def unknown_sentence(budget: EntitlementBudget) -> str:
    """Rules of which nothing can be said today; empty for none."""
    if not budget.unknown:
        return ""
    titles = listed([rule.title.lower() for rule in budget.unknown])
    return f"Cannot be checked from your data, so what it absorbs is not known: {titles}."
