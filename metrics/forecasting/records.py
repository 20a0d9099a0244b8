"""How kept forecasts did: each held against what came, number by number.

What came is told by the caller, from the facts as they are known now; nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from metrics.engine.reference import display
from metrics.models import KeptForecast
from metrics.words import counted, day_words, unsigned
from sellers.models import Seller

HORIZONS = (30, 90, 180)
#: Of the horizons that have a record, the one that stands beside a forecast.
BESIDE = (90, 30, 180)
#: Forecasts of a day are made on it, in whatever zone; those made later are so in hindsight.
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What one kept forecast says of one number; None is nothing said.

    ``quiet`` if nothing new happens; ``low``, ``middle`` and ``high`` at the own pace.
    ``afterwards`` tells forecasts that were made later than their day.
    """

    made_on: date
    horizon_days: int
    afterwards: bool
    quiet: float | None
    low: float | None
    middle: float | None
    high: float | None

    @property
    def due(self) -> date:
        return self.made_on + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Number:
    """What is forecast and how its misses are said.

    Attributes
    ----------
    of : "" or "of the rating", after "forecast"
    miss : the typical one of many misses, and what it is called
    unit : after a miss, with its space
    displayed : what is displayed for a value
    """

    of: str
    miss: Callable[[Iterable[float]], float]
    miss_words: str
    unit: str
    displayed: Callable[[float], object]


SCORE = Number("", median, "the median miss", "", display)
RATING = Number(" of the rating", fmean, "the mean miss", " stars", "{:.2f}".format)


def afterwards(row_made_on: date, made_on: date) -> bool:
    """Whether a forecast for a day was made after it."""
    return row_made_on > made_on + ONE_DAY


def kept_forecasts(seller: Seller) -> list[KeptForecast]:
    """All that is kept of a seller, newest first, in one query."""
    return list(KeptForecast.objects.filter(seller=seller).order_by("-made_on"))


def scores_said(rows: Iterable[KeptForecast]) -> list[Said]:
    """What kept forecasts say of the score."""
    return [
        _said(row, row.quiet_score, (row.pace_low, row.pace_score, row.pace_high)) for row in rows
    ]


def ratings_said(rows: Iterable[KeptForecast]) -> list[Said]:
    """What kept forecasts say of the rating; those that say nothing of it are left out."""
    return [
        _said(
            row,
            row.quiet_rating,
            (row.pace_rating_low, row.pace_rating, row.pace_rating_high),
        )
        for row in rows
        if row.quiet_rating is not None or row.pace_rating is not None
    ]


def _said(
    row: KeptForecast, quiet: float | None, pace: tuple[float | None, float | None, float | None]
) -> Said:
    late = afterwards(row.made_at.date(), row.made_on)
    return Said(row.made_on, row.horizon_days, late, quiet, *pace)


@dataclass(frozen=True, slots=True)
class Record:
    """How the kept forecasts of one number and horizon did, up to ``today``.

    Attributes
    ----------
    kept, due : how many there are, and how many of them came due
    next_due : the day on which the next one comes due; None where none is waiting
    quiet_misses, pace_misses : |forecast − what came| of those that came due, newest first,
        where both are known
    in_band : how many of the pace forecasts held what came in their band
    same_display : how many of them named the number that was displayed
    in_hindsight : how many of those that came due were made after their day, from what had
        happened by then
    """

    number: Number
    horizon_days: int
    kept: int
    due: int
    next_due: date | None
    quiet_misses: tuple[float, ...]
    pace_misses: tuple[float, ...]
    in_band: int
    same_display: int
    in_hindsight: int

    @property
    def pace_miss(self) -> float | None:
        """The typical miss at the own pace."""
        return self.number.miss(self.pace_misses) if self.pace_misses else None

    @property
    def quiet_miss(self) -> float | None:
        """The typical miss of "nothing new happens", whatever happened then."""
        return self.number.miss(self.quiet_misses) if self.quiet_misses else None


def track_record(
    number: Number, said: Sequence[Said], came: Callable[[date], float | None], today: date
) -> list[Record]:
    """The record of every horizon; ``came`` is the number of a day, None where it had none."""
    return [
        _record(number, horizon, [one for one in said if one.horizon_days == horizon], came, today)
        for horizon in HORIZONS
    ]


def _record(
    number: Number,
    horizon: int,
    said: Sequence[Said],
    came: Callable[[date], float | None],
    today: date,
) -> Record:
    due = [(one, came(one.due)) for one in said if one.due <= today]
    known = [(one, value) for one, value in due if value is not None]
    paced = [
        (one.low, one.middle, one.high, value)
        for one, value in known
        if one.low is not None and one.middle is not None and one.high is not None
    ]
    shown = number.displayed
    return Record(
        number=number,
        horizon_days=horizon,
        kept=len(said),
        due=len(due),
        next_due=min((one.due for one in said if one.due > today), default=None),
        quiet_misses=tuple(abs(one.quiet - value) for one, value in known if one.quiet is not None),
        pace_misses=tuple(abs(middle - value) for _, middle, _, value in paced),
        in_band=sum(low <= value <= high for low, _, high, value in paced),
        same_display=sum(shown(middle) == shown(value) for _, middle, _, value in paced),
        in_hindsight=sum(one.afterwards for one, _ in known),
    )


@dataclass(frozen=True, slots=True)
class RecordWords:
    """The record of one number: one sentence beside its forecast, and one for each horizon."""

    beside: str
    all: tuple[str, ...]


def record_words(records: Sequence[Record]) -> RecordWords:
    """The sentences of every horizon; the one beside is of the first that has a record."""
    sentences = {record.horizon_days: record_sentence(record) for record in records}
    told = {r.horizon_days for r in records if r.pace_misses or r.quiet_misses}
    return words_beside(sentences, told)


def words_beside(sentences: Mapping[int, str], told: Collection[int]) -> RecordWords:
    """The sentences by horizon; ``told`` are the horizons that have a record."""
    first = next((horizon for horizon in BESIDE if horizon in told), min(sentences))
    return RecordWords(sentences[first], tuple(sentences.values()))


def record_sentence(record: Record) -> str:
    """What the forecasts of one horizon are worth, from their own past."""
    ahead, miss = f"{record.horizon_days} days ahead", record.number.miss_words
    unit = record.number.unit
    if record.pace_miss is not None:
        number = len(record.pace_misses)
        return (
            f"Of {counted(number, 'forecast', 'forecasts')} {ahead} that came due, {miss}"
            f" was {unsigned(record.pace_miss)}{unit}; {record.in_band} of {number} lay in the"
            f" band, {record.same_display} named the number displayed.{_quiet_words(record)}"
            f"{hindsight_words(record.in_hindsight, number)}"
        )
    if record.quiet_miss is not None:
        number = len(record.quiet_misses)
        return (
            f"Of {counted(number, 'forecast', 'forecasts')} {ahead} without new orders, {miss}"
            f" against what came was {unsigned(record.quiet_miss)}{unit}."
            f"{hindsight_words(record.in_hindsight, number)}"
        )
    return waiting_words(record.number.of, record.horizon_days, record.due, record.next_due)


def _quiet_words(record: Record) -> str:
    """How far the future in which nothing new happens was off, beside that at the own pace."""
    if record.quiet_miss is None:
        return ""
    miss = f"{unsigned(record.quiet_miss)}{record.number.unit}"
    return f" Without new orders {record.number.miss_words} was {miss}."


def waiting_words(of: str, horizon_days: int, due: int, next_due: date | None) -> str:
    """That there is no record yet, and when there will be one."""
    ahead = f"forecast{of} {horizon_days} days ahead"
    if due:
        return f"No {ahead} that came due can be compared: there was nothing to see on its day."
    if next_due is not None:
        return f"No {ahead} has come due yet; the first will on {day_words(next_due)}."
    return f"No {ahead} has been kept yet; one is kept every week."


def hindsight_words(many: int, number: int) -> str:
    """How many of ``number`` were made after their day; empty for none."""
    if not many:
        return ""
    some = (
        "All of them were" if many >= number else f"{many} of them {'was' if many == 1 else 'were'}"
    )
    return f" {some} worked out afterwards, from what had happened by their day."
