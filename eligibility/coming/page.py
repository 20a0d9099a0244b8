"""What the page about coming levels and promoted gigs shows, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from eligibility.coming.by_day import standing_days
from eligibility.coming.futures import gigs_chart, level_chart
from eligibility.coming.judging import known_of
from eligibility.coming.moves import Outlook, StandingMove, gathered, standing_moves
from eligibility.coming.pace import PaceStanding, pace_standing
from eligibility.coming.picture import standing_strip
from eligibility.coming.quiet import quiet_standing
from eligibility.coming.records import (
    GIGS,
    LEVEL,
    gig_records,
    kept_outlooks,
    level_records,
    standing_record_words,
)
from eligibility.rules.judge import Judgement
from eligibility.rules.types import Verdict
from metrics.engine.days import date_of, day_number
from metrics.engine.pace import TooLittle
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import quiet_forecast
from metrics.what_next.futures import drawn_days
from metrics.words import counted, day_words

#: Days ahead whose shares stand in the table.
TABLE_DAYS = (30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class LevelShare:
    """How many draws hold a level, in words."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class PaceRow:
    """One day at the own pace: the share of the draws for each level, and promoted gigs."""

    day: date
    levels: Sequence[LevelShare]
    gigs: str


def coming_context(ground: Ground) -> dict[str, Any]:
    """The level and every gig if nothing new happens, and at the own pace."""
    first, last = drawn_days(ground.today)
    quiet = quiet_standing(ground, quiet_forecast(ground, last), last)
    outlook = outlook_of(ground, quiet.found)
    refs = outlook.refs()
    known = known_of(ground)
    pace = pace_standing(ground, known, last) if ground.gigs else TooLittle(0, 0)
    paced = pace if isinstance(pace, PaceStanding) else None
    moves = gathered(standing_moves(outlook, refs))
    days = (first, last + timedelta(days=1))
    return {
        "seller": ground.seller,
        **futures_context(ground, outlook, paced),
        "today": ground.today,
        "sentence": _sentence(moves, last),
        "moves": moves,
        "strip": standing_strip(outlook, refs, days, paced),
        "pace_words": _pace_words(paced),
        "pace_levels": [title for _, title in _ranks(outlook, paced)],
        "pace_rows": [] if paced is None else _pace_rows(outlook, paced),
    }


def futures_context(ground: Ground, outlook: Outlook, pace: PaceStanding | None) -> dict[str, Any]:
    """The level and promoted gigs, each with its chart and how earlier forecasts did."""
    rows, today = kept_outlooks(ground.seller), ground.today
    first = min([drawn_days(today)[0], *(row.made_on for row in rows)])
    days = standing_days(outlook.found, outlook.number, len(outlook.titles), day_number(first))
    places = {gig.pk: at for at, gig in enumerate(ground.gigs)}

    def verdict_on(gig: int, day: date) -> Verdict | None:
        at = places.get(gig)
        return None if at is None else days.verdict_on(at, day_number(day))

    levels = level_records(rows, lambda day: days.level_on(day_number(day)), today)
    titles = outlook.level_titles(outlook.today)
    return {
        "level": level_chart(days, pace, titles, today)
        | {"record": standing_record_words(levels, LEVEL)},
        "gigs": gigs_chart(days, pace, today)
        | {"record": standing_record_words(gig_records(rows, verdict_on, today), GIGS)},
    }


def outlook_of(ground: Ground, found: Judgement, number: int = 0) -> Outlook:
    """One course of a judgement of this ground's seller, with the names of its gigs."""
    return Outlook.of(
        found,
        number,
        seller_id=ground.seller.pk,
        titles=[gig.title for gig in ground.gigs],
        today=ground.today_number,
    )


def _sentence(moves: Sequence[StandingMove], last: date) -> str:
    if not moves:
        return (
            "If nothing new happens, the level and every gig stay as they are until"
            f" {day_words(last)}."
        )
    first = moves[0]
    more = len(moves) - 1
    others = f" {counted(more, 'change follows', 'changes follow')}." if more else ""
    what = f"“{first.gig}” {first.turn}" if first.gig else first.turn
    return (
        f"If nothing new happens, the next change comes on {day_words(first.day)}: {what}.{others}"
    )


def _pace_words(pace: PaceStanding | None) -> str:
    if pace is None:
        return ""
    return (
        f"At your own pace: your last {counted(pace.weeks, 'week', 'weeks')}, with their orders,"
        f" reviews and first messages, dealt again in random order {pace.draws} times. A dealt"
        " order comes from a new client where the real one did. It is no promise."
    )


def _ranks(outlook: Outlook, pace: PaceStanding | None) -> list[tuple[int, str]]:
    """Levels that some draw holds, or may hold, and the first one at least; as "or higher"."""
    if pace is None or not len(pace.holds):
        return []
    titles = sorted(outlook.level_titles(outlook.today).items())
    highest = titles[-1][0] if titles else 0
    return [
        (rank, f"{title} or higher" if rank < highest else title)
        for rank, title in titles
        if rank == 1 or bool(pace.may_hold[rank - 1].any())
    ]


def _pace_rows(outlook: Outlook, pace: PaceStanding) -> list[PaceRow]:
    ranks = _ranks(outlook, pace)
    rows = []
    for ahead in TABLE_DAYS:
        if ahead < pace.holds.shape[1]:
            levels = [
                LevelShare(title, _share_words(pace, rank - 1, ahead)) for rank, title in ranks
            ]
            day = outlook.today + ahead
            rows.append(PaceRow(date_of(day), levels, _gigs_words(pace, ahead)))
    return rows


def _share_words(pace: PaceStanding, row: int, ahead: int) -> str:
    """ "83%", or "60% to 83%" where your data leave the rest open."""
    low, high = f"{pace.holds[row, ahead]:.0%}", f"{pace.may_hold[row, ahead]:.0%}"
    return low if low == high else f"{low} to {high}"


def _gigs_words(pace: PaceStanding, ahead: int) -> str:
    """How many gigs meet every rule, on average over the draws: "2.6 of 4"."""
    judged = ~np.isnan(pace.promoted[:, ahead])
    if not judged.any():
        return "–"
    mean = float(pace.promoted[judged, ahead].sum())
    words = f"{mean:.1f}".removesuffix(".0")
    return f"{words} of {int(judged.sum())}"
