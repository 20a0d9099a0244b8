"""The parts of the seller's page below its top: trajectory, moves, gigs, areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from metrics.area_panel import AreaReading
from metrics.charts.small_multiples import Sparkline, sparkline
from metrics.charts.trajectory import (
    Mark,
    ShownMove,
    ShownScore,
    Threshold,
    Trajectory,
    trajectory_figure,
    trajectory_label,
    trajectory_table,
)
from metrics.engine.days import day_number
from metrics.engine.types import Factor
from metrics.explanation import day_before
from metrics.headline import Headline
from metrics.models import DayStatus, GigStanding, Move
from metrics.policy_files import PolicyFile
from metrics.roster_rows import why_url
from metrics.seller_query import DEFAULT_RANGE, RANGES, Days
from metrics.series import DailySeries
from metrics.standing_words import direction_of, gig_unscored_words
from metrics.words import AREA_WORDS, counted, day_words, score_words
from sellers.models import Note, Observation, Seller

#: Distances from the benchmark beyond this many spreads fill a bar.
_FULL_BAR = 2.0
_LONGEST_LABEL = 32
_DIRECTIONS = {
    "strong negative": "down",
    "negative": "down",
    "room for growth": "flat",
    "positive": "up",
    "strong positive": "up",
}
_SILENT: Mapping[Factor, str] = {
    Factor.CLIENT_SATISFACTION: "no review in the window",
    Factor.COMMUNICATION: "no review in the window rates it",
    Factor.VALUE_FOR_MONEY: "no review in the window rates it",
    Factor.CONFLICT_FREE: "whether there were disputes is not in your data",
    Factor.CANCELLATIONS: "no finished order in the window",
    Factor.DELIVERY_TIME: "no order in the window has a due time and a delivery",
}


# --- trajectory ---------------------------------------------------------------------------


def trajectory_context(
    seller: Seller,
    series: DailySeries,
    days: Days,
    *,
    moves: Iterable[Move],
    observations: Iterable[Observation],
    notes: Iterable[Note],
    policy_file: PolicyFile,
) -> dict[str, Any]:
    """The chart of some days with its words, legend and table twin."""
    shown = Trajectory(
        series=series.between(days.start, days.end),
        valid_from=policy_file.published_from,
        moves=[
            ShownMove(m.day, m.displayed_before, m.displayed_after, m.score_after)
            for m in moves
            if days.start <= m.day < days.end
        ],
        observations=[
            ShownScore(seen.day, float(seen.value))
            for seen in observations
            if seen.value is not None and days.start <= seen.day < days.end
        ],
        marks=[*_policy_marks(policy_file, days), *_note_marks(notes, days)],
        thresholds=[Threshold(t.score, t.label) for t in policy_file.thresholds],
    )
    as_if = bool(len(shown.series)) and shown.series.first_day < day_number(shown.valid_from)
    return {
        "figure": trajectory_figure(shown, lambda start, end: why_url(seller.pk, start, end)),
        "label": trajectory_label(shown),
        "table": trajectory_table(shown),
        "legend": _legend(bool(shown.observations)),
        "caption": _AS_IF.format(day_words(shown.valid_from)) if as_if else "",
        "empty": _empty_words(series, policy_file),
    }


_AS_IF = (
    "Dotted and lighter: before {} the platform had no such score. The line shows what it would "
    "have been under the same rules."
)


def _empty_words(series: DailySeries, policy_file: PolicyFile) -> str:
    """Why nothing is drawn, and what would change that."""
    if any(value == value for value in series.values.tolist()):
        return "No day of this range has a score. A longer range holds some."
    need = counted(policy_file.policy().min_activity, "finished order", "finished orders")
    return f"The line begins on the first day on which a gig has {need}."


def _legend(observed: bool) -> list[dict[str, str]]:
    entries = [
        {"kind": "estimate", "label": "our estimate"},
        {"kind": "display", "label": "what it displays"},
    ]
    if observed:
        entries.append({"kind": "observation", "label": "shown by the platform"})
    return [*entries, {"kind": "threshold", "label": "what a level needs"}]


def _policy_marks(policy_file: PolicyFile, days: Days) -> list[Mark]:
    dated = [
        (policy_file.published_from, "score introduced"),
        (policy_file.in_force_from, "levels need it"),
    ]
    return [Mark(day, words, "policy") for day, words in dated if days.start <= day < days.end]


def _note_marks(notes: Iterable[Note], days: Days) -> list[Mark]:
    """Notes that touch the days; one that began earlier is cut at the first day."""
    found = []
    for note in notes:
        until = note.until or note.day
        if note.day < days.end and until >= days.start:
            last = None if note.until is None else min(until, day_before(days.end))
            words = _short(f"only you: {note.text}" if note.is_private else note.text)
            found.append(Mark(max(note.day, days.start), words, "note", until=last))
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


def range_options(seller: Seller, key: str, gig: int | None) -> list[dict[str, Any]]:
    """The choices of the range control; each has an address."""
    options = []
    for name, label, _days in RANGES:
        query = {} if name == DEFAULT_RANGE else {"range": name}
        if gig is not None:
            query["gig"] = str(gig)
        options.append({"label": label, "url": page_url(seller, query), "current": name == key})
    return options


def page_url(seller: Seller, query: Mapping[str, str]) -> str:
    """The seller's page with a query string."""
    path = reverse("metrics:seller", args=[seller.pk])
    return f"{path}?{urlencode(query)}" if query else path


# --- moves --------------------------------------------------------------------------------


def move_rows(
    seller: Seller, moves: Iterable[Move], headlines: Mapping[int, Headline]
) -> list[dict[str, Any]]:
    """Moves with their cause, as ``components/_moves.html`` shows them."""
    return [
        {
            "day": move.day,
            "before": move.displayed_before,
            "after": move.displayed_after,
            "sentence": headlines[move.pk]["text"] if move.pk in headlines else "",
            "url": why_url(seller.pk, day_before(move.day), move.day),
            "direction": direction_of(move),
        }
        for move in moves
    ]


# --- gigs ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GigCard:
    """One gig of the small multiples, as ``components/_multiple.html`` shows it."""

    name: str
    url: str
    score: str | None
    share: str
    note: str
    spark: Sparkline | None


def gig_cards(
    seller: Seller,
    gigs: Sequence[GigStanding],
    series: Mapping[int, DailySeries],
    areas: Mapping[int, list[AreaReading]],
    days: Days,
    policy_file: PolicyFile,
) -> list[GigCard]:
    """One card a gig, in the order given; all lines share the days and the scale 1 to 10."""
    levels = [float(threshold.score) for threshold in policy_file.thresholds]
    cards = []
    for row in gigs:
        unscored = gig_unscored_words(row, policy_file)
        cards.append(
            GigCard(
                name=str(row.gig),
                url=f"{page_url(seller, {'gig': str(row.gig_id)})}#areas",
                score=None if unscored or row.score is None else score_words(row.score),
                share="" if row.share is None else share_words(row.share),
                note=unscored or _weakest(areas.get(row.gig_id, [])),
                spark=spark_of_days(str(row.gig), series.get(row.gig_id), days, levels),
            )
        )
    return cards


#: Columns of the table behind the lines of gigs: half a year apart in two years.
_GIG_COLUMNS = 5


def gig_table(
    gigs: Sequence[GigStanding], series: Mapping[int, DailySeries], days: Days
) -> dict[str, Any]:
    """The lines of all gigs as one table: their scores on a few days, first and last included."""
    last = day_before(days.end)
    steps = [(last - days.start) * at // (_GIG_COLUMNS - 1) for at in range(_GIG_COLUMNS)]
    dates = [days.start + step for step in steps]
    rows = [
        [str(row.gig), *(_gig_score_words(series.get(row.gig_id), day) for day in dates)]
        for row in gigs
    ]
    return {"head": ["Gig", *map(day_words, dates)], "rows": rows}


def _gig_score_words(series: DailySeries | None, day: date) -> str:
    if series is None or series.status_on(day) is not DayStatus.SCORED:
        return "not scored"
    return score_words(series.values[day_number(day) - series.first_day])


def share_words(share: float) -> str:
    """ "18%"; "under 1%" for what is more than nothing."""
    return "under 1%" if 0 < share < 0.005 else f"{100 * share:.0f}%"


def _weakest(areas: Sequence[AreaReading]) -> str:
    """The area that holds the gig back most: "weakest: delivery time, room for growth"."""
    known = [area for area in areas if area.label is not None]
    if not known:
        return ""
    worst = min(known, key=lambda area: area.distance)
    return f"weakest: {AREA_WORDS[worst.area]}, {worst.label}"


def spark_of_days(
    name: str, series: DailySeries | None, days: Days, levels: Sequence[float] = ()
) -> Sparkline | None:
    """The line of some days on the scale from 1 to 10; None where no day has a score."""
    if series is None:
        return None
    first, end = day_number(days.start), day_number(days.end)
    part = series.between(days.start, days.end)
    known = [None if v != v else float(v) for v in part.values.tolist()]
    if not any(value is not None for value in known):
        return None
    before = [None] * (part.first_day - first)
    values = [*before, *known, *[None] * (end - part.last_day - 1)]
    ends = [value for value in known if value is not None]
    label = f"{name}: from {score_words(ends[0])} to {score_words(ends[-1])}"
    return sparkline(values, low=1.0, high=10.0, label=label, levels=levels)


# --- areas --------------------------------------------------------------------------------


def area_rows(areas: Sequence[AreaReading]) -> list[dict[str, Any]]:
    """Diverging bars, as ``components/_factor_bars.html`` shows them."""
    return [_area_row(area) for area in areas]


def _area_row(area: AreaReading) -> dict[str, Any]:
    name = AREA_WORDS[area.area]
    if area.label is None:
        return {"name": name, "label": None, "detail": _SILENT[area.area]}
    facts = counted(area.items, "fact", "facts")
    return {
        "name": name,
        "label": area.label,
        "direction": _DIRECTIONS[area.label],
        "position": round(100 * max(-1.0, min(1.0, area.distance / _FULL_BAR)), 1),
        "detail": f"{area.quality:.3f} against {area.benchmark:.3f} · {facts}",
    }


def gig_options(
    seller: Seller, gigs: Sequence[GigStanding], chosen: int | None, key: str
) -> list[dict[str, Any]]:
    """What the area panel can be of: all gigs that count, or one."""
    keep = {} if key == DEFAULT_RANGE else {"range": key}
    options = [
        {"label": "All gigs that count", "value": "", "current": chosen is None}
        | {"url": page_url(seller, keep)}
    ]
    for row in gigs:
        query = {**keep, "gig": str(row.gig_id)}
        options.append(
            {"label": str(row.gig), "value": row.gig_id, "current": row.gig_id == chosen}
            | {"url": page_url(seller, query)}
        )
    return options
