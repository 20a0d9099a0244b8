"""The strip: one row a rule, time from left to right, three patterns, a link at each boundary.

Positions are percentages of the strip's width, so that the drawing is plain SVG of fixed height:
no script, no style attribute, and patterns that do not stretch. Days are half-open,
``start <= day < end``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from eligibility.pages.parts import Link, State
from eligibility.words import STATE_WORDS
from metrics.words import counted, day_words

#: Marks on the time axis: at most about this many fit on a phone.
_MOST_TICKS = 5
_MONTHS_A_TICK = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one verdict; ``cause`` says what flipped the rule on the first of them.

    ``words`` stand for the verdict where there is more to say: "held, on grace".
    """

    start: date
    end: date
    state: State
    cause: Link | None = None
    words: str = ""

    @property
    def said(self) -> str:
        return self.words or STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Share:
    """Days on which ``share``, 0 to 1, of many possible futures meet a rule."""

    start: date
    end: date
    share: float


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """One rule over time: stretches in order, without overlaps. Gaps: not in force.

    ``shares`` are a row of possible futures instead, drawn as shades.
    """

    rule: str
    title: str
    needed: str
    stretches: Sequence[Stretch]
    group: str = ""
    shares: Sequence[Share] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch as drawn, in percent of the width; ``forecast`` where it lies ahead."""

    x: str
    width: str
    state: State
    title: str
    forecast: bool = False


@dataclass(frozen=True, slots=True)
class Shade:
    """One share as drawn; ``opacity`` is between 0 and 1."""

    x: str
    width: str
    opacity: str
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
    shades: tuple[Shade, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class TwinRow:
    """One stretch as a line of the table."""

    title: str
    forecast: bool
    state: State
    state_words: str
    first: date
    last: date
    days: str
    cause: Link | None


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole picture of ``first <= day <= last`` and its table.

    ``today_x`` is where the forecast begins, "" where there is none.
    """

    first: date
    last: date
    rows: tuple[StripRow, ...]
    ticks: tuple[Tick, ...]
    twin: tuple[TwinRow, ...]
    today_x: str = ""

    @property
    def has_shades(self) -> bool:
        return any(row.shades for row in self.rows)

    @property
    def label(self) -> str:
        """What it shows, for those who do not see it."""
        rules = counted(len(self.rows), "rule", "rules")
        return f"{rules} from {day_words(self.first)} to {day_words(self.last)}"


def strip(
    histories: Sequence[RuleHistory], start: date, end: date, *, today: date | None = None
) -> Strip:
    """Draw the days ``start <= day < end``; rules without a day in them have no row.

    What comes after ``today`` is drawn and said as a forecast.
    """
    if end <= start:
        raise ValueError(f"the strip ends on {end}, before it begins on {start}")
    ahead = end if today is None else today + timedelta(days=1)
    rows: list[StripRow] = []
    twin: list[TwinRow] = []
    for history in histories:
        cut = _cut(history.stretches, start, end, ahead)
        if cut or history.shares:
            rows.append(_row(history, cut, start, end, ahead))
            twin.extend(_twin_row(history, stretch, ahead) for stretch in cut)
    last = end - timedelta(days=1)
    today_x = "" if ahead >= end else percent(ahead, start, end)
    return Strip(start, last, tuple(rows), tuple(_ticks(start, end)), tuple(twin), today_x)


def _cut(stretches: Sequence[Stretch], start: date, end: date, ahead: date) -> list[Stretch]:
    """What lies within the days; what began earlier has no flip on the first of them."""
    found = []
    for one in stretches:
        if one.end <= start or one.start >= end:
            continue
        cause = one.cause if one.start >= start else None
        whole = replace(one, start=max(one.start, start), end=min(one.end, end), cause=cause)
        if whole.start < ahead < whole.end:
            found.append(replace(whole, end=ahead))
            whole = replace(whole, start=ahead, cause=None)
        found.append(whole)
    return found


def _row(
    history: RuleHistory, cut: Sequence[Stretch], start: date, end: date, ahead: date
) -> StripRow:
    segments = tuple(_segment(stretch, start, end, ahead) for stretch in cut)
    boundaries = []
    for at, after in enumerate(cut):
        before = cut[at - 1] if at else None
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
        sums=_sums(cut) or _share_sums(history.shares),
        shades=tuple(_shade(share, start, end) for share in history.shares),
    )


def _segment(stretch: Stretch, start: date, end: date, ahead: date) -> Segment:
    forecast = stretch.start >= ahead
    words = f"{stretch.said}, {_days_words(stretch.start, stretch.end)}"
    return Segment(
        x=percent(stretch.start, start, end),
        width=_width(stretch.start, stretch.end, start, end),
        state=stretch.state,
        title=f"forecast: {words}" if forecast else words,
        forecast=forecast,
    )


def _days_words(first: date, end: date) -> str:
    last = end - timedelta(days=1)
    return day_words(first) + ("" if last == first else f" to {day_words(last)}")


def _shade(share: Share, start: date, end: date) -> Shade:
    return Shade(
        x=percent(share.start, start, end),
        width=_width(share.start, share.end, start, end),
        opacity=f"{share.share:.2f}",
        title=f"{share.share:.0%} of draws, {_days_words(share.start, share.end)}",
    )


def _share_sums(shares: Sequence[Share]) -> str:
    """ "97% of draws on 3 Jan 2027, 40% of draws on 12 Nov 2027"."""
    ends = [shares[0], shares[-1]] if shares else []
    return ", ".join(f"{one.share:.0%} of draws on {day_words(one.start)}" for one in ends)


def _boundary(
    history: RuleHistory, before: Stretch | None, after: Stretch, cause: Link, x: str
) -> Boundary:
    was = f", before that {before.said}" if before is not None else ""
    return Boundary(
        x=x,
        day=after.start,
        label=f"{history.title}: {after.said} from {day_words(after.start)}{was}. {cause.words}",
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


def _twin_row(history: RuleHistory, stretch: Stretch, ahead: date) -> TwinRow:
    return TwinRow(
        title=history.title,
        forecast=stretch.start >= ahead,
        state=stretch.state,
        state_words=stretch.said,
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
