"""A ledger as a page reads it: totals by group, filtered and sorted lines, a folded rest.

Works on the engine's columns and makes objects only for the lines that are shown, so that
a ledger of thirty thousand lines costs what a short one costs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.engine.attribution import Form
from metrics.engine.columns import Float64, Int64
from metrics.engine.ledger import NONE, totals
from metrics.engine.types import Cause, Factor
from metrics.explanation import Explanation
from metrics.line_words import LineWords
from metrics.words import (
    AREA_MEANINGS,
    AREA_WORDS,
    CAUSE_MEANINGS,
    CAUSE_WORDS,
    FIRST_MEANING,
    FIRST_WORDS,
    NOISE,
    WHOLE_GIG,
    area_slug,
    cause_slug,
)

#: Lines shown before the rest is folded, and on one page once it is unfolded.
SHOWN_LINES = 20
FEW_LINES = 6
PAGE_LINES = 100
#: Groups shown one by one; the others stand together in one.
SHOWN_GROUPS = 9

NO_GIG = "none"


class By(StrEnum):
    """What the lines are added up by."""

    CAUSE = "cause"
    GIG = "gig"
    AREA = "area"
    ORDER = "order"


class Sort(StrEnum):
    """What the lines are sorted by; the default is the size of the effect."""

    ORDER = "order"
    GIG = "gig"
    AREA = "area"
    CAUSE = "cause"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines: None means all, −1 (:data:`~metrics.engine.ledger.NONE`) those without.

    ``gig`` is a gig number, ``area`` a factor's.
    """

    gig: int | None = None
    area: int | None = None
    cause: Cause | None = None

    @property
    def is_on(self) -> bool:
        return self != Filter()


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one cause, gig, area or order, added up.

    ``key`` goes into the address of the filtered ledger; None where there is no filter.
    """

    name: str
    meaning: str
    key: str | None
    lines: int
    amount: float
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger.

    ``order`` is a database id; on the line of a gate it is the order that opened or closed
    it, and ``is_gate`` is true.
    """

    order: int | None
    finished_on: date | None
    gig: str
    area: str
    cause: str
    detail: str
    amount: float
    is_gate: bool

    @property
    def is_noise(self) -> bool:
        return abs(self.amount) < NOISE


@dataclass(frozen=True, slots=True)
class Rest:
    """Lines that are not shown one by one."""

    lines: int
    amount: float
    #: No single one is larger than this.
    largest: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The lines a page shows: indices into the ledger, in their order, and the rest."""

    shown: Int64
    rest: Rest | None
    lines: int
    amount: float
    page: int
    pages: int


def matching(explanation: Explanation, wanted: Filter) -> Int64:
    """Indices of the lines that a filter lets through."""
    lines = explanation.lines
    keep = np.ones(len(lines), dtype=np.bool_)
    if wanted.gig is not None:
        keep &= lines.gig == wanted.gig
    if wanted.area is not None:
        keep &= lines.factor == wanted.area
    if wanted.cause is not None:
        keep &= lines.cause == wanted.cause
    return np.flatnonzero(keep).astype(np.int64)


def select(
    explanation: Explanation,
    wanted: Filter,
    *,
    sort: Sort | None = None,
    descending: bool = True,
    everything: bool = False,
    page: int = 1,
) -> Selection:
    """Filter, fold and sort.

    Folded, the largest lines are shown and everything too small to print; unfolded, pages of
    all lines. Whatever is shown, shown and rest add up to the amount of the filter.
    """
    amounts = explanation.lines.amount
    found = matching(explanation, wanted)
    total = math.fsum(amounts[found].tolist())
    by_size = found[np.argsort(-np.abs(amounts[found]), kind="stable")]
    if everything:
        pages = max(1, math.ceil(len(found) / PAGE_LINES))
        page = min(max(page, 1), pages)
        ordered = _sorted(explanation, by_size, sort, descending)
        shown = ordered[(page - 1) * PAGE_LINES : page * PAGE_LINES]
    else:
        page = pages = 1
        shown = by_size[: _unfolded(np.abs(amounts[by_size]))]
        shown = _sorted(explanation, shown, sort, descending)
    left = np.setdiff1d(found, shown, assume_unique=True)
    return Selection(shown, _rest(explanation, left), len(found), total, page, pages)


def _unfolded(sizes: Float64) -> int:
    """How many of the largest lines are shown, ``sizes`` descending.

    A line of less than a hundredth of the largest hardly counts; a few of those that can be
    told from nothing are shown all the same.
    """
    if len(sizes) <= FEW_LINES:
        return len(sizes)
    printable = int((sizes >= NOISE).sum())
    weighty = int((sizes >= sizes[0] / 100).sum())
    return max(min(printable, SHOWN_LINES, max(weighty, FEW_LINES)), 1)


def _rest(explanation: Explanation, left: Int64) -> Rest | None:
    if not len(left):
        return None
    amounts = explanation.lines.amount[left]
    return Rest(len(left), math.fsum(amounts.tolist()), float(np.abs(amounts).max()))


def _sorted(explanation: Explanation, rows: Int64, sort: Sort | None, descending: bool) -> Int64:
    """Rows come by size, which also breaks ties."""
    if sort is None:
        return rows
    lines = explanation.lines
    if sort is Sort.EFFECT:
        key: NDArray[np.generic] = lines.amount[rows]
    elif sort is Sort.ORDER:
        key = _finished_days(explanation, rows)
    elif sort is Sort.GIG:
        key = _ranks([gig.title.lower() for gig in explanation.gigs])[lines.gig[rows]]
    elif sort is Sort.AREA:
        names = [AREA_WORDS[Factor(number)] for number in range(len(Factor))]
        key = _ranks(names)[lines.factor[rows]]
    else:
        key = _ranks([CAUSE_WORDS[cause] for cause in Cause])[lines.cause[rows]]
    order = np.argsort(-key.astype(np.float64) if descending else key, kind="stable")
    return rows[order]


def _ranks(names: Sequence[str]) -> Int64:
    """Rank of each name in the alphabet; one more at the end, for "none" (index −1)."""
    ascending = {name: rank for rank, name in enumerate(sorted(set(names)))}
    return np.array([*(ascending[name] for name in names), len(names)], dtype=np.int64)


def _finished_days(explanation: Explanation, rows: Int64) -> Int64:
    """The day on which each line's order finished; lines without an order come first."""
    orders = explanation.facts.orders
    order = explanation.about[rows]
    at = np.clip(np.searchsorted(orders.order, order), 0, max(len(orders.order) - 1, 0))
    return np.where(order == NONE, np.iinfo(np.int32).min, orders.finished_day[at]).astype(np.int64)


def rows_of(explanation: Explanation, indices: Int64) -> list[Row]:
    """The chosen lines in words."""
    lines, words = explanation.lines, LineWords(explanation)
    finished_on = cache(explanation.finished_on)
    columns = (lines.order, explanation.about, lines.gig, lines.factor, lines.cause, lines.amount)
    rows = []
    for order, about, gig, factor, number, amount in zip(
        *(column[indices].tolist() for column in columns), strict=True
    ):
        area, cause = None if factor == NONE else Factor(factor), Cause(number)
        gate = order == NONE and area is Factor.GIG_WEIGHT
        detail = "" if order == NONE else words.detail(order, area, cause)
        if gate and about != NONE:
            began = cause is not Cause.GIG_CEASED
            detail = f"with this order, {words.ending(about)}" if began else "as this order left"
        rows.append(
            Row(
                order=None if about == NONE else about,
                finished_on=None if about == NONE else finished_on(about),
                gig="" if gig == NONE else explanation.gigs[gig].title,
                area=WHOLE_GIG if gate else AREA_WORDS[area],
                cause=words.cause(cause, area),
                detail=detail,
                amount=amount,
                is_gate=gate,
            )
        )
    return rows


# --- groups -------------------------------------------------------------------------------


def groups_of(explanation: Explanation, by: By) -> list[Group]:
    """All lines added up by one of their properties, the largest total first."""
    lines = explanation.lines
    columns: dict[By, NDArray[np.signedinteger[Any]]] = {
        By.CAUSE: lines.cause,
        By.GIG: lines.gig,
        By.AREA: lines.factor,
        By.ORDER: explanation.about,
    }
    column = columns[by].astype(np.int64)
    sums = totals(column, lines.amount)
    keys, numbers = np.unique(column, return_counts=True)
    count = dict(zip(keys.tolist(), numbers.tolist(), strict=True))
    largest = sorted(sums, key=lambda key: -abs(sums[key]))
    shown = _worth_showing(largest, sums)
    groups = [_group(explanation, by, key, count[key], sums[key]) for key in shown]
    return groups + _together(by, largest[len(shown) :], count, sums)


def _worth_showing(largest: list[int], sums: Mapping[int, float]) -> list[int]:
    """The largest groups that can be told apart in print; one alone is never folded."""
    if len(largest) <= SHOWN_GROUPS:
        return largest
    printable = [key for key in largest if abs(sums[key]) >= NOISE]
    shown = largest[: min(max(len(printable), 1), SHOWN_GROUPS)]
    return largest if len(largest) == len(shown) + 1 else shown


def _group(explanation: Explanation, by: By, key: int, lines: int, amount: float) -> Group:
    if by is By.CAUSE:
        cause = Cause(key)
        if explanation.form is Form.FIRST_SCORE:
            return Group(FIRST_WORDS, FIRST_MEANING, cause_slug(cause), lines, amount)
        name = f"left the {explanation.window}" if cause is Cause.AGED_OUT else CAUSE_WORDS[cause]
        return Group(name, CAUSE_MEANINGS[cause], cause_slug(cause), lines, amount)
    if by is By.AREA:
        area = None if key == NONE else Factor(key)
        return Group(AREA_WORDS[area], AREA_MEANINGS[area], area_slug(area), lines, amount)
    if by is By.GIG:
        if key == NONE:
            return Group("no single gig", "", NO_GIG, lines, amount)
        gig = explanation.gigs[key]
        return Group(gig.title, "", str(gig.pk), lines, amount)
    if key == NONE:
        return Group("no single order", "", None, lines, amount)
    gates = (explanation.lines.order == NONE) & (explanation.about == key)
    meaning = "together with the gig that it made begin or cease to count" if gates.any() else ""
    return Group("", meaning, None, lines, amount, order=key)


_MANY = {By.CAUSE: "causes", By.GIG: "gigs", By.AREA: "areas", By.ORDER: "orders"}


def _together(
    by: By, keys: Sequence[int], count: Mapping[int, int], sums: Mapping[int, float]
) -> list[Group]:
    if not keys:
        return []
    name = f"{len(keys):,} more {_MANY[by]}, together"
    amount = math.fsum(sums[key] for key in keys)
    return [Group(name, "", None, sum(count[key] for key in keys), amount)]
