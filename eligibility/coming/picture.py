"""Level and promoted gigs by day, as rows of the strip: what was, what comes, how likely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from eligibility.charts.strip import RuleHistory, Share, Stretch, Strip, strip
from eligibility.coming.moves import LEVEL, Outlook, StandingMove, standing_moves
from eligibility.coming.pace import PaceStanding
from eligibility.computing import in_force
from eligibility.pages.history import spans_of
from eligibility.pages.parts import Link, State
from eligibility.rules.spans import LevelSpans, RuleSpans
from eligibility.rules.types import Kind, Phase
from eligibility.words import state_of
from metrics.engine.columns import Float64
from metrics.engine.days import FOREVER, date_of, day_number
from metrics.engine.pace import WEEK

#: With more gigs than this only those that change have a row.
MOST_GIGS = 6
_PACE = "at your own pace"
Moves = Mapping[tuple[str, date], StandingMove]


def standing_strip(
    outlook: Outlook,
    refs: Mapping[int, str],
    days: tuple[date, date],
    pace: PaceStanding | None = None,
) -> Strip:
    """The picture of the days ``start <= day < end``; what comes after today is a forecast."""
    start, end = days
    since = day_number(start)
    moves = {(move.about, move.day): move for move in standing_moves(outlook, refs, since)}
    rows: list[RuleHistory] = []
    for rank, history in _level_rows(outlook, moves, days):
        rows.append(history)
        shares = () if pace is None else _shares(pace, pace.holds[rank - 1], end)
        rows += _pace_row(history, shares)
    for gig, history in _gig_rows(outlook, moves, days):
        rows.append(history)
        shares = () if pace is None else _shares(pace, pace.promoted[gig], end)
        rows += _pace_row(history, shares)
    return strip(rows, start, end, today=date_of(outlook.today))


def _pace_row(history: RuleHistory, shares: Sequence[Share]) -> list[RuleHistory]:
    if not shares or _says_the_same(history, shares):
        return []
    return [RuleHistory(f"{history.rule}-pace", history.title, _PACE, (), history.group, shares)]


def _says_the_same(history: RuleHistory, shares: Sequence[Share]) -> bool:
    """Whether every draw agrees, on every day, with the forecast in which nothing new happens."""
    ahead = {one.state is State.MET for one in history.stretches if one.end > shares[0].start}
    drawn = {round(one.share, 2) for one in shares}
    return (ahead, drawn) in (({True}, {1.0}), ({False}, {0.0}))


def _shares(pace: PaceStanding, of_days: Float64, end: date) -> tuple[Share, ...]:
    """Week by week, the share of the week's first day; weeks with the same one are joined."""
    found: list[Share] = []
    for at in range(1, len(of_days), WEEK):
        start = date_of(pace.first_day + at)
        if start < end and not np.isnan(of_days[at]):
            stop = min(start + timedelta(days=WEEK), end)
            share = round(float(of_days[at]), 2)
            if found and (found[-1].share, found[-1].end) == (share, start):
                found[-1] = replace(found[-1], end=stop)
            else:
                found.append(Share(start, stop, share))
    return tuple(found)


def _level_rows(
    outlook: Outlook, moves: Moves, days: tuple[date, date]
) -> Iterator[tuple[int, RuleHistory]]:
    """A row for each level up to the one above what may be held on these days."""
    spans, (start, end) = outlook.levels, days
    if spans is None:
        return
    low, high = (int(at) for at in spans.subject.searchsorted([outlook.number, outlook.number + 1]))
    near = [
        at
        for at in range(low, high)
        if spans.start_day[at] < day_number(end) and spans.end_day[at] > day_number(start)
    ]
    if not near:
        return
    titles = outlook.level_titles(outlook.today)
    highest = max(titles, default=0)
    top = max(int(spans.most[at]) for at in near) + 1
    for rank, title in sorted(titles.items()):
        if rank > top:
            break
        above = "or higher" if rank < highest else ""
        stretches = _merged([_level_stretch(spans, at, rank, moves, end) for at in near])
        yield rank, RuleHistory(f"level-{rank}", title, above, stretches, LEVEL)


_LEVEL_WORDS = {
    State.MET: "held",
    State.NOT_MET: "not held",
    State.UNKNOWN: "may be held",
}
_PHASE_WORDS = {Phase.GRACE: "held, on grace", Phase.REVIEW: "held, people decide"}


def _level_stretch(spans: LevelSpans, at: int, rank: int, moves: Moves, end: date) -> Stretch:
    """One span of the level as the row of one rank sees it."""
    first = date_of(int(spans.start_day[at]))
    stop = end if spans.end_day[at] == FOREVER else date_of(int(spans.end_day[at]))
    held = int(spans.held[at])
    state = State.UNKNOWN if spans.most[at] >= rank else State.NOT_MET
    state = State.MET if held >= rank else state
    words = _LEVEL_WORDS[state]
    if held == rank:
        words = _PHASE_WORDS.get(Phase(int(spans.phase[at])), words)
    return Stretch(first, stop, state, _link(moves, LEVEL, first), words)


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours that say the same become one."""
    found: list[Stretch] = []
    for one in stretches:
        if found and (found[-1].words, found[-1].end) == (one.words, one.start):
            found[-1] = replace(found[-1], end=one.end)
        else:
            found.append(one)
    return found


def _gig_rows(
    outlook: Outlook, moves: Moves, days: tuple[date, date]
) -> Iterator[tuple[int, RuleHistory]]:
    ruling = in_force(outlook.found.rule_sets, Kind.PROMOTION, outlook.today)
    if ruling is None:
        return
    spans = outlook.spans[ruling.id, ""]
    moving = {about for about, _ in moves}
    for gig, title in enumerate(outlook.titles):
        if len(outlook.titles) <= MOST_GIGS or title in moving:
            stretches = _gig_stretches(outlook, spans, gig, moves, days[1])
            yield gig, RuleHistory(f"gig-{gig}", title, ruling.title, stretches, "Promoted gigs")


def _gig_stretches(
    outlook: Outlook, spans: RuleSpans, gig: int, moves: Moves, end: date
) -> list[Stretch]:
    found = []
    for at in spans_of(spans, outlook.first_gig + gig):
        first = date_of(int(spans.start_day[at]))
        stop = end if spans.end_day[at] == FOREVER else date_of(int(spans.end_day[at]))
        link = _link(moves, outlook.titles[gig], first)
        found.append(Stretch(first, stop, state_of(int(spans.verdict[at])), link))
    return found


def _link(moves: Moves, about: str, day: date) -> Link | None:
    move = moves.get((about, day))
    return None if move is None else Link(f"{move.turn}: {move.cause}", move.url)
