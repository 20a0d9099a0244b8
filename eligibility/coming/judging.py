"""Rules on days to come: many ways in which one seller may go on, judged in one call.

A *course* is one such way: the facts as they would be and the score that the engine gives them.
Days before today are judged once, from the facts as they are, for all courses: what a scenario
leaves out or mends is different from today on, and where the seller stands today stays a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from eligibility.facts import ReadFacts, cents_of, read_eligibility_facts, score_columns
from eligibility.rule_files import rule_sets
from eligibility.rules.facts import EligibilityFacts, InquiryColumns, ShownColumns
from eligibility.rules.judge import Judgement, judge
from eligibility.rules.levels import LevelDays
from eligibility.rules.types import OUT_OF_FORCE, Kind, RuleSet
from metrics.engine.columns import (
    Int8,
    Int32,
    Int64,
    OrderColumns,
    ReviewColumns,
    joined_columns,
)
from metrics.engine.days import date_of, day_number
from metrics.engine.future import Trajectory
from metrics.engine.types import OrderStatus
from metrics.facts import FactColumns
from metrics.forecasting.ground import Ground
from metrics.series import DailySeries

#: Numbers of imagined clients begin here, above all real ones (60 bits).
FIRST_IMAGINED_CLIENT = 1 << 61


class Clients(StrEnum):
    """Who buys the orders that have not happened: nobody can know, so it is told."""

    #: Each order comes from a client who never bought before.
    NEW = "new"
    #: All come from one client who bought before; from one new client where nobody is known.
    RETURNING = "returning"
    #: The rules are told that it is not known: a count of clients is then a range.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of one seller today, read once for any number of courses.

    Attributes
    ----------
    today : day number; the first day that a course is judged on
    read : all facts; ``read.columns`` ends on ``today``
    before : the days up to yesterday, rule sets of levels alone
    """

    seller_id: int
    today: int
    read: ReadFacts
    rule_sets: tuple[RuleSet, ...]
    before: Judgement

    @property
    def gigs(self) -> int:
        return len(self.read.gig_ids)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One way in which a seller may go on; columns as in :class:`EligibilityFacts`.

    ``orders.gig`` is 0 … gigs − 1 and ``inquiries.seller`` 0, as in the seller's own facts.
    ``score`` covers the days from today on; days that it does not cover are not scored.
    """

    orders: OrderColumns
    reviews: ReviewColumns
    ordered_day: Int32
    buyer: Int64
    amount_cents: Int64
    inquiries: InquiryColumns
    score: DailySeries


@dataclass(frozen=True, slots=True, eq=False)
class Coming:
    """Courses of one seller, judged from ``known.today`` to ``last_day``, both included.

    In ``found`` a course is a seller, numbered as asked, and gig ``g`` of course ``c`` has the
    number ``c · gigs + g``; gigs are in the order of ``known.read.gig_ids``.
    """

    known: Known
    last_day: int
    courses: int
    found: Judgement

    @property
    def days(self) -> int:
        return self.last_day - self.known.today + 1

    def level(self, name: str) -> Int8 | Int32 | None:
        """A column of :class:`~eligibility.rules.levels.LevelDays`, shape (courses, days).

        None where no rules for levels are in force. A day is the index ``day − known.today``.
        """
        levels: LevelDays | None = self.found.levels
        if levels is None:
            return None
        column: Int8 | Int32 = getattr(levels, name)
        return column.reshape(self.courses, self.days)

    def verdicts(self, rule_set: RuleSet, rule_id: str = "") -> Int8:
        """Verdicts of a promotion on every gig, shape (courses, gigs, days).

        ``rule_id`` "" is the verdict over all published rules. OUT_OF_FORCE on days on which
        the set does not rule, and before a gig's first order.
        """
        shape = (self.courses * self.known.gigs, self.days)
        whole = np.full(shape, OUT_OF_FORCE, np.int8)
        axis = self.found.axes.gig
        gig = axis.subject_of_entry()
        whole[gig, axis.days() - self.known.today] = self.found.verdicts[rule_set.id, rule_id]
        return whole.reshape(self.courses, self.known.gigs, self.days)


def known_of(ground: Ground) -> Known:
    """Read what the rules know of a seller up to ``ground.today``.

    The number of queries does not depend on the number of orders. Facts are those of the
    tables, also where the ground is an imagined one.
    """
    seller, today = ground.seller, ground.today_number
    read = read_eligibility_facts({seller.pk: today})
    sets = rule_sets(seller.platform)
    to_yesterday = np.minimum(read.columns.last_day, today - 1)
    before = judge(
        replace(read.columns, last_day=to_yesterday),
        [rule_set for rule_set in sets if rule_set.kind is Kind.LEVELS],
    )
    return Known(seller.pk, today, read, tuple(sets), before)


def course_of(
    known: Known,
    facts: FactColumns,
    score: DailySeries | Trajectory,
    clients: Clients = Clients.NEW,
) -> Course:
    """The seller's facts as they would be, as the rules read them.

    Parameters
    ----------
    facts : of this seller alone; orders that the tables do not hold are hypothetical
    score : from today on, of the same facts
    clients : who buys the hypothetical orders
    """
    if isinstance(score, Trajectory):
        score = DailySeries(score.first_day, score.status.astype(np.uint8), score.score)
    return Course(
        orders=facts.orders,
        reviews=facts.reviews,
        ordered_day=facts.ordered_day,
        buyer=_buyers(known, facts, clients),
        amount_cents=cents_of(facts),
        inquiries=known.read.columns.inquiries,
        score=score,
    )


def _buyers(known: Known, facts: FactColumns, clients: Clients) -> Int64:
    """Known clients by order; hypothetical orders have those that are told."""
    own = known.read.columns
    numbers = facts.orders.order
    found = np.full(len(numbers), -1, np.int64)
    real = np.isin(numbers, own.orders.order)
    found[real] = own.buyer[np.searchsorted(own.orders.order, numbers[real])]
    imagined = int((~real).sum())
    if clients is Clients.NEW:
        found[~real] = FIRST_IMAGINED_CLIENT + np.arange(imagined)
    elif clients is Clients.RETURNING:
        bought = own.buyer[own.orders.status == OrderStatus.COMPLETED]
        found[~real] = bought.max() if (bought >= 0).any() else FIRST_IMAGINED_CLIENT
    return found


def judge_courses(known: Known, courses: Sequence[Course], last_day: date) -> Coming:
    """Judge many ways in which one seller may go on, in one pass.

    Raises
    ------
    ValueError
        If there is no course, or the last day lies before today.
    """
    last = day_number(last_day)
    if not courses or last < known.today:
        raise ValueError(
            f"there are {len(courses)} courses to judge from {date_of(known.today)} to {last_day}"
        )
    in_force = [
        rule_set
        for rule_set in known.rule_sets
        if rule_set.start_day <= last
        and (rule_set.end_day is None or rule_set.end_day > known.today)
    ]
    found = judge(_columns(known, courses, last), in_force, known.before)
    return Coming(known, last, len(courses), found)


def _columns(known: Known, courses: Sequence[Course], last: int) -> EligibilityFacts:
    """All courses as one batch of sellers."""
    own, count, gigs = known.read.columns, len(courses), known.gigs
    sizes = [len(course.orders.order) for course in courses]
    first_row = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    orders = joined_columns([course.orders for course in courses])
    reviews = joined_columns([course.reviews for course in courses])
    inquiries = joined_columns([course.inquiries for course in courses])
    said = [len(course.reviews.row) for course in courses]
    asked = [len(course.inquiries.number) for course in courses]
    course_numbers = np.arange(count)
    return EligibilityFacts(
        first_day=np.full(count, known.today, np.int64),
        last_day=np.full(count, last, np.int64),
        is_pro=np.repeat(own.is_pro, count),
        joined_day=np.repeat(own.joined_day, count),
        gig_seller=np.repeat(course_numbers, gigs).astype(np.int32),
        gig_active=np.tile(own.gig_active, count),
        gig_category=own.gig_category * count,
        orders=replace(
            orders, gig=(orders.gig + np.repeat(course_numbers * gigs, sizes)).astype(np.int32)
        ),
        ordered_day=np.concatenate([course.ordered_day for course in courses]),
        buyer=np.concatenate([course.buyer for course in courses]),
        amount_cents=np.concatenate([course.amount_cents for course in courses]),
        reviews=replace(reviews, row=reviews.row + np.repeat(first_row, said)),
        inquiries=replace(inquiries, seller=np.repeat(course_numbers, asked).astype(np.int32)),
        scores=score_columns([course.score for course in courses]),
        shown_levels=_shown(own.shown_levels, count),
        shown_response=_shown(own.shown_response, count),
    )


def _shown(shown: ShownColumns, courses: int) -> ShownColumns:
    """What the platform showed of the seller, for every course."""
    size = len(shown.day)
    return ShownColumns(
        seller=np.repeat(np.arange(courses, dtype=np.int32), size),
        day=np.tile(shown.day, courses),
        num=np.tile(shown.num, courses),
        den=np.tile(shown.den, courses),
    )
