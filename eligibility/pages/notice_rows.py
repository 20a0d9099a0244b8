"""Notices in words: what happened, to what, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from eligibility.models import Notice
from eligibility.rule_words import level_title
from eligibility.rules.types import RuleSet
from eligibility.standing_words import last_day
from metrics.words import day_words


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice as the list shows it."""

    pk: int
    day: date
    title: str
    detail: str
    seller: str
    url: str
    read: bool


def notice_rows(notices: Iterable[Notice], rule_sets: Mapping[str, RuleSet]) -> list[NoticeRow]:
    """Rows in the order given; the notices come with their seller and gig."""
    return [_row(notice, rule_sets.get(notice.rule_set)) for notice in notices]


def _row(notice: Notice, rule_set: RuleSet | None) -> NoticeRow:
    title, detail = _words(notice, rule_set)
    return NoticeRow(
        pk=notice.pk,
        day=notice.day,
        title=title,
        detail=detail,
        seller=notice.seller.handle,
        url=_url(notice),
        read=notice.read_at is not None,
    )


def _words(notice: Notice, rule_set: RuleSet | None) -> tuple[str, str]:
    rule = _rule_title(notice.rule, rule_set)
    match notice.kind:
        case Notice.Kind.GIG_GAINED:
            why = f"{rule}: met since this day" if rule else ""
            return f"“{notice.gig}” meets all published rules for promoted gigs", why
        case Notice.Kind.GIG_LOST:
            why = f"{rule}: not met since this day" if rule else ""
            return f"“{notice.gig}” no longer meets the rules for promoted gigs", why
    titles = {} if rule_set is None else {level.rank: level.title for level in rule_set.levels}
    level = level_title(notice.level or 0, titles)
    if notice.grace_end is None:
        return f"A grace period began: {level} is at risk", ""
    last = day_words(last_day(notice.grace_end))
    return f"A grace period began: {level} is at risk", f"its last day is {last}"


def _rule_title(rule_id: str, rule_set: RuleSet | None) -> str:
    rules = () if rule_set is None else rule_set.all_rules
    return next((rule.title for rule in rules if rule.id == rule_id), "")


def _url(notice: Notice) -> str:
    if notice.gig_id is not None:
        return reverse("eligibility:gig", args=[notice.seller_id, notice.gig_id])
    return reverse("eligibility:seller", args=[notice.seller_id])
