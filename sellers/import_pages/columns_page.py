"""Puts the page of the columns together: form, first rows, and how sure the guess is."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence

from sellers.import_pages.column_form import ColumnsForm
from sellers.import_pages.column_words import Key, column_name, field_name
from sellers.import_pages.columns import (
    ColumnRow,
    FileColumns,
    Level,
    Missing,
    Question,
    ReadCell,
    WordPair,
    Words,
)
from sellers.import_pages.looking import Look
from sellers.importing.mapping.propose import Proposal
from sellers.importing.recognising import MAIL_NAME
from sellers.models import FileRole, ImportFile

_NEEDED = "No row can be taken in without it."


def file_columns(
    *,
    file: ImportFile,
    form: ColumnsForm | None,
    look: Look,
    read: MappingOf[Key, Sequence[ReadCell]],
    proposal: Proposal,
    proofs: Sequence[str],
) -> FileColumns:
    """The page of one file; without a form there is nothing to choose."""
    rows = _rows(form, look, read, proposal) if form else []
    return FileColumns(
        name=file.name,
        holds=FileRole(file.role).label,
        reading=f"{look.count:,} row{'s' * (look.count != 1)}, {len(look.names)} columns",
        recognised=_recognised(file, proposal),
        rows=tuple(row for row in rows if row.level != "passed"),
        passed=tuple(row for row in rows if row.level == "passed"),
        questions=_questions(form, proposal) if form else (),
        words=_words(form, proposal) if form else (),
        missing=_missing(form, proposal) if form else (),
        proofs=tuple(proofs),
        notes=(*look.notes, *(proposal.mapping.assumed if proposal.mapping else ())),
        is_mail=file.mapping_name == MAIL_NAME,
        own=look.names if form is None and file.role != FileRole.TABLE else (),
    )


def _recognised(file: ImportFile, proposal: Proposal) -> str:
    if proposal.known_as:
        return f"Recognised: {proposal.known_as}"
    if file.role == FileRole.TABLE:
        return "A table that other files look up"
    return "What the columns mean"


def _rows(
    form: ColumnsForm, look: Look, read: MappingOf[Key, Sequence[ReadCell]], proposal: Proposal
) -> list[ColumnRow]:
    sure: dict[tuple[str, str, str], tuple[Level, str]] = {
        (guess.role.value, guess.ours, guess.theirs): (guess.confidence.value, guess.why)
        for guess in proposal.guesses
    }

    def row(place: int, name: str) -> ColumnRow:
        key = form.primary.get(place)
        level: Level = "passed"
        why = ""
        if key is not None:
            level, why = sure.get((*key, name), ("chosen", ""))
            if proposal.known_as:
                level, why = "high", f"As “{proposal.known_as}” says."
        also = form.also(name)
        return ColumnRow(
            theirs=name.strip() or f"column {place + 1}, which has no name",
            samples=tuple(cells[place] for cells in look.shown),
            field=form[f"c{place}"],
            read=tuple(read.get(key, ())) if key else (),
            level="chosen" if level == "passed" and also else level,
            why=why,
            also=tuple(also),
        )

    return [row(place, name) for place, name in enumerate(look.names)]


def _questions(form: ColumnsForm, proposal: Proposal) -> tuple[Question, ...]:
    """The order of dates and the decimal mark of every column that has two readings."""
    open_for = {(q.about, q.theirs): q.evidence for q in proposal.questions}
    found = []
    for letter, places, about in (
        ("d", form.asked.dates, "date_order"),
        ("m", form.asked.marks, "decimal"),
    ):
        for place in sorted(places):
            evidence = open_for.get((about, form.names[place]), "")
            found.append(Question(form[f"{letter}{place}"], evidence, bool(evidence)))
    return tuple(sorted(found, key=lambda question: not question.is_open))


def _words(form: ColumnsForm, proposal: Proposal) -> tuple[Words, ...]:
    asked = {(q.role.value, q.ours): q for q in proposal.questions if q.about == "words"}
    return tuple(
        Words(
            ours=column_name(key[1]),
            pairs=tuple(
                WordPair(word, form[f"w.{field_name(key)}.{number}"])
                for number, word in enumerate(words)
            ),
            other=form[f"o.{field_name(key)}"],
            evidence=asked[key].evidence if key in asked else "",
        )
        for key, words in form.asked.words.items()
    )


def _missing(form: ColumnsForm, proposal: Proposal) -> tuple[Missing, ...]:
    """What nothing of the file fills: what is needed first, then what stays unknown."""
    known = {(one.role.value, one.ours): one for one in proposal.missing}
    asked = {(q.role.value, q.ours): q.evidence for q in proposal.questions}
    filled = set(form.primary.values())
    found = []
    for key in form.keys:
        if key in filled:
            continue
        one = known.get(key)
        required = bool(one and one.required) or key in asked
        words = asked.get(key) or (_NEEDED if required else one.consequence if one else "")
        source, constant = f"s.{field_name(key)}", f"k.{field_name(key)}"
        found.append(
            Missing(
                ours=column_name(key[1]),
                consequence=words if required or not words else f"Without it, {words}.",
                required=required,
                source=form[source] if source in form.fields else None,
                constant=form[constant] if constant in form.fields else None,
            )
        )
    return tuple(found)
