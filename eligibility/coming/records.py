"""How kept outlooks did: the level and each gig's verdict, held against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eligibility.models import KeptOutlook
from eligibility.rules.types import Verdict
from metrics.forecasting.records import (
    HORIZONS,
    RecordWords,
    afterwards,
    hindsight_words,
    waiting_words,
    words_beside,
)
from metrics.words import counted
from sellers.models import Seller

#: Ranks held for certain and at most on a day; None where there were no rules.
LevelOn = Callable[[date], tuple[int, int] | None]
#: The verdict on a gig, by its id; None where it was not judged.
VerdictOn = Callable[[int, date], Verdict | None]


@dataclass(frozen=True, slots=True)
class Guess:
    """What was said of one level or gig on one day, and what came; None is left open.

    ``perhaps_more`` where what came is what the data establish and may have been higher.
    """

    quiet: int | None
    pace: int | None
    came: int | None
    afterwards: bool
    perhaps_more: bool = False

    @property
    def has_answer(self) -> bool:
        """Whether something was said, and what came is certain."""
        return self.came is not None and (self.quiet is not None or self.pace is not None)


@dataclass(frozen=True, slots=True)
class Hits:
    """How many of some guesses were right."""

    right: int
    of: int

    @property
    def words(self) -> str:
        return f"{self.right} of {self.of} ({self.right / self.of:.0%})"


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """How the guesses of one horizon did.

    Attributes
    ----------
    due : forecasts that came due
    next_due : the day on which the next forecast comes due; None where none is waiting
    quiet, pace : the guesses that name something where what came is certain
    left_open : those that came due, where what came is not certain or nothing was said
    perhaps_more : of those with an answer, where the level that came may have been higher
    in_hindsight : of those with an answer, made after their day
    """

    horizon_days: int
    due: int
    next_due: date | None
    quiet: Hits
    pace: Hits
    left_open: int
    perhaps_more: int
    in_hindsight: int


def kept_outlooks(seller: Seller) -> list[KeptOutlook]:
    """All that is kept of a seller, newest first, in one query."""
    return list(KeptOutlook.objects.filter(seller=seller).order_by("-made_on"))


def level_records(rows: Sequence[KeptOutlook], came: LevelOn, today: date) -> list[StandingRecord]:
    """The record of the level at every horizon: what the data establish, said and come."""

    def guesses(row: KeptOutlook) -> Iterator[Guess]:
        there = came(due_on(row))
        if row.quiet_held is not None and there is not None:
            held, most = there
            yield Guess(row.quiet_held, row.pace_held, held, _late(row), most > held)

    return _records(rows, guesses, today)


def gig_records(rows: Sequence[KeptOutlook], came: VerdictOn, today: date) -> list[StandingRecord]:
    """The record of the verdicts on gigs at every horizon, each gig by itself."""

    def guesses(row: KeptOutlook) -> Iterator[Guess]:
        paced: Sequence[int | None] = row.pace_verdicts or [None] * len(row.gigs)
        for gig, quiet, pace in zip(row.gigs, row.quiet_verdicts, paced, strict=True):
            verdict = came(gig, due_on(row))
            if verdict is not None:
                yield Guess(_known(quiet), _known(pace), _known(verdict), _late(row))

    return _records(rows, guesses, today)


def due_on(row: KeptOutlook) -> date:
    """The day that an outlook is about."""
    return row.made_on + timedelta(days=row.horizon_days)


def _known(verdict: int | None) -> int | None:
    return None if verdict == Verdict.UNKNOWN else verdict


def _late(row: KeptOutlook) -> bool:
    return afterwards(row.made_at.date(), row.made_on)


def _records(
    rows: Sequence[KeptOutlook], guesses: Callable[[KeptOutlook], Iterable[Guess]], today: date
) -> list[StandingRecord]:
    found = []
    for horizon in HORIZONS:
        mine = [row for row in rows if row.horizon_days == horizon]
        due = [row for row in mine if due_on(row) <= today]
        told = [guess for row in due for guess in guesses(row)]
        answered = [guess for guess in told if guess.has_answer]
        found.append(
            StandingRecord(
                horizon_days=horizon,
                due=len(due),
                next_due=min((due_on(row) for row in mine if due_on(row) > today), default=None),
                quiet=_hits([(guess.quiet, guess.came) for guess in answered]),
                pace=_hits([(guess.pace, guess.came) for guess in answered]),
                left_open=len(told) - len(answered),
                perhaps_more=sum(guess.perhaps_more for guess in answered),
                in_hindsight=sum(guess.afterwards for guess in answered),
            )
        )
    return found


def _hits(pairs: Iterable[tuple[int | None, int | None]]) -> Hits:
    said = [(guess, came) for guess, came in pairs if guess is not None]
    return Hits(sum(guess == came for guess, came in said), len(said))


@dataclass(frozen=True, slots=True)
class Subject:
    """How guesses of one kind are said."""

    of: str
    right: str


LEVEL = Subject(" of the level", "named the level that came")
GIGS = Subject(" of promoted gigs", "verdicts on gigs were right")


def standing_record_words(records: Sequence[StandingRecord], subject: Subject) -> RecordWords:
    """The sentences of every horizon; the one beside is of the first that has a record."""
    sentences = {one.horizon_days: _sentence(one, subject) for one in records}
    told = {one.horizon_days for one in records if one.quiet.of or one.pace.of}
    return words_beside(sentences, told)


def _sentence(record: StandingRecord, subject: Subject) -> str:
    """ "90 days ahead: at your own pace 9 of 11 (82%) named the level that came, …"."""
    ways = (("at your own pace", record.pace), ("if nothing new happens", record.quiet))
    told = [f"{how} {hits.words}" for how, hits in ways if hits.of]
    if not told and not record.left_open:
        return waiting_words(subject.of, record.horizon_days, record.due, record.next_due)
    sentences = []
    if told:
        sentences.append(", ".join([f"{told[0]} {subject.right}", *told[1:]]))
    if record.perhaps_more:
        days = counted(record.perhaps_more, "day", "days")
        sentences.append(f"on {days} your data leave open whether it was higher")
    if record.left_open:
        verdicts = counted(record.left_open, "verdict", "verdicts")
        sentences.append(f"{verdicts} cannot be scored, because your data leave open what came")
    answered = max(record.pace.of, record.quiet.of)
    return (
        f"{record.horizon_days} days ahead: {'; '.join(sentences)}."
        f"{hindsight_words(record.in_hindsight, answered)}"
    )
