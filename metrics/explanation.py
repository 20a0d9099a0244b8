"""The answer to "why did it move" between two days of one seller, ready to be worded.

Assembled by :mod:`metrics.explain` from facts and the engine's attribution; nothing here
reads the database or the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from metrics.engine.attribution import Attribution, Form
from metrics.engine.changes import GateFlip
from metrics.engine.columns import Float64, Int8, Int64
from metrics.engine.days import NO_DAY, date_of, day_number
from metrics.engine.ledger import NONE, Lines
from metrics.engine.reference import display
from metrics.engine.state import State
from metrics.engine.types import AREAS, Cause, Factor, OrderStatus, Policy
from metrics.facts import FactColumns
from metrics.words import day_words, window_words

#: How closely the lines have to add up to the change for the tick to stand.
SUM_TOLERANCE = 1e-10

#: An area or cause whose lines together stay under this many score points hardly mattered.
HARDLY = 0.001


_MOST_KEYS = max(len(Cause), len(Factor))


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two days. ``reason`` says why there is no score, where there is none.

    ``observed`` is what the platform displayed on that day, where it was noted down.
    """

    day: date
    score: float | None
    reason: str
    observed: float | None

    @property
    def displayed(self) -> int | None:
        return None if self.score is None else display(self.score)

    @property
    def residual(self) -> float | None:
        """What the platform displayed minus what we display: not in the seller's data."""
        if self.observed is None or self.displayed is None:
            return None
        return self.observed - self.displayed


@dataclass(frozen=True, slots=True)
class GigName:
    """A gig of the seller; its index in :attr:`Explanation.gigs` is the engine's number."""

    pk: int
    title: str
    #: No order comes on a gig that is paused.
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """What took part in a move, and what did not.

    ``absent`` has no line at all; ``slight`` has lines that stay under :data:`HARDLY`.
    """

    absent: tuple[Cause, ...]
    absent_areas: tuple[Factor, ...]
    slight: tuple[Cause, ...]
    slight_areas: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two days of one seller and every signed line between them.

    Attributes
    ----------
    seller_id, revision, engine_version, policy_keys : what it was computed from
    policies : the policy of either day
    before, after : the earlier and the later day
    attribution : the engine's answer; gig and order numbers as in ``facts``
    facts : of this seller alone; order numbers are database ids, ascending
    gigs : by gig number
    about : shape (lines,), the order that a line is about: its own, on the line of a gate the
        order that opened or closed it, −1 where there is none
    known_day : the day at whose end ``before`` was known so; None: as it is known now
    """

    seller_id: int
    revision: int
    engine_version: str
    policy_keys: tuple[str, str]
    policies: tuple[Policy, Policy]
    before: Side
    after: Side
    attribution: Attribution
    facts: FactColumns
    gigs: tuple[GigName, ...]
    about: Int64
    known_day: date | None = None

    # --- the sum ---------------------------------------------------------------------------

    @property
    def form(self) -> Form:
        return self.attribution.form

    @property
    def lines(self) -> Lines:
        return self.attribution.lines

    @property
    def total(self) -> float:
        """Sum of all lines, exactly rounded."""
        return self.lines.total()

    @property
    def start(self) -> float | None:
        """Where the lines start: the score before, or s0 for a first score."""
        return self.attribution.start

    @property
    def change(self) -> float | None:
        """What the lines have to add up to; None where there is nothing to explain."""
        return self.attribution.change

    @property
    def ends(self) -> tuple[float, float]:
        """Where the lines start and where they lead.

        Raises
        ------
        ValueError
            If there is nothing to explain.
        """
        if self.start is None or self.after.score is None:
            raise ValueError(f"a {self.form.value} has no ledger")
        return self.start, self.after.score

    @property
    def adds_up(self) -> bool:
        """Whether they do, to 1e-10: computed, never assumed."""
        return self.change is not None and abs(self.total - self.change) <= SUM_TOLERANCE

    @property
    def rounding(self) -> float | None:
        """From the score after to the displayed number."""
        return None if self.after.score is None else self.attribution.rounding_after

    @property
    def gates(self) -> tuple[GateFlip, ...]:
        """Gigs that began or ceased to count between the two days."""
        return self.attribution.gates

    @property
    def sides(self) -> tuple[Side, ...]:
        """The days, earlier first; one and the same day, seen in two ways, once."""
        if self.before.day == self.after.day:
            return (self.after,)
        return self.before, self.after

    # --- what played no part, and what cannot be seen ----------------------------------------

    def parts(self) -> Parts:
        """Which causes and areas took part in the move.

        A first score has no causes to tell apart: everything that counts is on its lines.
        """
        causes = [] if self.form is Form.FIRST_SCORE else list(Cause)
        absent, slight = _split(self.lines.cause, self.lines.amount, causes)
        absent_areas, slight_areas = _split(self.lines.factor, self.lines.amount, list(AREAS))
        return Parts(
            absent=tuple(Cause(key) for key in absent),
            absent_areas=tuple(Factor(key) for key in absent_areas),
            slight=tuple(Cause(key) for key in slight),
            slight_areas=tuple(Factor(key) for key in slight_areas),
        )

    @property
    def immature_days(self) -> int:
        return self.policies[1].immature_days

    @property
    def immature_orders(self) -> int:
        """Orders completed so shortly before the later day that a private rating may follow."""
        end = day_number(self.after.day)
        finished = self.facts.orders.finished_day.astype(np.int64)
        young = (finished > end - self.immature_days) & (finished <= end)
        completed = self.facts.orders.status == OrderStatus.COMPLETED
        return int((young & completed).sum())

    @property
    def known_orders(self) -> int:
        return len(self.facts.orders.order)

    @property
    def window(self) -> str:
        return window_words(self.policies[1].window_days)

    # --- orders ------------------------------------------------------------------------------

    def order_row(self, order: int) -> int:
        """Index of an order in ``facts.orders``."""
        return int(np.searchsorted(self.facts.orders.order, order))

    def finished_on(self, order: int) -> date | None:
        """The day an order finished; None while it is open."""
        number = int(self.facts.orders.finished_day[self.order_row(order)])
        return None if number == NO_DAY else date_of(number)


def orders_about(attribution: Attribution) -> Int64:
    """:attr:`Explanation.about` of an attribution."""
    lines = attribution.lines
    about = lines.order.astype(np.int64)
    gates = (lines.order == NONE) & (lines.factor == Factor.GIG_WEIGHT)
    for flip in attribution.gates:
        if flip.trigger_order is not None:
            mine = gates & (lines.gig == flip.gig) & (lines.leg == flip.leg)
            about[mine] = flip.trigger_order
    return about


def _split(key: Int8, amount: Float64, of: Sequence[int]) -> tuple[list[int], list[int]]:
    """Keys without a line, and keys whose lines are slight."""
    gross = np.bincount(key[key >= 0], weights=np.abs(amount[key >= 0]), minlength=_MOST_KEYS)
    present = set(np.unique(key).tolist())
    absent = [number for number in of if number not in present]
    return absent, [n for n in of if n in present and gross[n] < HARDLY]


def unscored_reason(state: State, day: date, facts: FactColumns) -> str:
    """Why there is no score on a day: "1 of 2 orders", "no finished order in the window"."""
    ordered = facts.ordered_day
    if not len(ordered):
        return "no order is known yet"
    first = date_of(int(ordered.min()))
    if day < first:
        return f"before the first known order ({day_words(first)})"
    most = int(state.activity.max()) if state.gigs else 0
    if most == 0:
        return f"no finished order in the {window_words(state.policy.window_days)}"
    need = state.policy.min_activity
    if most >= need:
        return "nothing that still weighs in the window"
    return f"{most} of {need} orders"


def day_before(day: date) -> date:
    return day - timedelta(days=1)
