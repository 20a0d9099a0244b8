"""What a mapping is: for each of our columns, where its cells come from and how to read them.

A mapping is data: it travels as JSON with the file, is saved under a name, and ships as a
preset. Nothing in it is code.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sellers.importing.formats import COLUMNS
from sellers.importing.problems import FileProblemError
from sellers.models import FileRole

VERSION = 1
#: Orders in which a date may name day, month and year.
DATE_ORDERS = ("ymd", "dmy", "mdy")
DECIMAL_MARKS = (".", ",")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where one of our columns comes from.

    Attributes
    ----------
    theirs : columns of the file; several are joined by a blank
    constant : a cell for every row, instead of a column; also where their cell is blank
    date_order : how dates are written, one of :data:`DATE_ORDERS`; "" where it is no time or
        where each cell says it itself
    whole_days : a time of midnight means the day, not its first instant
    plus_days : columns with numbers of days that are added to the time
    decimal : the decimal mark of amounts; "" where it does not matter
    words : what their words mean, by their word in lower case
    other : what a word that ``words`` does not name becomes; None leaves it as it is
    where : our statuses of an order for which the column counts; empty means all
    """

    theirs: tuple[str, ...] = ()
    constant: str = ""
    date_order: str = ""
    whole_days: bool = False
    plus_days: tuple[str, ...] = ()
    decimal: str = ""
    words: MappingOf[str, str] = field(default_factory=dict)
    other: str | None = None
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of another file of the same import, laid beside those of this one.

    The columns of the other file are named ``file.column`` from then on. Several rows that
    match make several rows of ours, unless the mapping brings them together again.

    Attributes
    ----------
    file : the other file's name without its ending
    on : a column of this file, or ``file.column`` of one joined before
    key : the column of the other file that holds the same
    """

    file: str
    on: str
    key: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Which rows are about orders: those with one of some words in a column."""

    column: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file becomes ours.

    Attributes
    ----------
    role : what the file holds
    orders, reviews, gigs, inquiries, observations : our columns of each, by name
    sheet : the sheet of a workbook; "" is the first that holds a table
    gathers : rows of one order (or review) of one seller are brought together; the first that
        knows a fact gives it, amounts are added
    fills_only : its rows never replace what is known, and only complete it
    assumed : what the mapping takes for granted, in sentences
    """

    role: str
    columns: MappingOf[str, MappingOf[str, ColumnMap]]
    joins: tuple[Join, ...] = ()
    keep: Keep | None = None
    sheet: str = ""
    gathers: bool = False
    fills_only: bool = False
    assumed: tuple[str, ...] = ()
    name: str = ""

    @property
    def roles(self) -> tuple[FileRole, ...]:
        """The kinds of facts that it yields, orders first."""
        return tuple(role for role in COLUMNS if self.columns.get(role.value))

    def of(self, role: FileRole) -> MappingOf[str, ColumnMap]:
        return self.columns.get(role.value, {})

    def as_json(self) -> dict[str, Any]:
        """Plain data; what is as it usually is, is left out."""
        data = {k: v for k, v in asdict(self).items() if v not in _EMPTY}
        data["columns"] = {
            role: {
                # A word that becomes a blank is another thing than one that stays.
                name: {k: v for k, v in c.items() if v not in _EMPTY or (k, v) == ("other", "")}
                for name, c in of.items()
            }
            for role, of in data["columns"].items()
        }
        return {"version": VERSION, **data}

    @classmethod
    def from_json(cls, data: Any) -> Mapping:
        """The mapping that plain data describes.

        Raises
        ------
        FileProblemError
            When it describes none, with the part that is wrong.
        """
        given = _object(data, "the mapping")
        if given.get("version", VERSION) != VERSION:
            raise _wrong(f"it has version {given.get('version')}, not {VERSION}")
        _known_keys(given, {"version", *(f.name for f in fields(cls))}, "the mapping")
        role = _one_of(given.get("role"), FileRole.values, "role")
        columns = {
            _one_of(of, [r.value for r in COLUMNS], "columns"): _columns(of, maps)
            for of, maps in _object(given.get("columns", {}), "columns").items()
        }
        if not any(columns.values()):
            raise _wrong("it names none of our columns")
        keep = given.get("keep")
        return cls(
            role=role,
            columns=columns,
            joins=tuple(_join(join) for join in _list(given.get("joins", ()), "joins")),
            keep=_keep(keep) if keep else None,
            sheet=_text(given.get("sheet", ""), "sheet"),
            gathers=bool(given.get("gathers")),
            fills_only=bool(given.get("fills_only")),
            assumed=_texts(given.get("assumed", ()), "assumed"),
            name=_text(given.get("name", ""), "name"),
        )


_EMPTY: tuple[Any, ...] = ("", (), [], {}, None, False)


def _columns(role: str, data: Any) -> dict[str, ColumnMap]:
    known = {column.name for column in COLUMNS[FileRole(role)]}
    return {
        _one_of(name, known, f"columns of {role}"): _column(name, of)
        for name, of in _object(data, f"columns of {role}").items()
    }


def _column(name: str, data: Any) -> ColumnMap:
    given = _object(data, name)
    _known_keys(given, {f.name for f in fields(ColumnMap)}, name)
    words = _object(given.get("words", {}), f"words of {name}")
    other = given.get("other")
    return ColumnMap(
        theirs=_texts(given.get("theirs", ()), name),
        constant=_text(given.get("constant", ""), name),
        date_order=_one_of(given.get("date_order", ""), ("", *DATE_ORDERS), name),
        whole_days=bool(given.get("whole_days")),
        plus_days=_texts(given.get("plus_days", ()), name),
        decimal=_one_of(given.get("decimal", ""), ("", *DECIMAL_MARKS), name),
        words={_text(k, name).strip().casefold(): _text(v, name) for k, v in words.items()},
        other=None if other is None else _text(other, name),
        where=_texts(given.get("where", ()), name),
    )


def _join(data: Any) -> Join:
    given = _object(data, "a join")
    _known_keys(given, {"file", "on", "key"}, "a join")
    parts = {
        part: _text(given.get(part, ""), f"{part} of a join") for part in ("file", "on", "key")
    }
    if not all(parts.values()):
        raise _wrong("a join needs file, on and key")
    return Join(**parts)


def _keep(data: Any) -> Keep:
    given = _object(data, "keep")
    _known_keys(given, {"column", "words"}, "keep")
    return Keep(
        _text(given.get("column", ""), "keep"),
        tuple(word.strip().casefold() for word in _texts(given.get("words", ()), "keep")),
    )


def _wrong(what: str) -> FileProblemError:
    return FileProblemError(f"The mapping cannot be used: {what}. Map the columns anew.")


def _object(data: Any, what: str) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise _wrong(f"{what} is no table of names")
    return data


def _list(data: Any, what: str) -> Sequence[Any]:
    if not isinstance(data, list | tuple):
        raise _wrong(f"{what} is no list")
    return data


def _text(data: Any, what: str) -> str:
    if not isinstance(data, str) or len(data) > 1_000:
        raise _wrong(f"{what} holds something that is no text")
    return data


def _texts(data: Any, what: str) -> tuple[str, ...]:
    return tuple(
        _text(part, what) for part in _list([data] if isinstance(data, str) else data, what)
    )


def _one_of(data: Any, known: Any, what: str) -> str:
    if not isinstance(data, str) or data not in known:
        raise _wrong(f"{what} cannot be “{data}”")
    return data


def _known_keys(given: MappingOf[str, Any], known: set[str], what: str) -> None:
    strange = sorted(set(given) - known)
    if strange:
        raise _wrong(f"{what} has no “{strange[0]}”")
