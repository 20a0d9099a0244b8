"""Reads what a page about eligibility needs and hands it to the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from eligibility.computing import in_force
from eligibility.models import RuleSpan
from eligibility.observed import is_allowed, level_rank
from eligibility.pages.gig import GigFindings
from eligibility.pages.lines import Finding, in_a_sentence, tally_words
from eligibility.pages.parts import Shown, State, overall
from eligibility.pages.reading import Reading, flip_of, rules_in_force, since, spans_on, titles_of
from eligibility.pages.seller import SellerFindings
from eligibility.pages.seller_parts import GigVerdict
from eligibility.rule_words import level_title
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.types import Kind, RuleSet
from eligibility.words import state_of
from metrics.engine.days import day_number
from metrics.standing_words import shown_words
from sellers.models import Gig, Observation, Seller

#: Spans of one rule set on a day, by gig (None: the seller) and rule.
Spans = Mapping[tuple[int | None, str], RuleSpan]


def rule_set_on(reading: Reading, kind: Kind, day: date) -> RuleSet | None:
    """The rule set of a kind in force on a day."""
    return in_force(tuple(reading.rule_sets.values()), kind, day_number(day))


def _spans_by_rule(seller: Seller, day: date, rules: RuleSet | None) -> Spans:
    if rules is None:
        return {}
    return {(span.gig_id, span.rule): span for span in spans_on(seller, day, rules.id)}


def seller_findings(reading: Reading, finding: str = "") -> SellerFindings:
    """What is known of a seller on the last computed day."""
    seller, day = reading.seller, reading.as_of
    levels = rule_set_on(reading, Kind.LEVELS, day)
    promotion = rule_set_on(reading, Kind.PROMOTION, day)
    spans = _spans_by_rule(seller, day, levels)
    findings = {}
    if levels is not None:
        situation = reading.situation()
        for rule in rules_in_force(levels.all_rules, levels, day):
            found = reading.finding(rule, situation, near=True)
            findings[rule.id] = since(found, spans.get((None, rule.id)))
    shown = _latest_level(seller)
    return SellerFindings(
        as_of=day,
        level_rules=levels,
        promotion_rules=promotion,
        findings=findings,
        level=reading.level,
        gigs=gig_verdicts(reading, promotion),
        shown=None if shown is None else shown_level(seller, shown),
        shown_rank=None if shown is None else level_rank(shown.label),
        finding=finding,
    )


def gig_verdicts(reading: Reading, promotion: RuleSet | None) -> list[GigVerdict]:
    """Every gig under the promotion rules of the day, those that lack something first."""
    if promotion is None:
        return []
    day = reading.as_of
    spans = _spans_by_rule(reading.seller, day, promotion)
    answers = _latest_answers(reading.seller)
    places = reading.reader(promotion.id).places
    found = []
    for gig in Gig.objects.filter(seller=reading.seller):
        if (gig.pk, "") not in spans:
            continue
        rules = counted_rules(rules_in_force(promotion.rules, promotion, day))
        situation = reading.situation(gig=gig)
        findings = [reading.finding(rule, situation, gig=gig) for rule in rules]
        states = [state_of(one.verdict) for one in findings]
        answer = answers.get(gig.pk)
        state, span = overall(states), spans[gig.pk, ""]
        found.append(
            GigVerdict(
                title=str(gig),
                url=places.gig(gig.pk),
                state=state,
                words=tally_words(states),
                since=span.start if state_of(span.verdict) is state else None,
                thin=_thin(findings),
                shown=None if answer is None else shown_answer(reading.seller, answer),
            )
        )
    return sorted(found, key=lambda one: _URGENCY[one.state])


_URGENCY = {State.NOT_MET: 0, State.UNKNOWN: 1, State.MET: 2}


def _thin(findings: Sequence[Finding]) -> str:
    titles = [in_a_sentence(one.rule.title) for one in findings if one.thin]
    return f"thin: {', '.join(titles)}" if titles else ""


def gig_findings(reading: Reading, gig: Gig, finding: str = "") -> GigFindings:
    """What is known of a gig on the last computed day."""
    day = reading.as_of
    promotion = rule_set_on(reading, Kind.PROMOTION, day)
    findings: list[Finding] = []
    flip = None
    if promotion is not None:
        spans = _spans_by_rule(reading.seller, day, promotion)
        situation = reading.situation(gig=gig)
        findings = [
            since(
                reading.finding(rule, situation, gig=gig, near=True), spans.get((gig.pk, rule.id))
            )
            for rule in rules_in_force(promotion.rules, promotion, day)
        ]
        whole = spans.get((gig.pk, ""))
        flip = None if whole is None else flip_of(whole, titles_of(promotion))
    answers = Observation.objects.filter(gig=gig, kind=Observation.Kind.PROMOTABLE)
    return GigFindings(
        as_of=day,
        title=str(gig),
        rules=promotion,
        findings=findings,
        flip=flip,
        shown=[shown_answer(reading.seller, one) for one in answers],
        level=_level_of(reading),
        finding=finding,
    )


def _level_of(reading: Reading) -> str:
    """ "Level 2", "Level 1 to Top Rated", and Pro where that is enough."""
    level = reading.level
    if level is None:
        return "no level rules apply"
    words = level_title(level.least, reading.levels)
    if level.most > level.least:
        words += f" to {level_title(level.most, reading.levels)}"
    return f"{words}, Pro" if reading.seller.is_pro else words


# --- what the platform showed -------------------------------------------------------------


def _latest_level(seller: Seller) -> Observation | None:
    seen = Observation.objects.filter(seller=seller, gig=None, kind=Observation.Kind.LEVEL)
    return seen.order_by("-day", "-pk").first()


def _latest_answers(seller: Seller) -> dict[int | None, Observation]:
    """The latest answer on promotion, by gig."""
    seen = Observation.objects.filter(seller=seller, kind=Observation.Kind.PROMOTABLE)
    newest = seen.exclude(gig=None).order_by("gig_id", "-day", "-pk").distinct("gig_id")
    return {one.gig_id: one for one in newest}


def shown_level(seller: Seller, seen: Observation) -> Shown:
    """ "Level 2", shown by Fiverr on 3 May 2024."""
    return _shown(seller, seen, seen.label)


def shown_answer(seller: Seller, seen: Observation) -> Shown:
    """ "can be promoted", shown by Fiverr on 3 May 2024."""
    return _shown(seller, seen, answer_words(seen.label))


def answer_words(label: str) -> str:
    """What an answer on promotion says; words nobody can place are shown as they are."""
    allowed = is_allowed(label)
    if allowed is None:
        return f"“{label}”"
    return "can be promoted" if allowed else "cannot be promoted"


def _shown(seller: Seller, seen: Observation, what: str) -> Shown:
    words = shown_words(seller.get_platform_display(), seen.day)
    return Shown(what=what, words=words, quote=seen.words)
