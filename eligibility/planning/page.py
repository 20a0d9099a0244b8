"""What the pages show of plans and budgets; each part is the same alone and on "what next"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility.coming.judging import Known
from eligibility.computing import in_force
from eligibility.planning.budget_words import (
    absorbed_words,
    budget_sentence,
    unknown_sentence,
    untouched_sentence,
)
from eligibility.planning.budgets import (
    EntitlementBudget,
    RuleBudget,
    level_behind_promotion,
    level_budget,
    promotion_budgets,
)
from eligibility.planning.courses import courses_by, held_today
from eligibility.planning.form import EntitlementForm
from eligibility.planning.plans import (
    EntitlementPlan,
    RuleOutcome,
    plan_to_level,
    plan_to_promotion,
    rules_by,
)
from eligibility.planning.words import (
    entitlement_sentence,
    lacking_sentence,
    proof_sentences,
    reason_sentences,
)
from eligibility.rule_words import Levels, needed_words, value_words
from eligibility.rules.types import ESTIMATED, Kind, Level, Metric, RuleSet, Verdict
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import ERROR_WORDS, QUALITY_NOTES, lowering_sentence
from metrics.forecasting.planning import ErrorKind, Quality
from metrics.what_next.plan import NO_USUAL, try_url


def plan_context(ground: Ground, known: Known, query: Mapping[str, Any]) -> dict[str, Any]:
    """The target, and the fewest orders to it or the rules that stand against it."""
    levels = in_force(known.rule_sets, Kind.LEVELS, known.today)
    form = EntitlementForm(query, ground, levels, held_today(known))
    found: dict[str, Any] = {"form": form, "plan": None, "seller": ground.seller}
    if not ground.gigs or not form.is_valid():
        return found
    by, quality = form.cleaned_data["by"], form.wanted_quality
    found["plan"] = entitlement_plan(ground, known, form.wanted, by, quality)
    return found


def entitlement_plan(
    ground: Ground, known: Known, wanted: Level | int, by: date, quality: Quality
) -> dict[str, Any]:
    """The plan to a level, or to the promotion of a gig (its engine number), in words."""
    courses = courses_by(ground, known, by, quality)
    if courses is None:
        return {"sentence": NO_USUAL}
    is_level = isinstance(wanted, Level)
    rules = rules_by(courses, Kind.LEVELS if is_level else Kind.PROMOTION)
    if rules is None:
        return {"sentence": "No rules that we know are in force on that day."}
    if isinstance(wanted, Level):
        plan = plan_to_level(courses, rules, wanted)
    else:
        plan = plan_to_promotion(courses, rules, wanted)
    return _plan_words(ground, known, plan)


def _plan_words(ground: Ground, known: Known, plan: EntitlementPlan) -> dict[str, Any]:
    is_pro, levels = bool(known.read.columns.is_pro[0]), _titles(known)
    category = "" if plan.gig is None else known.read.columns.gig_category[plan.gig]
    url = "" if plan.numbers is None else try_url(ground, plan.numbers, plan.by, plan.quality)
    return {
        "sentence": entitlement_sentence(ground, plan),
        "reasons": reason_sentences(ground, plan, is_pro=is_pro, levels=levels),
        "lacking": lacking_sentence(plan),
        "proofs": proof_sentences(plan),
        "lowering": lowering_sentence(ground, plan.quality, plan.lowering),
        "note": "" if plan.numbers and not plan.orders else QUALITY_NOTES[plan.quality],
        "then": "With the plan" if plan.numbers is not None else f"With {plan.most} orders",
        "rules": [_rule_row(one, category, is_pro=is_pro, levels=levels) for one in plan.rules],
        "try_url": url,
    }


def _rule_row(one: RuleOutcome, category: str, *, is_pro: bool, levels: Levels) -> dict[str, Any]:
    rule = one.rule

    def value(*, then: bool) -> str:
        if rule.metric is Metric.CATEGORY:
            return category
        return value_words(rule, one.bounds if then else one.now, is_pro=is_pro, levels=levels)

    return {
        "title": rule.title,
        "needed": needed_words(rule, is_pro=is_pro, levels=levels),
        "now": value(then=False),
        "then": value(then=True),
        "met": one.verdict is Verdict.MET,
        "unknown": one.verdict is Verdict.UNKNOWN,
        "estimate": rule.metric in ESTIMATED,
    }


def _titles(known: Known) -> Levels:
    levels = in_force(known.rule_sets, Kind.LEVELS, known.today)
    return {} if levels is None else {level.rank: level.title for level in levels.levels}


def budget_context(ground: Ground, known: Known) -> dict[str, Any]:
    """What the level, the level behind promotion, and gigs with rules of their own absorb today."""
    levels = in_force(known.rule_sets, Kind.LEVELS, known.today)
    held = held_today(known)
    budgets = _budgets(ground, known, levels, held)
    return {
        "seller": ground.seller,
        "kinds": [ERROR_WORDS[kind][1] for kind in ErrorKind],
        "budgets": [_budget_table(ground, known, budget) for budget in budgets],
        "held": bool(held),
        "grace_days": 0 if levels is None else levels.grace_days,
    }


def _budgets(
    ground: Ground, known: Known, levels: RuleSet | None, held: int
) -> list[EntitlementBudget]:
    found = []
    if ground.gigs and levels is not None and held:
        found.append(level_budget(ground, known, levels.levels[held - 1], levels))
    promotion = in_force(known.rule_sets, Kind.PROMOTION, known.today)
    if promotion is None or not ground.gigs:
        return found
    behind = None if levels is None else level_behind_promotion(known, levels, promotion)
    if levels is not None and behind is not None and behind.rank < held:
        found.append(level_budget(ground, known, behind, levels))
    found += promotion_budgets(ground, known, promotion)
    return found


def _budget_table(ground: Ground, known: Known, budget: EntitlementBudget) -> dict[str, Any]:
    is_pro, levels = bool(known.read.columns.is_pro[0]), _titles(known)

    def row(one: RuleBudget) -> dict[str, Any]:
        return {
            "title": one.rule.title,
            "needed": needed_words(one.rule, is_pro=is_pro, levels=levels),
            "now": value_words(one.rule, one.bounds, is_pro=is_pro, levels=levels),
            "estimate": one.rule.metric in ESTIMATED,
            "cells": [absorbed_words(ground, one.absorbs[kind]) for kind in ErrorKind],
        }

    return {
        "sentence": budget_sentence(ground, budget),
        "rows": [row(one) for one in budget.rules if not one.untouched],
        "untouched": untouched_sentence(budget),
        "unknown": unknown_sentence(budget),
    }
