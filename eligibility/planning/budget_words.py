"""What a level absorbs, and what open orders put at stake, in words."""

from __future__ import annotations

from collections.abc import Sequence

from eligibility.planning.budgets import Absorbed, EntitlementBudget, OpenStake
from eligibility.rules.types import Rule
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import ERROR_WORDS
from metrics.forecasting.planning import MOST_ERRORS, ErrorKind
from metrics.words import counted, day_words, listed


def absorbed_words(ground: Ground, absorbed: Absorbed) -> str:
    """``3``, ``none``, ``2 on “Logo design”, none on “Book editing”``, ``does not hurt``."""
    if absorbed.number is None and absorbed.harmless:
        return "does not hurt"
    best = _number(absorbed.number)
    if absorbed.kindest is None or absorbed.harshest is None:
        return best
    kind, harsh = (ground.gigs[gig].title for gig in (absorbed.kindest, absorbed.harshest))
    return f"{best} on “{kind}”, {_number(absorbed.fewest)} on “{harsh}”"


def _number(number: int | None) -> str:
    if number is None:
        return f"{MOST_ERRORS} or more"
    return str(number) if number else "none"


def budget_sentence(ground: Ground, budget: EntitlementBudget) -> str:
    """``Level 2 absorbs 3 late orders, … before one of its rules breaks.``"""
    name = "" if budget.level is None else budget.level.title
    if budget.gig is not None:
        name = f"Promotion of “{ground.gigs[budget.gig].title}”"
    if budget.broken:
        titles = listed([rule.title.lower() for rule in budget.broken])
        verb = "is" if len(budget.broken) == 1 else "are"
        return f"{name} is at risk already: {titles} {verb} not met today."
    if not budget.rules:
        return f"No rule of {name} that orders can break is met today."
    kinds = listed([_kind(budget, kind) for kind in ErrorKind])
    tightest = [one.absorbs[kind] for kind in ErrorKind if (one := budget.tightest(kind))]
    # Where it matters which gig they are on, the number is that of the kindest one.
    split = any(absorbed.kindest is not None for absorbed in tightest)
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


def untouched_sentence(rules: Sequence[Rule]) -> str:
    """Rules that none of these errors brings nearer to breaking; empty for none."""
    if not rules:
        return ""
    titles = listed([rule.title.lower() for rule in rules])
    return f"None of these hurts {titles}."


def stake_words(ground: Ground, stake: OpenStake) -> str:
    """``On “Logo design”, 14 Jun 2024: if you cancel it, success score breaks.``"""
    said = []
    if stake.if_cancelled:
        said.append(f"if you cancel it, {_rules(stake.if_cancelled)}")
    if stake.if_late:
        said.append(f"if it is late, {_rules(stake.if_late)}")
    title = ground.gigs[stake.gig].title
    return f"On “{title}”, {day_words(stake.day)}: {'; '.join(said)}."


def _rules(rules: Sequence[Rule]) -> str:
    verb = "is" if len(rules) == 1 else "are"
    return f"{listed([rule.title.lower() for rule in rules])} {verb} no longer met"
