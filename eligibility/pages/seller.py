"""The page of a seller's eligibility, put together from what is known of one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.pages.level_words import LevelState, grace_clock, level_said
from eligibility.pages.lines import Finding, Reader, rule_groups, tally_words
from eligibility.pages.parts import RuleGroup, RuleLine, Shown, State, overall
from eligibility.pages.seller_parts import (
    GigVerdict,
    InForce,
    LevelRules,
    Rung,
    SellerEligibilityPage,
)
from eligibility.rule_words import level_title
from eligibility.rules.types import Group, Phase, RuleSet
from eligibility.words import STATE_WORDS
from metrics.engine.days import date_of
from metrics.words import counted, day_words


@dataclass(frozen=True, slots=True)
class SellerFindings:
    """What is known of a seller on one day.

    ``findings`` hold every rule of ``level_rules`` by its id. ``shown_rank`` is the level that
    the platform showed last, None where nobody noted any.
    """

    as_of: date
    level_rules: RuleSet | None
    promotion_rules: RuleSet | None
    findings: Mapping[str, Finding]
    level: LevelState | None
    gigs: Sequence[GigVerdict]
    shown: Shown | None = None
    shown_rank: int | None = None
    finding: str = ""


def seller_page(known: SellerFindings, reader: Reader) -> SellerEligibilityPage:
    """Words and numbers of the whole page."""
    levels = _levels(known, reader)
    lines_of = {rank: _published(rules.groups) for rank, rules in levels.items()}
    said = level_said(known.level, reader.levels, lines_of)
    held = 0 if known.level is None else known.level.held
    return SellerEligibilityPage(
        as_of=known.as_of,
        say=said.say,
        detail=said.detail,
        state=said.state,
        evaluated=level_title(held, reader.levels),
        evaluated_note=_evaluated_note(known.level, reader),
        shown=known.shown,
        disagreement=_disagreement(known, held, reader),
        ladder=_ladder(known, levels, held),
        grace=grace_clock(known.level, reader.levels, lines_of.get(held, ()), known.as_of),
        levels=list(levels.values()),
        gigs=known.gigs,
        promoted=_promoted(known.gigs),
        in_force=[
            in_force_words(rules)
            for rules in (known.level_rules, known.promotion_rules)
            if rules is not None
        ],
        finding=known.finding,
    )


def _levels(known: SellerFindings, reader: Reader) -> dict[int, LevelRules]:
    """The checklist of each level by its rank; the one that matters now is open."""
    if known.level_rules is None:
        return {}
    matters = _rank_that_matters(known.level, len(known.level_rules.levels))
    found = {}
    for level in known.level_rules.levels:
        findings = [known.findings[rule.id] for rule in level.rules if rule.id in known.findings]
        groups = rule_groups(findings, reader, known.as_of, level.id)
        states = [line.state for line in _published(groups) if not line.switched_off]
        found[level.rank] = LevelRules(
            key=level.id,
            title=level.title,
            state=overall(states),
            words=tally_words(states),
            groups=groups,
            is_open=level.rank == matters,
        )
    return found


def _rank_that_matters(level: LevelState | None, highest: int) -> int:
    """The level held while it is in danger, else the next one."""
    if level is None:
        return 1
    safe = level.phase not in (Phase.GRACE, Phase.REVIEW)
    return min(level.held + 1, highest) if safe else level.held


def _published(groups: Sequence[RuleGroup]) -> Sequence[RuleLine]:
    return next((group.lines for group in groups if group.key.endswith(Group.PUBLISHED)), ())


def _evaluated_note(level: LevelState | None, reader: Reader) -> str:
    """What today's numbers alone say, where that is another level than the one held."""
    if level is None or level.supported == level.held:
        return ""
    title = level_title(level.supported, reader.levels)
    return f"Today’s numbers alone support {title}."


def _disagreement(known: SellerFindings, held: int, reader: Reader) -> str:
    """A level shown and one evaluated that differ: said, and never smoothed over."""
    if known.shown is None or known.shown_rank is None or known.shown_rank == held:
        return ""
    shown, ours = (level_title(rank, reader.levels) for rank in (known.shown_rank, held))
    return (
        f"The platform showed {shown}, our evaluation says {ours}. The platform decides; where we "
        "differ, your data may be incomplete or a rule may be another."
    )


def _ladder(known: SellerFindings, levels: Mapping[int, LevelRules], held: int) -> list[Rung]:
    bottom = Rung("", level_title(0, {}), "asks nothing", None, held == 0, known.shown_rank == 0)
    rungs = [
        Rung(
            key=rules.key,
            title=rules.title,
            words=rules.words,
            state=rules.state,
            evaluated=rank == held,
            shown=rank == known.shown_rank,
        )
        for rank, rules in levels.items()
    ]
    return [bottom, *rungs]


def _promoted(gigs: Sequence[GigVerdict]) -> str:
    """ "3 of 4 gigs met, 1 cannot be checked"."""
    if not gigs:
        return "no gig to judge"
    states = [gig.state for gig in gigs]
    words = f"{states.count(State.MET)} of {counted(len(gigs), 'gig', 'gigs')} met"
    unknown = states.count(State.UNKNOWN)
    return f"{words}, {unknown} {STATE_WORDS[State.UNKNOWN]}" if unknown else words


def in_force_words(rules: RuleSet) -> InForce:
    """A rule set with its days, how sure these are, and what else it rests on."""
    days = f"in force since {day_words(date_of(rules.start_day))}"
    if rules.end_day is not None:
        first, last = date_of(rules.start_day), date_of(rules.end_day - 1)
        days = f"in force from {day_words(first)} to {day_words(last)}"
    return InForce(
        title=rules.title,
        days=days,
        grade=rules.start_grade.value,
        source=rules.start_source,
        settings=[(one.name, one.value, one.grade.value, one.source) for one in rules.settings],
    )
