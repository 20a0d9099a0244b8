"""Writes computed results in place of the stored ones. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from metrics.binary_copy import write_rows
from metrics.computing import SellerResult
from metrics.engine import ENGINE_VERSION
from metrics.engine.days import date_of
from metrics.engine.reference import display
from metrics.models import GigStanding, Move, Series, Standing
from metrics.series import DailySeries, pack


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the rows of one seller were computed from, and from which day on they are new."""

    policy: str
    revision: int
    #: Days before this one are stored already and have not changed.
    rewrite_from: date


def replace_results(
    results: Sequence[SellerResult], stamps: Mapping[int, Stamp], computed_at: datetime
) -> None:
    """Replace what is stored about these sellers, from each one's ``rewrite_from`` on."""
    _delete_stale(results, stamps)
    write_rows(Series, _SERIES, (row for result in results for row in _series_rows(result, stamps)))
    write_rows(Move, _MOVE, (row for result in results for row in _move_rows(result, stamps)))
    standings = Standing.objects.bulk_create(
        [standing_row(result, stamps[result.seller_id], computed_at) for result in results],
        update_conflicts=True,
        unique_fields=["seller"],
        update_fields=_STANDING_FIELDS,
    )
    standing_of = {standing.seller_id: standing.pk for standing in standings}
    write_rows(
        GigStanding,
        _GIG_STANDING,
        (
            (
                *(standing_of[result.seller_id], gig.gig_id, gig.status),
                *(gig.score, gig.share, gig.activity),
            )
            for result in results
            for gig in result.gigs
        ),
    )


_STALE_SERIES = """
    DELETE FROM metrics_series t USING unnest(%s::int8[], %s::date[]) AS new(seller, day)
    WHERE t.seller_id = new.seller AND t.year >= extract(year FROM new.day)
"""
_STALE_MOVES = """
    DELETE FROM metrics_move t USING unnest(%s::int8[], %s::date[]) AS new(seller, day)
    WHERE t.seller_id = new.seller AND t.day >= new.day
"""
_STALE_GIG_STANDINGS = """
    DELETE FROM metrics_gigstanding g USING metrics_standing s
    WHERE g.standing_id = s.id AND s.seller_id = ANY(%s)
"""
_STAMPED = {"policy": "text", "engine_version": "text", "revision": "int8"}
_SERIES = {
    **_STAMPED,
    "seller_id": "int8",
    "gig_id": "int8",
    "metric": "text",
    "year": "int2",
    "first_day": "date",
    "statuses": "bytea",
    "values": "bytea",
}
_MOVE = {
    **_STAMPED,
    "seller_id": "int8",
    "day": "date",
    "score_before": "float8",
    "score_after": "float8",
    "displayed_before": "int2",
    "displayed_after": "int2",
}
_GIG_STANDING = {
    "standing_id": "int8",
    "gig_id": "int8",
    "status": "int2",
    "score": "float8",
    "share": "float8",
    "activity": "int4",
}
_STANDING_FIELDS = [
    field.name for field in Standing._meta.concrete_fields if field.name not in ("id", "seller")
]


def _delete_stale(found: Sequence[SellerResult], stamps: Mapping[int, Stamp]) -> None:
    ids = [result.seller_id for result in found]
    days = [stamps[pk].rewrite_from for pk in ids]
    with connection.cursor() as cursor:
        for statement in _STALE_SERIES, _STALE_MOVES:
            cursor.execute(statement, [ids, days])
        cursor.execute(_STALE_GIG_STANDINGS, [ids])


def _series_rows(result: SellerResult, stamps: Mapping[int, Stamp]) -> Iterator[tuple[object, ...]]:
    stamp = stamps[result.seller_id]
    subjects: list[tuple[int | None, DailySeries]] = [(None, result.series)]
    subjects += [(gig.gig_id, gig.series) for gig in result.gigs]
    for gig_id, series in subjects:
        for year in pack(series):
            if year.year >= stamp.rewrite_from.year:
                yield (
                    *(stamp.policy, ENGINE_VERSION, stamp.revision),
                    *(result.seller_id, gig_id, Series.Metric.SUCCESS_SCORE.value),
                    *(year.year, year.first_day, year.statuses, year.values),
                )


def _move_rows(result: SellerResult, stamps: Mapping[int, Stamp]) -> Iterator[tuple[object, ...]]:
    stamp = stamps[result.seller_id]
    for move in result.moves:
        day = date_of(move.day)
        if day >= stamp.rewrite_from:
            yield (
                *(stamp.policy, ENGINE_VERSION, stamp.revision, result.seller_id, day),
                *(move.before, move.after, *move.displayed),
            )


def standing_row(result: SellerResult, stamp: Stamp, computed_at: datetime) -> Standing:
    """The row of a seller on its last day, not saved."""
    last, rating = result.last_day, result.rating
    score = result.score_on(last)
    return Standing(
        seller_id=result.seller_id,
        policy=stamp.policy,
        engine_version=ENGINE_VERSION,
        revision=stamp.revision,
        as_of=date_of(last),
        status=result.status,
        score=score,
        displayed=None if score is None else display(score),
        score_7_days_ago=result.score_on(last - 7),
        score_30_days_ago=result.score_on(last - 30),
        immature_orders=result.immature_orders,
        finished_orders=result.finished_orders,
        open_orders=result.open_orders,
        rating=rating.mean,
        rating_reviews=rating.count,
        rating_start=None if rating.start_day is None else date_of(rating.start_day),
        rating_end=None if rating.end_day is None else date_of(rating.end_day),
        lifetime_reviews=rating.lifetime_count,
        computed_at=computed_at,
    )
