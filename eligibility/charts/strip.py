"""The strip: one row a rule, time from left to right, three patterns, a link at each boundary.

Positions are percentages of the strip's width, so that the drawing is plain SVG of fixed height:
no script, no style attribute, and patterns that do not stretch. Days are half-open,
``start <= day < end``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eligibility.pages.parts import Link, State
from eligibility.words import STATE_WORDS
from metrics.words import counted, day_words

#: Marks on the time axis: at most about this many fit on a phone.
_MOST_TICKS = 5
_MONTHS_A_TICK = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one verdict; ``cause`` says what flipped the rule on the first of them."""

    start: date
    end: date
    state: State
    cause: Link | None = None


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """One rule over time: stretches in order, without overlaps. Gaps: not in force."""

    rule: str
    title: str
    needed: str
    stretches: Sequence[Stretch]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch as drawn, in percent of the width."""

    x: str
    width: str
    state: State
    title: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """The day on which a rule flipped; ``url`` leads to what flipped it."""

    x: str
    day: date
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class StripRow:
    """One rule as drawn; ``sums`` says in words what the eye sees."""

    rule: str
    title: str
    needed: str
    group: str
    segments: tuple[Segment, ...]
    boundaries: tuple[Boundary, ...]
    sums: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class TwinRow:
    """One stretch as a line of the table."""

    title: str
    state: State
    state_words: str
    first: date
    last: date
    days: str
    cause: Link | None


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole picture of ``first <= day <= last`` and its table."""

    first: date
    last: date
    rows: tuple[StripRow, ...]
    ticks: tuple[Tick, ...]
    twin: tuple[TwinRow, ...]

    @property
    def label(self) -> str:
        """What it shows, for those who do not see it."""
        rules = counted(len(self.rows), "rule", "rules")
        return f"{rules} from {day_words(self.first)} to {day_words(self.last)}"


def strip(histories: Sequence[RuleHistory], start: date, end: date) -> Strip:
    """Draw the days ``start <= day < end``; rules without a day in them have no row."""
    if end <= start:
        raise ValueError(f"the strip ends on {end}, before it begins on {start}")
    rows: list[StripRow] = []
    twin: list[TwinRow] = []
    for history in histories:
        cut = _cut(history.stretches, start, end)
        if not cut:
            continue
        rows.append(_row(history, cut, start, end))
        twin.extend(_twin_row(history, stretch) for stretch in cut)
    last = end - timedelta(days=1)
    return Strip(start, last, tuple(rows), tuple(_ticks(start, end)), tuple(twin))


def _cut(stretches: Sequence[Stretch], start: date, end: date) -> list[Stretch]:
    """What lies within the days; what began earlier has no flip on the first of them."""
    found = []
    for one in stretches:
        if one.end <= start or one.start >= end:
            continue
        cause = one.cause if one.start >= start else None
        found.append(Stretch(max(one.start, start), min(one.end, end), one.state, cause))
    return found


def _row(history: RuleHistory, cut: Sequence[Stretch], start: date, end: date) -> StripRow:
    segments = tuple(_segment(stretch, start, end) for stretch in cut)
    boundaries = []
    for before, after in zip([None, *cut[:-1]], cut, strict=True):
        if after.cause is not None:
            x = percent(after.start, start, end)
            boundaries.append(_boundary(history, before, after, after.cause, x))
    return StripRow(
        rule=history.rule,
        title=history.title,
        needed=history.needed,
        group=history.group,
        segments=segments,
        boundaries=tuple(boundaries),
        sums=_sums(cut),
    )


def _segment(stretch: Stretch, start: date, end: date) -> Segment:
    last = stretch.end - timedelta(days=1)
    span = day_words(stretch.start)
    if last != stretch.start:
        span += f" to {day_words(last)}"
    return Segment(
        x=percent(stretch.start, start, end),
        width=_width(stretch.start, stretch.end, start, end),
        state=stretch.state,
        title=f"{STATE_WORDS[stretch.state]}, {span}",
    )


def _boundary(
    history: RuleHistory, before: Stretch | None, after: Stretch, cause: Link, x: str
) -> Boundary:
    words = STATE_WORDS[after.state]
    was = f", before that {STATE_WORDS[before.state]}" if before is not None else ""
    return Boundary(
        x=x,
        day=after.start,
        label=f"{history.title}: {words} from {day_words(after.start)}{was}. {cause.words}",
        url=cause.url,
    )


def _sums(cut: Sequence[Stretch]) -> str:
    """ "met on 700 days, not met on 31"."""
    days: dict[State, int] = {}
    for stretch in cut:
        days[stretch.state] = days.get(stretch.state, 0) + (stretch.end - stretch.start).days
    parts = []
    for state in State:
        if days.get(state):
            unit = counted(days[state], "day", "days")
            parts.append(f"{STATE_WORDS[state]} on {unit}")
    return ", ".join(parts)


def _twin_row(history: RuleHistory, stretch: Stretch) -> TwinRow:
    return TwinRow(
        title=history.title,
        state=stretch.state,
        state_words=STATE_WORDS[stretch.state],
        first=stretch.start,
        last=stretch.end - timedelta(days=1),
        days=counted((stretch.end - stretch.start).days, "day", "days"),
        cause=stretch.cause,
    )


def percent(day: date, start: date, end: date) -> str:
    """Where a day begins, of the width: ``37.5%``."""
    return f"{100 * (day - start).days / (end - start).days:.3f}%"


def _width(first: date, stop: date, start: date, end: date) -> str:
    return f"{100 * (stop - first).days / (end - start).days:.3f}%"


def _ticks(start: date, end: date) -> list[Tick]:
    """First days of months, as dense as a phone can bear."""
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next((s for s in _MONTHS_A_TICK if months / s <= _MOST_TICKS), 60)
    found = []
    number = start.year * 12 + start.month  # the month after the first day's, from 0
    for month in range(number, number + months + 1):
        if month % step:
            continue
        day = date(month // 12, month % 12 + 1, 1)
        # A label at the very end would leave the picture.
        if start <= day and (day - start).days <= 0.93 * (end - start).days:
            found.append(Tick(percent(day, start, end), f"{day:%b} {day.year}"))
    return found
