"""Metrics that are no sums: what is true of a seller or a gig, and what the platform showed."""

from __future__ import annotations

import numpy as np

from eligibility.rules.axis import Axis
from eligibility.rules.daily import DailyMetric, constant, run_starts
from eligibility.rules.facts import EligibilityFacts, ShownColumns
from eligibility.rules.types import Empty, MetricSpec
from metrics.engine.columns import Int64
from metrics.engine.days import FOREVER, NO_DAY


def score(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """The displayed score; unknown where there is none."""
    scores = facts.scores
    own = Axis(scores.first_day.astype(np.int64), scores.offset)
    entries = np.arange(own.size)
    subject = own.subject_of_entry()
    at = axis.offset[subject] + own.days() - axis.first_day[subject]
    inside = (at >= axis.offset[subject]) & (at < axis.offset[subject + 1])
    daily = np.zeros(axis.size, np.int8)
    daily[at[inside]] = scores.displayed[entries[inside]]
    start = run_starts(axis, [daily])
    num = daily[start].astype(np.int64)
    den = (num > 0).astype(np.int64)
    return DailyMetric(axis, start, num, den, num, den)


def days_active(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """Days since joining; at least those since the first order where joining is unknown."""
    joined = facts.joined_day.astype(np.int64)
    ordered = np.full(facts.sellers, np.iinfo(np.int64).max)
    known = facts.ordered_day != NO_DAY
    np.minimum.at(
        ordered,
        facts.gig_seller[facts.orders.gig[known]],
        facts.ordered_day[known].astype(np.int64),
    )
    certain = joined != NO_DAY
    from_day = np.where(certain, joined, ordered)
    some = from_day != np.iinfo(np.int64).max
    per_day = np.diff(axis.offset)
    since = np.repeat(np.where(some, from_day, FOREVER), per_day)
    num = np.maximum(axis.days() - since, 0)
    low_den = np.repeat(some.astype(np.int64), per_day)
    start = np.arange(axis.size)
    if certain.all():
        return DailyMetric(axis, start, num, low_den, num, low_den)
    high_den = np.repeat(certain.astype(np.int64), per_day)
    return DailyMetric(axis, start, num, low_den, num * high_den, high_den)


def gig_active(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """Active now: always. Paused now: up to the day of its last order, which proves it."""
    last = np.full(facts.gigs, NO_DAY, np.int64)
    np.maximum.at(last, facts.orders.gig, facts.ordered_day.astype(np.int64))
    gigs = np.arange(facts.gigs)
    until = np.where(facts.gig_active, axis.end_day, last + 1)
    place = axis.places(gigs, until)
    begins, ends = axis.offset[:-1], axis.offset[1:]
    active = np.flatnonzero(place > begins)
    paused = np.flatnonzero((place < ends) & (ends > begins))
    start = np.concatenate((begins[active], place[paused]))
    num = np.repeat(np.array([1, 0], np.int64), (len(active), len(paused)))
    order = np.argsort(start, kind="stable")
    num, den = num[order], np.ones(len(order), np.int64)
    return DailyMetric(axis, start[order], num, den, num, den)


def shown_runs(shown: ShownColumns, axis: Axis, lasts: int | None) -> tuple[Int64, Int64, Int64]:
    """The value shown last, on every day, as runs: where they start, numerator, denominator.

    A denominator of 0: nothing was shown, or too long ago. ``lasts`` is for how many days a
    value stands; None is until the next one.
    """
    order = np.lexsort((shown.day, shown.seller))
    subject, day = shown.seller[order].astype(np.int64), shown.day[order].astype(np.int64)
    begins = np.flatnonzero(axis.offset[1:] > axis.offset[:-1])
    owners, days = [begins, subject], [np.full(len(begins), NO_DAY, np.int64), day]
    values, bases = (
        [np.zeros(len(begins), np.int64), shown.num[order]],
        [
            np.zeros(len(begins), np.int64),
            shown.den[order],
        ],
    )
    if lasts is not None and len(day):
        following = np.append(day[1:], 0)
        replaced = np.append(subject[1:] == subject[:-1], False) & (following <= day + lasts)
        ends = np.flatnonzero(~replaced)
        owners.append(subject[ends])
        days.append(day[ends] + lasts)
        values.append(np.zeros(len(ends), np.int64))
        bases.append(np.zeros(len(ends), np.int64))
    owner, time = np.concatenate(owners), np.concatenate(days)
    place = axis.places(owner, time)
    inside = np.flatnonzero(place < axis.offset[1:][owner])
    # Of several changes on one entry the latest in time counts.
    order = inside[np.lexsort((time[inside], place[inside]))]
    place = place[order]
    last = np.append(place[1:] != place[:-1], True) if len(place) else np.zeros(0, bool)
    kept = order[last]
    return place[last], np.concatenate(values)[kept], np.concatenate(bases)[kept]


def human_review(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """At least the level that the platform showed last; more may have been granted since."""
    start, num, den = shown_runs(facts.shown_levels, axis, None)
    none = np.zeros(len(den), np.int64)
    return DailyMetric(axis, start, num, den, none, none)


def response(facts: EligibilityFacts, spec: MetricSpec, found: DailyMetric) -> DailyMetric:
    """Unknown before the first known inquiry; then what was shown stands in for what lacks."""
    axis = found.axis
    first = axis.end_day.copy()
    np.minimum.at(first, facts.inquiries.seller, facts.inquiries.message_day.astype(np.int64))
    known = axis.places(np.arange(axis.subjects), first)
    shown_start, shown_num, shown_den = shown_runs(facts.shown_response, axis, spec.shown_days)
    start = np.sort(np.concatenate((found.start, known[known < axis.size], shown_start)))
    start = start[np.append(start[1:] != start[:-1], True)] if len(start) else start
    run = found.run_of(start)
    num, den = found.low_num[run], found.low_den[run]
    if spec.empty is Empty.FULL:
        num, den = np.where(den > 0, num, 1), np.where(den > 0, den, 1)
    subject = np.searchsorted(axis.offset, start, side="right") - 1
    den = np.where(start >= known[subject], den, 0)
    if spec.shown_days and len(shown_start):
        at = np.searchsorted(shown_start, start, side="right") - 1
        num = np.where(den > 0, num, shown_num[at])
        den = np.where(den > 0, den, shown_den[at])
    num = np.where(den > 0, num, 0)
    return DailyMetric(axis, start, num, den, num, den)


def category(facts: EligibilityFacts, axis: Axis) -> DailyMetric:
    """1 where the gig has a category at all; which one is for the rule to look at."""
    known = np.array([bool(name.strip()) for name in facts.gig_category], np.int64)
    return constant(axis, known, known)


def nothing(axis: Axis) -> DailyMetric:
    """Never known."""
    none = np.zeros(axis.subjects, np.int64)
    return constant(axis, none, none)
