"""Proves that what is stored is what the facts give: recompute in memory and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from metrics.benchmark_lookup import policy_key
from metrics.computing import SellerResult, compute
from metrics.engine.days import date_of, day_number
from metrics.facts import read_facts
from metrics.models import GigStanding, Move, Series, Standing
from metrics.policy_files import current_policy_file
from metrics.results import Stamp, standing_row
from metrics.series import DailySeries, unpack

SELLERS_AT_ONCE = 200


def check_sellers(seller_ids: Sequence[int]) -> Iterator[str]:
    """Differences between stored and recomputed, each a sentence; none when all is equal.

    Every seller is recomputed to the day that its stored standing names.
    """
    policy_file = current_policy_file()
    key = policy_key(policy_file)
    for start in range(0, len(seller_ids), SELLERS_AT_ONCE):
        ids = seller_ids[start : start + SELLERS_AT_ONCE]
        standings = {s.seller_id: s for s in Standing.objects.filter(seller__in=ids)}
        yield from (f"seller {pk}: nothing is stored" for pk in ids if pk not in standings)
        last_days = {pk: day_number(standing.as_of) for pk, standing in standings.items()}
        if not last_days:
            continue
        for result in compute(read_facts(list(last_days)), last_days, policy_file):
            standing = standings[result.seller_id]
            if standing.policy != key:
                yield f"seller {result.seller_id}: stored under {standing.policy}, now {key}"
            for difference in _differences(standing, result):
                yield f"seller {result.seller_id}: {difference}"


#: Not computed from the facts: the row's own number, and when it was written.
_NOT_COMPARED = ("id", "computed_at")


def _differences(standing: Standing, result: SellerResult) -> Iterator[str]:
    stamp = Stamp(standing.policy, standing.revision, date.min)
    row = standing_row(result, stamp, standing.computed_at)
    for field in Standing._meta.concrete_fields:
        name = field.attname
        if name not in _NOT_COMPARED and getattr(standing, name) != getattr(row, name):
            yield f"{name} stored {getattr(standing, name)}, recomputed {getattr(row, name)}"
    yield from _series_differences(result)
    yield from _move_differences(result)
    stored = {
        row.gig_id: (row.status, row.score, row.share, row.activity)
        for row in GigStanding.objects.filter(standing=standing)
    }
    found = {g.gig_id: (g.status, g.score, g.share, g.activity) for g in result.gigs}
    for gig in stored.keys() ^ found.keys():
        yield f"gig {gig}: only {'stored' if gig in stored else 'recomputed'}"
    for gig in stored.keys() & found.keys():
        if stored[gig] != found[gig]:
            yield f"gig {gig}: stored {stored[gig]}, recomputed {found[gig]}"


def _series_differences(result: SellerResult) -> Iterator[str]:
    rows: dict[int | None, list[Series]] = {}
    for row in Series.objects.filter(seller=result.seller_id):
        rows.setdefault(row.gig_id, []).append(row)
    expected: dict[int | None, DailySeries] = {None: result.series}
    expected |= {gig.gig_id: gig.series for gig in result.gigs}
    for subject in rows.keys() | expected.keys():
        name = "overall score" if subject is None else f"gig {subject}"
        new = expected.get(subject)
        try:
            old = unpack(rows.get(subject, []))
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        if new is None or len(new) != len(old) or (len(new) and new.first_day != old.first_day):
            yield f"{name}: {len(old)} days stored, {0 if new is None else len(new)} recomputed"
            continue
        differs = (new.statuses != old.statuses) | ~(
            (new.values == old.values) | (np.isnan(new.values) & np.isnan(old.values))
        )
        if differs.any():
            day = date_of(new.first_day + int(np.argmax(differs)))
            yield f"{name}: {int(differs.sum())} days differ, first {day}"


def _move_differences(result: SellerResult) -> Iterator[str]:
    stored = set(
        Move.objects.filter(seller=result.seller_id).values_list(
            "day", "score_before", "score_after", "displayed_before", "displayed_after"
        )
    )
    found = {(date_of(m.day), m.before, m.after, *m.displayed) for m in result.moves}
    for move in sorted(stored ^ found, key=lambda move: move[0]):
        day, before, after, *displayed = move
        where = "stored" if move in stored else "recomputed"
        turn = " → ".join(map(str, displayed))
        yield f"move of {day} ({before} → {after}, displayed {turn}) is only {where}"
