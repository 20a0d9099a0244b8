"""Writes spans in place of the stored ones. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection

from eligibility.computing import Judged, StandingNow, in_force
from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.rules.flips import FlipCause
from eligibility.rules.spans import NO_NUMBER, RuleSpans
from eligibility.rules.types import Kind, RuleSet, Verdict
from metrics.binary_copy import write_rows
from metrics.engine.columns import Int64
from metrics.engine.days import FOREVER, NO_DAY, date_of, day_number

_INQUIRY_CAUSES = (FlipCause.INQUIRY_ENTERED, FlipCause.INQUIRY_LEFT)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the rows of one seller are computed from, and from which day on they are new."""

    rules: str
    rules_version: str
    revision: int
    score_policy: str
    score_engine: str
    #: Days before this one are stored already and have not changed; ``date.min`` is none.
    rewrite_from: date

    @property
    def source(self) -> tuple[str, str, int, str, str]:
        return (
            self.rules,
            self.rules_version,
            self.revision,
            self.score_policy,
            self.score_engine,
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to insert, and stored spans that ended since: their identity and last day."""

    new: list[tuple[Any, ...]] = field(default_factory=list)
    ended: list[tuple[Any, ...]] = field(default_factory=list)


def replace_eligibility(judged: Judged, stamps: Mapping[int, Stamp], computed_at: datetime) -> None:
    """Replace what is stored about a batch, from each seller's ``rewrite_from`` on."""
    ids = judged.read.seller_ids.tolist()
    _delete([pk for pk in ids if stamps[pk].rewrite_from == date.min])
    rules, levels = rule_rows(judged, stamps), level_rows(judged, stamps)
    _end(_END_RULES, rules.ended)
    _end(_END_LEVELS, levels.ended)
    for model, columns, rows in (
        (RuleSpan, RULE_COLUMNS, rules.new),
        (LevelSpan, LEVEL_COLUMNS, levels.new),
    ):
        if rows:
            write_rows(model, columns, rows)
    EligibilityStanding.objects.bulk_create(
        [
            standing_row(now, judged, stamps[now.seller_id], computed_at)
            for now in judged.standings()
        ],
        update_conflicts=True,
        unique_fields=["seller"],
        update_fields=_STANDING_FIELDS,
    )


RULE_COLUMNS = {
    "seller_id": "int8",
    "gig_id": "int8",
    "rule_set": "text",
    "rule": "text",
    "verdict": "int2",
    "start": "date",
    "end": "date",
    "cause": "int2",
    "cause_rule": "text",
    "cause_order_id": "int8",
    "cause_inquiry_id": "int8",
    "cause_others": "int4",
    "margin": "float8",
}
LEVEL_COLUMNS = {
    "seller_id": "int8",
    "start": "date",
    "end": "date",
    "held": "int2",
    "phase": "int2",
    "least": "int2",
    "most": "int2",
    "supported": "int2",
    "possible": "int2",
    "grace_start": "date",
    "grace_end": "date",
}
_STANDING_FIELDS = [
    name.name
    for name in EligibilityStanding._meta.concrete_fields
    if name.name not in ("id", "seller")
]
_END_RULES = """
    UPDATE eligibility_rulespan s SET "end" = e.day
    FROM unnest(%s::int8[], %s::int8[], %s::text[], %s::text[], %s::date[], %s::date[])
        AS e(seller, gig, rule_set, rule, start, day)
    WHERE s.seller_id = e.seller AND s.gig_id IS NOT DISTINCT FROM e.gig
        AND s.rule_set = e.rule_set AND s.rule = e.rule AND s.start = e.start
"""
_END_LEVELS = """
    UPDATE eligibility_levelspan s SET "end" = e.day
    FROM unnest(%s::int8[], %s::date[], %s::date[]) AS e(seller, start, day)
    WHERE s.seller_id = e.seller AND s.start = e.start
"""


def _delete(seller_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        for table in (RuleSpan._meta.db_table, LevelSpan._meta.db_table):
            cursor.execute(
                f'DELETE FROM "{table}" WHERE seller_id = ANY(%s)',  # noqa: S608 - a model's own
                [list(seller_ids)],
            )


def _end(statement: str, ended: Sequence[tuple[Any, ...]]) -> None:
    if ended:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*ended, strict=True)])


def _first_new_days(judged: Judged, stamps: Mapping[int, Stamp]) -> Int64:
    """The first day to write of each seller number."""
    firsts = [stamps[pk].rewrite_from for pk in judged.read.seller_ids.tolist()]
    return np.array([NO_DAY if day == date.min else day_number(day) for day in firsts], np.int64)


def rule_rows(judged: Judged, stamps: Mapping[int, Stamp]) -> Rows:
    """Spans of rules and overall verdicts as rows of :class:`~eligibility.models.RuleSpan`."""
    rows, first_new = Rows(), _first_new_days(judged, stamps)
    for spans in judged.rules:
        of_gigs = spans.rule_set.kind is Kind.PROMOTION
        seller = judged.found.axes.gig_seller[spans.subject] if of_gigs else spans.subject
        new = spans.start_day >= first_new[seller]
        rows.new.extend(_new_rules(judged, spans, seller, np.flatnonzero(new)))
        ended = ~new & (spans.end_day != FOREVER) & (spans.end_day >= first_new[seller])
        for at in np.flatnonzero(ended).tolist():
            rows.ended.append(
                (
                    int(judged.read.seller_ids[seller[at]]),
                    int(judged.read.gig_ids[spans.subject[at]]) if of_gigs else None,
                    *(spans.rule_set.id, spans.rule_id),
                    *(date_of(spans.start_day[at]), date_of(spans.end_day[at])),
                )
            )
    return rows


def _new_rules(
    judged: Judged, spans: RuleSpans, seller: Int64, at: Int64
) -> Iterator[tuple[Any, ...]]:
    rule_set, rule_id = spans.rule_set.id, spans.rule_id
    names = [rule.id for rule in spans.rule_set.all_rules]
    gigs: list[int | None] = [None] * len(at)
    if spans.rule_set.kind is Kind.PROMOTION:
        gigs = judged.read.gig_ids[spans.subject[at]].tolist()
    by_inquiry = np.isin(spans.cause[at], _INQUIRY_CAUSES)
    for seller_id, gig, verdict, start, end, cause, by, number, inquiry, others, margin in zip(
        judged.read.seller_ids[seller[at]].tolist(),
        gigs,
        spans.verdict[at].tolist(),
        spans.start_day[at].tolist(),
        spans.end_day[at].tolist(),
        spans.cause[at].tolist(),
        spans.by_rule[at].tolist(),
        spans.number[at].tolist(),
        by_inquiry.tolist(),
        spans.others[at].tolist(),
        spans.margin[at].tolist(),
        strict=True,
    ):
        known = None if number == NO_NUMBER else number
        yield (
            *(seller_id, gig, rule_set, rule_id, verdict),
            *(date_of(start), None if end == FOREVER else date_of(end)),
            *(cause, "" if by < 0 else names[by]),
            *(None if inquiry else known, known if inquiry else None),
            *(others, None if margin != margin else margin),
        )


def level_rows(judged: Judged, stamps: Mapping[int, Stamp]) -> Rows:
    """Spans of levels as rows of :class:`~eligibility.models.LevelSpan`."""
    rows, spans = Rows(), judged.levels
    if spans is None:
        return rows
    first_new = _first_new_days(judged, stamps)[spans.subject]
    for at in range(len(spans.subject)):
        seller = int(judged.read.seller_ids[spans.subject[at]])
        start, end = int(spans.start_day[at]), int(spans.end_day[at])
        if start < first_new[at]:
            if end != FOREVER and end >= first_new[at]:
                rows.ended.append((seller, date_of(start), date_of(end)))
            continue
        ruling = in_force(judged.found.rule_sets, Kind.LEVELS, start)
        clock = int(spans.grace_start[at])
        rows.new.append(
            (
                *(seller, date_of(start), None if end == FOREVER else date_of(end)),
                *(int(spans.held[at]), int(spans.phase[at])),
                *(int(spans.least[at]), int(spans.most[at])),
                *(int(spans.supported[at]), int(spans.possible[at])),
                *grace_dates(None if clock == NO_DAY else clock, ruling),
            )
        )
    return rows


def grace_dates(start: int | None, ruling: RuleSet | None) -> tuple[date | None, date | None]:
    """First day of a grace period and the day on which it is over."""
    if start is None or ruling is None:
        return None, None
    return date_of(start), date_of(start + ruling.grace_days)


def standing_row(
    now: StandingNow, judged: Judged, stamp: Stamp, computed_at: datetime
) -> EligibilityStanding:
    """The row of a seller on its last day."""
    number = int(np.searchsorted(judged.read.seller_ids, now.seller_id))
    _, grace_end = grace_dates(now.grace_start, now.level_rules)
    return EligibilityStanding(
        seller_id=now.seller_id,
        rules=stamp.rules,
        rules_version=stamp.rules_version,
        revision=stamp.revision,
        score_policy=stamp.score_policy,
        score_engine=stamp.score_engine,
        as_of=date_of(int(judged.found.facts.last_day[number])),
        level_rules=now.level_rules.id if now.level_rules else "",
        promotion_rules=now.promotion_rules.id if now.promotion_rules else "",
        held=now.held,
        most=now.most,
        phase=now.phase,
        grace_end=grace_end,
        thin_margins=now.thin_margins,
        gigs_met=now.gigs.get(Verdict.MET, 0),
        gigs_not_met=now.gigs.get(Verdict.NOT_MET, 0),
        gigs_unknown=now.gigs.get(Verdict.UNKNOWN, 0),
        computed_at=computed_at,
    )
