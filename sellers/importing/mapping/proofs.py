"""What the cells prove about how to read them, and what has to be asked.

A mapping comes in with columns named; it goes out with dates, decimal marks and words settled
where the file shows them. What it does not show becomes a question that must be answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sellers.importing.columns import in_words
from sellers.importing.formats import COLUMNS, Column, Kind, plain_name
from sellers.importing.mapping.dates import NotADateError, read_time
from sellers.importing.mapping.model import ColumnMap
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.profile import ColumnProfile, Profile, Proof
from sellers.importing.mapping.synonyms import words_of
from sellers.models import FileRole

_ORDER_SHOWN = {"dmy": "shows day first", "mdy": "shows month first", "ymd": "shows year first"}
_MARK_SHOWN = {".": "shows a point before the cents", ",": "shows a comma before the cents"}


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file does not prove; the mapping cannot be used before an answer.

    Attributes
    ----------
    about : "date_order", "decimal", "currency" or "words"
    ours, theirs : the column
    evidence : why it has to be asked, in a sentence
    options : possible answers, with what each would mean
    words : their words that have no meaning yet, for "words"
    """

    about: str
    role: FileRole
    ours: str
    theirs: str
    evidence: str
    options: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proved:
    """A mapping with what the file proves, the proofs in sentences, and what is left to ask."""

    mapping: FileMapping
    proofs: tuple[str, ...]
    questions: tuple[Question, ...]


def prove(mapping: FileMapping, profile: Profile, today: dt.date) -> Proved:
    """Settle what the cells of the file show; answers that the mapping has stay as they are."""
    proofs: list[str] = []
    questions: list[Question] = []
    columns: dict[str, dict[str, ColumnMap]] = {}
    of_file = _of_file(mapping, profile)
    for role in mapping.roles:
        columns[role.value] = {}
        known = {column.name: column for column in COLUMNS[role]}
        for ours, how in mapping.of(role).items():
            looked = _looked_at(how, profile)
            settled = how
            if looked is not None:
                settle = _SETTLERS.get(known[ours].kind, _as_it_is)
                case = _Case(role, known[ours], looked, of_file, today)
                settled = settle(case, how, proofs, questions)
            columns[role.value][ours] = settled
        if role is FileRole.ORDERS:
            questions += _asked_currency(columns[role.value], profile)
    unique = tuple(dict.fromkeys(proofs))
    return Proved(replace(mapping, columns=columns), unique, _once(questions))


def without_proofs(mapping: FileMapping) -> FileMapping:
    """The mapping as if nobody had said how dates and amounts are read."""
    columns = {
        role: {name: replace(how, date_order="", decimal="") for name, how in of.items()}
        for role, of in mapping.columns.items()
    }
    return replace(mapping, columns=columns)


def proved_anew(mapping: FileMapping, profile: Profile, today: dt.date) -> FileMapping:
    """A mapping made for another file, with what this one shows; elsewhere it stays as it was."""
    shown = prove(without_proofs(mapping), profile, today).mapping.columns
    columns = {
        role: {
            name: replace(
                how,
                date_order=shown[role][name].date_order or how.date_order,
                decimal=shown[role][name].decimal or how.decimal,
            )
            for name, how in of.items()
        }
        for role, of in mapping.columns.items()
    }
    return replace(mapping, columns=columns)


@dataclass(frozen=True, slots=True)
class _Case:
    role: FileRole
    ours: Column
    column: ColumnProfile
    #: What other columns of the file prove: "dates", "marks".
    of_file: Mapping[str, tuple[ColumnProfile, str]]
    today: dt.date


def _looked_at(how: ColumnMap, profile: Profile) -> ColumnProfile | None:
    for name in how.theirs:
        for column in profile.columns:
            if plain_name(column.name) == plain_name(name):
                return column
    return None


def _of_file(mapping: FileMapping, profile: Profile) -> dict[str, tuple[ColumnProfile, str]]:
    """What one column proves, others of the same file may go by, if none says otherwise."""
    found: dict[str, tuple[ColumnProfile, str]] = {}
    used = [
        (column.kind, looked)
        for role in mapping.roles
        for column in COLUMNS[role]
        if column.name in mapping.of(role)
        and (looked := _looked_at(mapping.of(role)[column.name], profile))
    ]
    for what, kinds in (("dates", (Kind.TIME, Kind.DAY)), ("marks", (Kind.AMOUNT, Kind.NUMBER))):
        columns = [column for kind, column in used if kind in kinds]
        shown = {way for column in columns for way in getattr(column, what).ways}
        if len(shown) == 1:
            way = shown.pop()
            column = next(c for c in columns if way in getattr(c, what).ways)
            found[what] = (column, way)
    return found


def _as_it_is(
    case: _Case, how: ColumnMap, proofs: list[str], questions: list[Question]
) -> ColumnMap:
    return how


def _settled_dates(
    case: _Case, how: ColumnMap, proofs: list[str], questions: list[Question]
) -> ColumnMap:
    column = case.column
    if not how.date_order and (column.dates.ways or column.dates.doubt):
        way = _way(column, column.dates, "dates", case, _ORDER_SHOWN, proofs)
        if way:
            how = replace(how, date_order=way)
        else:
            questions.append(_asked_dates(case))
    midnight = column.date_like > 1 and column.midnights == column.date_like
    if midnight and not how.whole_days and case.ours.name.endswith("due_at"):
        proofs.append(f"“{column.name}”: every time is midnight, so these are days.")
        how = replace(how, whole_days=True)
    return how


def _settled_marks(
    case: _Case, how: ColumnMap, proofs: list[str], questions: list[Question]
) -> ColumnMap:
    column = case.column
    if how.decimal or not (column.marks.ways or column.marks.doubt):
        return how
    way = _way(column, column.marks, "marks", case, _MARK_SHOWN, proofs)
    if way:
        return replace(how, decimal=way)
    line, cell = column.marks.doubt or next(iter(column.marks.ways.values()))
    questions.append(
        Question(
            "decimal",
            case.role,
            case.ours.name,
            column.name,
            _doubt(column, column.marks, f"“{cell}” in line {line} could be two amounts"),
            ((".", "a point: 1,234.50"), (",", "a comma: 1.234,50")),
        )
    )
    return how


def _settled_words(
    case: _Case, how: ColumnMap, proofs: list[str], questions: list[Question]
) -> ColumnMap:
    """What their words mean, where that is known; the others are asked for."""
    if case.ours.name in ("currency", "platform", "kind") or how.other is not None:
        return how
    words = {word.casefold() for word in case.column.words or ()}
    known = words_of(case.ours.name)
    meant = {word: known[word] for word in words if word in known and word not in how.words}
    settled = replace(how, words={**how.words, **meant})
    open_words = sorted(words - set(settled.words) - set(known.values()))
    if open_words:
        shown = ", ".join(f"“{word}”" for word in open_words[:5])
        questions.append(
            Question(
                "words",
                case.role,
                case.ours.name,
                case.column.name,
                f"Nothing says what {shown} {'means' if len(open_words) == 1 else 'mean'}.",
                tuple((value, value) for value in dict.fromkeys(known.values())),
                tuple(open_words),
            )
        )
    return settled


def _settled_ratings(
    case: _Case, how: ColumnMap, proofs: list[str], questions: list[Question]
) -> ColumnMap:
    """Stars of 0 are no rating; where a file has some, the page says so."""
    if case.column.words and case.column.words.get("0"):
        proofs.append(f"“{case.column.name}”: 0 is read as “not rated”, never as a rating.")
    return how


_SETTLERS: Mapping[Kind, Callable[[_Case, ColumnMap, list[str], list[Question]], ColumnMap]] = {
    Kind.TIME: _settled_dates,
    Kind.DAY: _settled_dates,
    Kind.AMOUNT: _settled_marks,
    Kind.NUMBER: _settled_marks,
    Kind.CHOICE: _settled_words,
    Kind.RATING: _settled_ratings,
}


def _way(
    column: ColumnProfile,
    proof: Proof,
    what: str,
    case: _Case,
    shown: Mapping[str, str],
    proofs: list[str],
) -> str:
    """The one way in which a column can be read, with its proof in a sentence; "" if in doubt."""
    if proof.proved:
        line, cell = proof.ways[proof.proved]
        proofs.append(f"“{column.name}”: “{cell}” in line {line} {shown[proof.proved]}.")
        return proof.proved
    if not proof.ways and what in case.of_file:
        other, way = case.of_file[what]
        line, cell = getattr(other, what).ways[way]
        proofs.append(
            f"“{column.name}”: read like “{other.name}”, where “{cell}” in line {line} "
            f"{shown[way]}."
        )
        return way
    return ""


def _asked_dates(case: _Case) -> Question:
    column = case.column
    line, cell = column.dates.doubt or next(iter(column.dates.ways.values()))
    options = []
    for order, words in (("dmy", "day first"), ("mdy", "month first")):
        try:
            day = dt.date.fromisoformat(read_time(cell, order, case.today, ahead=True)[:10])
        except NotADateError:
            options.append((order, words))
        else:
            options.append((order, f"{words}: “{cell}” is {in_words(day)}"))
    return Question(
        "date_order",
        case.role,
        case.ours.name,
        column.name,
        _doubt(column, column.dates, f"“{cell}” in line {line} could be two days"),
        tuple(options),
    )


def _doubt(column: ColumnProfile, proof: Proof, words: str) -> str:
    if len(proof.ways) > 1:
        (first, a), (second, b) = list(proof.ways.values())[:2]
        return (
            f"“{column.name}” is written in two ways: “{a}” in line {first} and “{b}” in line "
            f"{second}. Cells that do not fit the answer will be refused."
        )
    return f"{words}, and no other cell of the file shows which."


def _asked_currency(columns: Mapping[str, ColumnMap], profile: Profile) -> Sequence[Question]:
    """Amounts whose currency nothing says."""
    if "amount" not in columns or "currency" in columns:
        return ()
    looked = _looked_at(columns["amount"], profile)
    name = looked.name if looked is not None else "amount"
    return (
        Question(
            "currency",
            FileRole.ORDERS,
            "currency",
            name,
            "No column says in which currency the amounts are.",
        ),
    )


def _once(questions: Sequence[Question]) -> tuple[Question, ...]:
    """One question for each column of theirs, whatever it serves for."""
    return tuple({(q.about, q.theirs): q for q in reversed(questions)}.values())[::-1]
