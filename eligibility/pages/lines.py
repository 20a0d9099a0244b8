"""From a rule and what is known of it on a day to its line in a checklist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.cause_words import Flip, Places, cause_link
from eligibility.pages.parts import Link, RuleGroup, RuleLine, State, overall
from eligibility.rule_words import (
    Levels,
    margin_words,
    needed_words,
    share_words,
    value_words,
    window_words,
)
from eligibility.rules.evaluate import margin_on
from eligibility.rules.types import ESTIMATED, Group, Metric, MetricValue, Rule, Verdict
from eligibility.words import (
    COUNTABLE,
    GROUP_NOTES,
    GROUP_TITLES,
    MISSING_WORDS,
    OPEN_SIDE,
    STATE_WORDS,
    state_of,
)
from metrics.words import counted, listed


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one rule on a day.

    ``flip`` is what began the verdict. ``gains`` and ``loses`` are the smallest changes that
    would flip it, in words.
    """

    rule: Rule
    verdict: Verdict
    value: MetricValue
    flip: Flip | None = None
    thin: bool = False
    gains: str = ""
    loses: str = ""
    #: What stands for the value where it is no number: the gig's category.
    named: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose rules are read: what words and addresses depend on."""

    rule_set: str
    is_pro: bool
    levels: Levels
    places: Places


def rule_line(finding: Finding, reader: Reader, day: date) -> RuleLine:
    """One line; ``day`` goes into the address of the list behind the value."""
    rule, bounds = finding.rule, finding.value.bounds
    state = state_of(finding.verdict)
    flip = finding.flip
    counts_url = _counts_url(rule, reader, day)
    margin = margin_on(rule, bounds, is_pro=reader.is_pro)
    return RuleLine(
        rule=rule.id,
        title=rule.title,
        needed=needed_words(rule, is_pro=reader.is_pro, levels=reader.levels),
        state=state,
        grade=rule.grade.value,
        now=finding.named or value_words(rule, bounds, is_pro=reader.is_pro, levels=reader.levels),
        estimate=rule.metric in ESTIMATED,
        of=_of(rule, finding.value),
        margin=margin_words(rule, margin, certain=bounds.exact is not None),
        thin=finding.thin,
        since=None if flip is None else flip.day,
        cause=None if flip is None else cause_link(flip, reader.places, counts_url=counts_url),
        gains=finding.gains if state is not State.MET else "",
        loses=finding.loses if state is State.MET else "",
        because=_because(rule, finding.value) if state is State.UNKNOWN else "",
        resolve=rule.resolved_by if state is State.UNKNOWN else "",
        source=rule.source,
        behind=_behind(rule, reader, counts_url),
        switched_off=not rule.enabled,
    )


def _counts_url(rule: Rule, reader: Reader, day: date) -> str:
    if rule.metric not in COUNTABLE:
        return ""
    return reader.places.counts(reader.rule_set, rule.id, day)


def _behind(rule: Rule, reader: Reader, counts_url: str) -> Link | None:
    """The list behind a number, or for the level held the page with its rules."""
    if counts_url:
        return Link("what counts", counts_url)
    if rule.metric is Metric.LEVEL:
        return Link("the rules of the level", reader.places.seller())
    return None


def _of(rule: Rule, value: MetricValue) -> str:
    """The denominator and the days of the window, where there are any."""
    parts = [share_words(rule.metric, value.bounds), window_words(rule.spec.window, value)]
    return " · ".join(part for part in parts if part)


def _because(rule: Rule, value: MetricValue) -> str:
    if rule.unknown_because:
        return rule.unknown_because
    return OPEN_SIDE if value.missing is None else MISSING_WORDS[value.missing]


def rule_groups(
    findings: Iterable[Finding], reader: Reader, day: date, key: str
) -> list[RuleGroup]:
    """Published and inferred rules apart; only the first have a verdict together."""
    lines: dict[Group, list[RuleLine]] = {group: [] for group in Group}
    for finding in findings:
        lines[finding.rule.group].append(rule_line(finding, reader, day))
    found = []
    for group, some in lines.items():
        if not some:
            continue
        counting = [line for line in some if not line.switched_off]
        published = group is Group.PUBLISHED
        found.append(
            RuleGroup(
                key=f"{key}-{group.value}",
                title=GROUP_TITLES[group],
                lines=some,
                state=overall([line.state for line in counting]) if published else None,
                words=tally_words([line.state for line in counting]),
                note=GROUP_NOTES[group],
            )
        )
    return found


def tally_words(states: Sequence[State]) -> str:
    """ "all 6 met", "4 of 6 met, 2 cannot be checked"."""
    total = len(states)
    if total and all(state is State.MET for state in states):
        return f"all {total} met" if total > 1 else "met"
    parts = [f"{states.count(State.MET)} of {counted(total, 'rule', 'rules')} met"]
    for state in (State.NOT_MET, State.UNKNOWN):
        number = states.count(state)
        if number:
            parts.append(f"{number} {STATE_WORDS[state]}")
    return ", ".join(parts)


def missing_words(lines: Iterable[RuleLine], state: State) -> str:
    """The titles of the rules in a state, for a sentence: "rating and response rate"."""
    return listed([in_a_sentence(line.title) for line in lines if line.state is state])


def in_a_sentence(title: str) -> str:
    """A title without its capital; names within it keep theirs."""
    return title[:1].lower() + title[1:]
