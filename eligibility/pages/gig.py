"""The page of a gig's eligibility, put together from what is known of one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eligibility.cause_words import Flip, cause_link
from eligibility.pages.gig_parts import GigEligibilityPage
from eligibility.pages.lines import Finding, Reader, in_a_sentence, missing_words, rule_groups
from eligibility.pages.parts import RuleLine, Shown, State, overall
from eligibility.pages.seller import in_force_words
from eligibility.rules.types import Group, RuleSet
from metrics.words import counted


@dataclass(frozen=True, slots=True)
class GigFindings:
    """What is known of a gig on one day; ``flip`` is what began its whole verdict."""

    as_of: date
    title: str
    rules: RuleSet | None
    findings: Sequence[Finding]
    flip: Flip | None
    shown: Sequence[Shown]
    level: str
    finding: str = ""


def gig_page(known: GigFindings, reader: Reader) -> GigEligibilityPage:
    """Words and numbers of the page, its history apart."""
    groups = rule_groups(known.findings, reader, known.as_of, "gig")
    published = next((group.lines for group in groups if group.key.endswith(Group.PUBLISHED)), ())
    counting = [line for line in published if not line.switched_off]
    state = overall([line.state for line in counting]) if counting else State.UNKNOWN
    say, detail = _said(state, counting)
    return GigEligibilityPage(
        as_of=known.as_of,
        title=known.title,
        say=say,
        detail=detail,
        state=state,
        cause=None if known.flip is None else cause_link(known.flip, reader.places),
        since=None if known.flip is None else known.flip.day,
        groups=groups,
        shown=known.shown,
        in_force=[] if known.rules is None else [in_force_words(known.rules)],
        level=known.level,
        gains=_all_gains(counting),
        loses=_any_loss(counting) if state is State.MET else "",
        finding=known.finding,
    )


def _all_gains(lines: Sequence[RuleLine]) -> str:
    """What it would take to meet every rule; "" where one cannot be met by anything we know."""
    lacking = [line for line in lines if line.state is not State.MET]
    if not lacking or not all(line.gains for line in lacking):
        return ""
    if len(lacking) == 1:
        return lacking[0].gains
    return "; and ".join(f"{in_a_sentence(line.title)}: {line.gains}" for line in lacking)


def _any_loss(lines: Sequence[RuleLine]) -> str:
    """What would cost any one of the rules."""
    return "; ".join(line.loses for line in lines if line.loses)


def _said(state: State, lines: Sequence[RuleLine]) -> tuple[str, str]:
    if not lines:
        return "No rules for promoted gigs apply on this day.", ""
    total = counted(len(lines), "published rule", "published rules")
    if state is State.MET:
        thin = missing_words([line for line in lines if line.thin], State.MET)
        note = f"Thin: {thin}. " if thin else ""
        return (
            f"All {total} are met." if len(lines) > 1 else "The published rule is met.",
            f"{note}The platform may still refuse for reasons that it does not name.",
        )
    lacking, unknown = (missing_words(lines, one) for one in (State.NOT_MET, State.UNKNOWN))
    met = sum(line.state is State.MET for line in lines)
    say = f"{met} of {total} {'is' if met == 1 else 'are'} met."
    if state is State.NOT_MET:
        also = f" Cannot be checked from your data: {unknown}." if unknown else ""
        return say, f"What lacks: {lacking}.{also}"
    return say, f"None is known to fail, but this cannot be checked from your data: {unknown}."
