"""One block of observations → rows that can be staged, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from sellers.importing import cells, columns
from sellers.importing.cells import Texts
from sellers.importing.columns import BlockCells, Checked
from sellers.importing.context import Context
from sellers.importing.orders import GIG_CHARS
from sellers.importing.problems import Problems
from sellers.importing.reading import Block
from sellers.models import Observation

AREA_CHARS, LABEL_CHARS, WORDS_CHARS = 40, 60, 5_000
Kind = Observation.Kind
_KINDS = {kind.value: kind.value for kind in Kind}
_OF_GIGS = frozenset({Kind.GIG_SCORE.value, Kind.PROMOTABLE.value})
_MOST = Decimal(10) ** 11
#: Smallest and largest number that the platform shows, by kind.
_RANGES: dict[str, tuple[Decimal, Decimal]] = {
    Kind.SCORE.value: (Decimal(1), Decimal(10)),
    Kind.GIG_SCORE.value: (Decimal(1), Decimal(10)),
    Kind.RATING.value: (Decimal(1), Decimal(5)),
    Kind.RESPONSE_RATE.value: (Decimal(0), Decimal(100)),
    Kind.COMPLETED_ORDERS.value: (Decimal(0), _MOST),
    Kind.UNIQUE_CLIENTS.value: (Decimal(0), _MOST),
    Kind.EARNINGS.value: (Decimal(0), _MOST),
}


def check_observations(block: Block, context: Context) -> Checked:
    """Check every column of a block; rows with a problem are left out of what is staged."""
    given = BlockCells(block)
    problems = Problems(given.rows, list(block.faults))
    cells.unreadable(given.damaged, problems)
    owners = columns.sellers_of(given, context, problems)
    cells.required(given["day"], "day", problems, "Enter the day on which it was shown.")
    cells.required(given["kind"], "kind", problems, "Say what was shown, such as score.")
    kinds = cells.choice(given["kind"], "kind", _KINDS, problems)
    _check_gigs(given, kinds, problems)
    staged: dict[str, Texts] = {
        "platform": owners.platforms,
        "handle": owners.handles,
        "zone": owners.spread({key: context.zone(key) for key in owners.distinct}),
        "gig": cells.text(given["gig"], "gig", GIG_CHARS, problems),
        "day": columns.days(given["day"], "day", context, problems),
        "kind": kinds,
        "area": cells.text(given["area"], "area", AREA_CHARS, problems),
        "value": _values(given, kinds, problems),
        "label": cells.text(given["label"], "label", LABEL_CHARS, problems),
        "words": cells.text(given["words"], "words", WORDS_CHARS, problems),
    }
    return Checked(staged, block.lines, problems)


def _rows(flags: Sequence[bool]) -> NDArray[np.bool_]:
    return np.fromiter(flags, bool, len(flags))


def _check_gigs(given: BlockCells, kinds: Texts, problems: Problems) -> None:
    pairs = list(zip(given["gig"], kinds, strict=True))
    problems.add(
        _rows([not gig and kind in _OF_GIGS for gig, kind in pairs]),
        "gig",
        None,
        "The row does not say which gig it is about.",
        "Enter the platform's identifier of the gig.",
    )


def _values(given: BlockCells, kinds: Texts, problems: Problems) -> Texts:
    """Numbers within what the platform can show; every row says a number or a word."""
    numbers = [_number(cell) for cell in given["value"]]
    problems.add(
        _rows([bool(cell) and n is None for cell, n in zip(given["value"], numbers, strict=True)]),
        "value",
        given["value"],
        "“{value}” is not a number.",
        "Write it in digits, with a point before decimals.",
    )
    ranges = [_RANGES.get(kind) for kind in kinds]
    problems.add(
        _rows(
            [
                n is not None and r is not None and not r[0] <= n <= r[1]
                for n, r in zip(numbers, ranges, strict=True)
            ]
        ),
        "value",
        given["value"],
        "The platform cannot have shown “{value}” for this.",
        "Scores run from 1 to 10, ratings from 1 to 5, rates from 0 to 100; counters are not "
        "negative.",
    )
    blank = [not cell for cell in given["value"]]
    problems.add(
        _rows([b and r is not None for b, r in zip(blank, ranges, strict=True)]),
        "value",
        None,
        "The number that was shown is missing.",
        "Enter the number.",
    )
    problems.add(
        _rows(
            [
                b and r is None and not w
                for b, r, w in zip(blank, ranges, given["label"], strict=True)
            ]
        ),
        "label",
        None,
        "The word that was shown is missing.",
        "Enter the word, such as Level 2, positive or yes.",
    )
    return ["" if n is None else f"{n:f}" for n in numbers]


def _number(cell: str) -> Decimal | None:
    try:
        number = round(Decimal(cell), 2) if cell and cell.isascii() else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) <= _MOST else None
