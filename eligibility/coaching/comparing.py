"""Two to four clients side by side: scores on one chart, levels, rules, moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict

from eligibility.coaching.comparing_chart import ROLES, compare_figure, compare_table
from eligibility.coaching.filters import ClientsQuery, clients
from eligibility.coaching.marks import marks_of
from eligibility.coaching.rows import ClientRow, client_rows
from eligibility.models import EligibilityStanding, RuleSpan
from eligibility.pages.parts import State
from eligibility.rule_files import rule_sets_by_id
from eligibility.rules.types import Level, Verdict
from metrics.models import Move, Series, Standing
from metrics.roster_rows import MoveWords, move_words
from metrics.series import DailySeries, unpack
from sellers.access import sellers_shown_to
from sellers.access.looks import note_roster
from sellers.models import Seller, User
from sellers.row_numbers import row_number

LEAST, MOST = 2, 4
#: Days of the chart, days whose moves are listed, and how many of them.
CHART_DAYS = 365
MOVE_DAYS = 90
MOST_MOVES = 6
_STATES = {
    Verdict.MET: State.MET,
    Verdict.NOT_MET: State.NOT_MET,
    Verdict.UNKNOWN: State.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a level, and each client's verdict; None where it is not shown or judged."""

    level: str
    rule: str
    states: Sequence[State | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One client with the moves of the last days, newest first."""

    client: ClientRow
    moves: Sequence[MoveWords]


def compare_context(data: QueryDict, user: User, now: datetime) -> dict[str, Any]:
    """The page for the sellers that ``?seller=`` names, in the order named.

    Those one may not see are left out as if they were not there; more than :data:`MOST` too.
    """
    named = [pk for text in data.getlist("seller") if (pk := row_number(text)) is not None]
    marks = marks_of(user)
    own = {mark.seller_id: mark for mark in marks}
    asked = ClientsQuery(QueryDict(), list(own.values())).asked()
    wanted = list(dict.fromkeys(named))[: 5 * MOST]
    visible = sellers_shown_to(user, now=now).filter(pk__in=wanted)
    found = {seller.pk: seller for seller in clients(visible, asked, marks, now)}
    sellers = [found[pk] for pk in wanted if pk in found]
    context: dict[str, Any] = {
        "too_many": len(sellers) > MOST,
        "most": MOST,
        "move_days": MOVE_DAYS,
    }
    sellers = sellers[:MOST]
    if len(sellers) < LEAST:
        return context | {"compared": []}
    hidden = note_roster(user, sellers, now=now, page="eligibility:compare")
    rows = client_rows(sellers, own, hidden, now)
    moves = _moves(sellers, now.date())
    series = _series(sellers)
    shown = {seller.handle: series[seller.pk] for seller in sellers}
    return context | {
        "compared": [Compared(row, moves[row.seller.pk]) for row in rows],
        "rules": _rules(rows),
        "figure": compare_figure(shown),
        "table": compare_table(shown),
        "legend": [{"kind": kind, "label": name} for kind, name in zip(ROLES, shown, strict=False)],
        "names": list(shown),
        "some_hidden": bool(hidden),
    }


def _series(sellers: Sequence[Seller]) -> dict[int, DailySeries]:
    """The overall score of the last year, in one query."""
    days = Standing.objects.filter(seller__in=sellers).values_list("as_of", flat=True)
    last = min(days, default=None)
    if last is None:
        return {seller.pk: unpack([]) for seller in sellers}
    since = last - timedelta(days=CHART_DAYS)
    rows: dict[int, list[Series]] = {seller.pk: [] for seller in sellers}
    for row in Series.objects.filter(
        seller__in=rows, gig=None, metric=Series.Metric.SUCCESS_SCORE, year__gte=since.year
    ):
        rows[row.seller_id].append(row)
    return {pk: unpack(years).between(since, date.max) for pk, years in rows.items()}


def _moves(sellers: Sequence[Seller], today: date) -> dict[int, list[MoveWords]]:
    """The newest moves of each."""
    found: dict[int, list[MoveWords]] = {seller.pk: [] for seller in sellers}
    since = today - timedelta(days=MOVE_DAYS)
    for move in Move.objects.filter(seller__in=found, day__gt=since).order_by("-day"):
        if len(found[move.seller_id]) < MOST_MOVES:
            found[move.seller_id].append(move_words(move))
    return found


def _rules(rows: Sequence[ClientRow]) -> list[RuleRow]:
    """Every published rule of the levels that any of them is under, level by level."""
    open_ids = [row.seller.pk for row in rows if not row.standing_only]
    standings = {
        one.seller_id: one.level_rules
        for one in EligibilityStanding.objects.filter(seller__in=open_ids)
    }
    verdicts = {
        (seller, rule_set, rule): _STATES[Verdict(verdict)]
        for seller, rule_set, rule, verdict in RuleSpan.objects.filter(
            seller__in=open_ids, gig=None, end=None, rule_set__in=set(standings.values())
        ).values_list("seller_id", "rule_set", "rule", "verdict")
    }
    found = []
    for rule_set in sorted({name for name in standings.values() if name}):
        for level in _levels_of(rule_set):
            for rule in level.rules:
                states = [
                    verdicts.get((row.seller.pk, rule_set, rule.id))
                    if standings.get(row.seller.pk) == rule_set
                    else None
                    for row in rows
                ]
                if any(states):
                    found.append(RuleRow(level.title, rule.title, states))
    return found


def _levels_of(name: str) -> Sequence[Level]:
    """The levels of a rule set; none of one that is not known any more."""
    rule_set = rule_sets_by_id().get(name)
    return () if rule_set is None else rule_set.levels
