"""Plans to levels and promoted gigs as sentences: what it takes, its proof, or why not.

Nothing here advises against the platform's terms: orders are those that come by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from eligibility.planning.plans import EntitlementPlan, RuleOutcome
from eligibility.rule_words import Levels, needed_words, value_words
from eligibility.rules.types import Metric, Verdict
from metrics.forecasting.ground import Ground
from metrics.forecasting.plan_words import QUALITY_WORDS, pace_words, shared_words
from metrics.words import counted, day_words, listed

#: Rules that orders do not move, with what does.
_NOT_BY_ORDERS: Mapping[Metric, str] = {
    Metric.RESPONSE_RATE: "only first messages of clients move it, not orders",
    Metric.CATEGORY: "no order changes the category",
    Metric.LEVEL: "it follows from the rules of the level",
}


def aim_words(ground: Ground, plan: EntitlementPlan) -> str:
    """``Level 2``, ``promotion of “Logo design”``."""
    if plan.gig is not None:
        return f"promotion of “{ground.gigs[plan.gig].title}”"
    return "" if plan.level is None else plan.level.title


def entitlement_sentence(ground: Ground, plan: EntitlementPlan) -> str:
    """The plan in one sentence, or that there is none."""
    day, aim = day_words(plan.by), aim_words(ground, plan)
    if plan.numbers is None:
        many = QUALITY_WORDS[plan.quality][1]
        return f"Not by {day}: no number of {many} up to {plan.most} brings {aim}."
    whole = "every rule that numbers decide" if plan.by_people else "every rule"
    if not plan.orders:
        return f"Nothing is needed: if nothing new happens, {whole} of {aim} is met on {day}."
    verb = "meets" if plan.orders == 1 else "meet"
    return (
        f"{shared_words(ground, plan.quality, plan.numbers)} by {day},"
        f" {pace_words(ground, plan.by, plan.orders)}, {verb} {whole} of {aim}."
    )


def proof_sentences(plan: EntitlementPlan) -> list[str]:
    """Why fewer do not do, what else the plan takes for granted, and the seller's own pace."""
    found = []
    titles = {one.rule.id: one.rule.title.lower() for one in plan.rules}
    missing = [titles[rule] for rule in plan.missing_one_fewer if rule in titles]
    if missing:
        fewer = plan.orders - 1
        with_fewer = f"With {fewer}, however shared out," if fewer else "Without it"
        verb = "is" if len(missing) == 1 else "are"
        found.append(f"{with_fewer} {listed(missing)} {verb} not met.")
    new = new_clients(plan)
    if new:
        found.append(
            f"At least {new} of them {'has' if new == 1 else 'have'} to come from clients who"
            " never bought from you before."
        )
    if plan.by_people:
        found.append("The level itself is granted by people at the platform, whatever the numbers.")
    elif (
        plan.gig is None
        and plan.level is not None
        and plan.held_then is not None
        and plan.held_then < plan.level.rank
    ):
        found.append("The level itself follows on the next day on which levels are judged.")
    return found + own_pace_sentences(plan)


def own_pace_sentences(plan: EntitlementPlan) -> list[str]:
    """Whether so many come at the seller's own pace; empty where none is needed."""
    if plan.pace is None or not plan.orders:
        return []
    own = f"your own pace of the last weeks gives about {counted(plan.pace, 'order', 'orders')}"
    if plan.pace < plan.orders:
        return [f"It would need {plan.orders}; {own} by then."]
    return [f"{own[0].upper()}{own[1:]} by then, enough if they are like these."]


def new_clients(plan: EntitlementPlan) -> int:
    """Clients who never bought before, as many as the rules still ask for."""
    for one in plan.rules:
        if one.rule.metric is Metric.UNIQUE_CLIENTS and plan.orders and one.now.low is not None:
            return max(int(one.rule.threshold - one.now.low), 0)
    return 0


def reason_sentences(
    ground: Ground, plan: EntitlementPlan, *, is_pro: bool, levels: Levels
) -> list[str]:
    """Why no number of orders does, rule by rule; empty where one does."""
    if plan.numbers is not None:
        return []
    told = [one for one in plan.blocking if one.rule.metric is not Metric.LEVEL]
    if told or plan.blocking:
        reasons = told or plan.blocking
        return [_why_not(ground, plan, one, is_pro=is_pro, levels=levels) for one in reasons]
    ranges = [f"{one.rule.title.lower()} with {_range(one.met)}" for one in plan.rules]
    return [f"Each rule can be met, but no number meets all of them: {listed(ranges)}."]


def lacking_sentence(plan: EntitlementPlan) -> str:
    """The rules that no number of orders meets, by name alone; empty where one meets all."""
    if plan.numbers is not None:
        return ""
    titles = [one.rule.title.lower() for one in plan.blocking]
    if not titles:
        return "Each rule can be met, but no number of orders meets all of them."
    verb = "is" if len(titles) == 1 else "are"
    return f"Whatever their number, {listed(titles)} {verb} not met by then."


def _why_not(
    ground: Ground, plan: EntitlementPlan, one: RuleOutcome, *, is_pro: bool, levels: Levels
) -> str:
    rule, title = one.rule, one.rule.title
    needed = needed_words(rule, is_pro=is_pro, levels=levels)
    if one.verdict is Verdict.UNKNOWN:
        told = f"{rule.unknown_because} {rule.resolved_by}".strip()
        return f"{title}: cannot be checked from your data. {told}"
    if rule.metric is Metric.DAYS_ACTIVE and one.bounds.low is not None:
        threshold = rule.threshold_for(is_pro=is_pro)
        missing = int(threshold - one.bounds.low)
        now = int(one.bounds.low) - (plan.by - ground.today).days
        day = day_words(plan.by + timedelta(days=missing))
        return (
            f"{title}: the account is {counted(now, 'day', 'days')} old, the rule wants"
            f" {int(threshold)}. No number of orders changes that before {day}."
        )
    if rule.metric is Metric.GIG_ACTIVE:
        return f"{title}: the gig is paused, and no order comes while it is."
    value = value_words(rule, one.bounds, is_pro=is_pro, levels=levels)
    asked = f"{needed} {'is' if rule.metric is not Metric.CATEGORY else 'are'} asked"
    if rule.metric in _NOT_BY_ORDERS:
        value = f"{value} on that day, " if value else ""
        return f"{title}: {value}{asked}; {_NOT_BY_ORDERS[rule.metric]}."
    orders = counted(plan.most, *QUALITY_WORDS[plan.quality])
    return f"{title}: {value} with {orders}, {asked}."


def _range(met: Sequence[int]) -> str:
    """``up to 3 orders``, ``12 orders or more``, ``4 to 9 orders``."""
    low, high = met[0], met[-1]
    if low == 0:
        return f"up to {counted(high, 'order', 'orders')}"
    return counted(low, "order", "orders") if low == high else f"{low} to {high} orders"
