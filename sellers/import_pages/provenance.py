"""Everything that imports said about an order, for the page of where it comes from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse

from sellers.import_pages.column_words import column_name
from sellers.import_pages.effect import FieldTurn
from sellers.import_pages.preview import fact_words
from sellers.importing.provenance import Statement, Verdict, statements_about
from sellers.models import Order
from sellers.order_facts import moment

_WORDS = {
    Verdict.BROUGHT: "brought the order",
    Verdict.CHANGED: "changed it",
    Verdict.CONFIRMED: "said the same again",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one import said: where, how it was read, what that changed, and the row as given."""

    words: str
    batch_id: int
    url: str
    when: str
    place: str
    read_as: str
    turns: tuple[FieldTurn, ...]
    cells: tuple[tuple[str, str], ...]


def said_about(order: Order, zone: ZoneInfo, seen: Collection[int]) -> list[Said]:
    """Oldest first; ``seen`` are the imports that the visitor may open."""
    return [_said(statement, zone, seen) for statement in statements_about(order)]


def _said(statement: Statement, zone: ZoneInfo, seen: Collection[int]) -> Said:
    batch_id, file, line = statement.batch_id, statement.file, statement.line
    place = file.name if file else ""
    if place and line is not None:
        place += f", line {line:,}"
    cells = statement.cells.pairs if statement.cells else []
    return Said(
        words=_WORDS[statement.verdict],
        batch_id=batch_id,
        url=reverse("sellers:import", args=[batch_id]) if batch_id in seen else "",
        when=moment(statement.at, zone),
        place=place,
        read_as=statement.preset,
        turns=tuple(
            FieldTurn(
                column_name(turn.fact),
                fact_words(turn.fact, turn.before, zone),
                fact_words(turn.fact, turn.after, zone),
            )
            for turn in statement.turns
        ),
        cells=tuple((name, cell) for name, cell in cells if cell),
    )
