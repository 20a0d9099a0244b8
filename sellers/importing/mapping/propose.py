"""A file → the mapping to begin with: recognised, or guessed; proved where the file shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sellers.importing.formats import COLUMNS, Column, match_header
from sellers.importing.mapping.guess import Confidence, Guess, guess_columns
from sellers.importing.mapping.model import ColumnMap, Join
from sellers.importing.mapping.model import Mapping as FileMapping
from sellers.importing.mapping.presets import preset_for
from sellers.importing.mapping.profile import Profile, profile_table
from sellers.importing.mapping.proofs import Question, prove
from sellers.importing.mapping.saved import recognise_mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Table
from sellers.models import FileRole, User

#: Kinds of facts that a table is tried as, by what it may be at once.
_TRIED: tuple[tuple[FileRole, tuple[FileRole, ...]], ...] = (
    (FileRole.ORDERS, (FileRole.ORDERS,)),
    (FileRole.REVIEWS, (FileRole.REVIEWS,)),
    (FileRole.INQUIRIES, (FileRole.INQUIRIES,)),
    (FileRole.OBSERVATIONS, (FileRole.OBSERVATIONS,)),
    (FileRole.GIGS, (FileRole.GIGS,)),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """One of our columns that the file does not fill, and what follows from that."""

    role: FileRole
    ours: str
    required: bool
    consequence: str


@dataclass(frozen=True)
class Proposal:
    """How a file could be read.

    Attributes
    ----------
    mapping : None where the file has our own columns
    known_as : the preset or the saved mapping that fits; "" where columns were guessed
    guesses : which column was taken for what, how surely, and why
    proofs : what the cells show, in sentences
    questions : what must be answered before the file can be imported
    missing : what the file does not hold
    unused : columns of theirs that become nothing
    """

    role: FileRole
    mapping: FileMapping | None
    known_as: str = ""
    guesses: tuple[Guess, ...] = ()
    proofs: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    missing: tuple[Missing, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it can be used as it is."""
        return not self.questions and not any(one.required for one in self.missing)


def canonical_role(names: Sequence[str]) -> FileRole | None:
    """Which of our own files has these columns, if it is one: all that it needs are there."""
    for role, columns in COLUMNS.items():
        if sum(column.required for column in columns) < 2 and role is not FileRole.GIGS:
            continue
        try:
            header = match_header(names, role)
        except FileProblemError:
            continue
        # A file of orders has the column of a file of gigs, too.
        if role is not FileRole.GIGS or not header.unknown:
            return role
    return None


def propose_mapping(
    table: Table,
    *,
    today: dt.date,
    owner: User | None = None,
    role: FileRole | None = None,
    profile: Profile | None = None,
    has_seller: bool = False,
    joins: tuple[Join, ...] = (),
    by_cells: bool = False,
) -> Proposal:
    """The best way to read a table that is known so far.

    Parameters
    ----------
    today : the day of the upload
    owner : whose saved mappings are looked through
    role : what the file is said to hold; None: find out
    has_seller : a seller was chosen for the import, so that no column needs to name one
    joins : by which other files were laid beside the table already
    by_cells : columns with unknown names are guessed too, because a person will look at it
    """
    if role in (FileRole.MAIL, FileRole.TABLE):
        return Proposal(role, None)
    canonical = None if joins else canonical_role(table.names)
    if canonical is not None and role in (None, canonical):
        return Proposal(canonical, None, known_as="our own columns")
    profile = profile or profile_table(table, today)
    saved = recognise_mapping(owner=owner, names=table.names)
    if saved is not None and role in (None, saved.role):
        known = FileMapping.from_json(saved.mapping)
        return judged(known, profile, today, known_as=saved.name, has_seller=has_seller)
    preset = preset_for(table.names)
    if preset is not None:
        known = preset.mapping(table.names)
        if role is None or role.value == known.role:
            return judged(known, profile, today, known_as=preset.name, has_seller=has_seller)
    guessed = _guessed(profile, today, role, has_seller)
    if by_cells and not joins and guessed.role is not FileRole.MIXED:
        return _guessed_as(profile, today, guessed.role, (guessed.role,), has_seller, by_cells=True)
    if not joins or guessed.mapping is None:
        return guessed
    gathers = guessed.role in (FileRole.ORDERS, FileRole.REVIEWS)
    mapping = replace(guessed.mapping, joins=joins, gathers=gathers)
    return replace(guessed, mapping=mapping)


def judged(
    mapping: FileMapping,
    profile: Profile,
    today: dt.date,
    *,
    known_as: str = "",
    guesses: Sequence[Guess] = (),
    has_seller: bool = False,
) -> Proposal:
    """A mapping with what the file proves, what it leaves open, and what is missing."""
    proved = prove(mapping, profile, today)
    used = {name for _, _, how in _each(mapping) for name in (*how.theirs, *how.plus_days)}
    if mapping.keep is not None:
        used.add(mapping.keep.column)
    return Proposal(
        FileRole(mapping.role),
        proved.mapping,
        known_as,
        tuple(guesses),
        proved.proofs,
        proved.questions,
        tuple(missing_of(proved.mapping, has_seller=has_seller)),
        tuple(column.name for column in profile.columns if column.name not in used),
    )


def missing_of(mapping: FileMapping, *, has_seller: bool = False) -> Iterator[Missing]:
    """What a mapping does not fill: what it needs first, then what stays unknown."""
    roles = mapping.roles or (FileRole(mapping.role),)
    found = [
        Missing(role, column.name, _is_needed(role, column, mapping, has_seller), column.without)
        for role in roles
        for column in COLUMNS.get(role, ())
        if column.name not in mapping.of(role)
    ]
    yield from (one for one in found if one.required)
    yield from (one for one in found if not one.required and one.consequence)


def _is_needed(role: FileRole, column: Column, mapping: FileMapping, has_seller: bool) -> bool:
    if column.name == "seller":
        return not has_seller
    if role is FileRole.REVIEWS and column.name == "stars":
        return not any(c.startswith(("stars", "comm", "qual")) for c in mapping.of(role))
    return column.required


def _guessed(profile: Profile, today: dt.date, role: FileRole | None, has_seller: bool) -> Proposal:
    tried = [each for each in _TRIED if role in (None, each[0])]
    if role is FileRole.MIXED:
        tried = [(FileRole.MIXED, (FileRole.ORDERS, FileRole.REVIEWS))]
    proposals = [_guessed_as(profile, today, of, kinds, has_seller) for of, kinds in tried]
    telling = [p for p in proposals if len(p.guesses) > 1] or proposals[:1]
    best = max(telling, key=_worth)
    if role is None and best.role is FileRole.ORDERS:
        mixed = _guessed_as(
            profile, today, FileRole.MIXED, (FileRole.ORDERS, FileRole.REVIEWS), has_seller
        )
        rated = mixed.mapping is not None and "stars" in mixed.mapping.of(FileRole.REVIEWS)
        posted = mixed.mapping is not None and "posted_at" in mixed.mapping.of(FileRole.REVIEWS)
        if rated and posted:
            return mixed
    return best


def _worth(proposal: Proposal) -> int:
    """How well a kind of facts explains a file: what it finds, less what it needs in vain."""
    return len(proposal.guesses) - 2 * sum(one.required for one in proposal.missing)


def _guessed_as(
    profile: Profile,
    today: dt.date,
    role: FileRole,
    kinds: Sequence[FileRole],
    has_seller: bool,
    *,
    by_cells: bool = False,
) -> Proposal:
    guesses = guess_columns(profile, kinds, by_cells=by_cells)
    columns: dict[str, dict[str, ColumnMap]] = {kind.value: {} for kind in kinds}
    theirs = {(guess.role, guess.ours): guess.theirs for guess in guesses}
    for kind in kinds:
        for column in COLUMNS[kind]:
            if (kind, column.name) in theirs:
                found = ColumnMap(theirs=(theirs[kind, column.name],))
                columns[kind.value][column.name] = found
    guesses += _currency_in_amounts(profile, columns)
    mapping = FileMapping(role.value, columns)
    return judged(mapping, profile, today, guesses=guesses, has_seller=has_seller)


def _currency_in_amounts(profile: Profile, columns: dict[str, dict[str, ColumnMap]]) -> list[Guess]:
    """Take the currency from the amounts where they name it and no column does."""
    orders = columns.get(FileRole.ORDERS.value, {})
    if "amount" not in orders or "currency" in orders:
        return []
    name = orders["amount"].theirs[0]
    column = profile.of(name)
    named = [codes for codes in (column.currencies if column else ()) if codes]
    if not named:
        return []
    orders["currency"] = ColumnMap(theirs=(name,))
    sure = all(len(codes) == 1 for codes in named)
    codes = ", ".join(dict.fromkeys(codes[0] for codes in named))
    return [
        Guess(
            FileRole.ORDERS,
            "currency",
            name,
            Confidence.HIGH if sure else Confidence.LIKELY,
            f"The amounts name it: {codes}."
            if sure
            else f"The sign of the amounts is read as {codes}; others use it too.",
        )
    ]


def _each(mapping: FileMapping) -> Iterator[tuple[str, str, ColumnMap]]:
    for role, columns in mapping.columns.items():
        for ours, how in columns.items():
            yield role, ours, how
