"""What the pages about numbers read: stored results, and what is worked out of the facts.

Access is settled before: callers pass sellers that may be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, QuerySet

from metrics.area_panel import AreaReading, gig_areas, overall_areas
from metrics.benchmark_lookup import benchmarks_for
from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import state_of
from metrics.facts import read_facts
from metrics.models import GigStanding, Move, Series, Standing
from metrics.policy_files import PolicyFile
from metrics.range_of_estimate import EstimateRange, estimate_range
from metrics.series import DailySeries, unpack
from sellers.models import Observation, Seller

#: Days of a sparkline on the roster.
ROSTER_DAYS = 30


def standing_of(seller: Seller) -> Standing | None:
    """The seller's stored standing; None before the first computation."""
    return Standing.objects.filter(seller=seller).first()


def gig_standings_of(standing: Standing) -> list[GigStanding]:
    """The gigs of a standing: the largest share first, then those that do not count."""
    return sorted(
        standing.gigs.select_related("gig"),
        key=lambda row: (-(row.share or 0.0), -row.activity, row.gig_id),
    )


def moves_of(seller: Seller) -> QuerySet[Move]:
    """Every day on which the displayed number changed, newest first."""
    return Move.objects.filter(seller=seller).order_by("-day")


def latest_observations(seller: Seller) -> list[Observation]:
    """What the platform displayed last about the seller as a whole, one of each kind."""
    newest = (
        Observation.objects.filter(seller=seller, gig=None)
        .order_by("kind", "-day", "-pk")
        .distinct("kind")
    )
    return sorted(newest, key=lambda seen: seen.day, reverse=True)


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """Daily scores of a seller and of each gig, by gig id."""

    overall: DailySeries
    gigs: dict[int, DailySeries]


def series_of(seller: Seller) -> StoredSeries:
    """All stored days of a seller in one query."""
    rows: dict[int | None, list[Series]] = {}
    for row in Series.objects.filter(seller=seller, metric=Series.Metric.SUCCESS_SCORE):
        rows.setdefault(row.gig_id, []).append(row)
    overall = unpack(rows.pop(None, []))
    return StoredSeries(overall, {gig: unpack(years) for gig, years in rows.items() if gig})


@dataclass(frozen=True, slots=True)
class DayPanel:
    """What is worked out of the facts for one day.

    ``overall`` holds the six areas over all gigs that count, ``gigs`` those of each gig.
    """

    estimate: EstimateRange | None
    overall: list[AreaReading]
    gigs: dict[int, list[AreaReading]]


def day_panel(seller: Seller, day: date, policy_file: PolicyFile) -> DayPanel:
    """Areas and the range of the estimate on one day, by the facts as they are known now."""
    facts = read_facts([seller.pk])
    policy, number = policy_file.policy(), day_number(day)
    evidence = evidence_of_columns(facts.orders, facts.reviews, policy)
    benchmarks = benchmarks_for(facts, policy_file)
    state = state_of(evidence, number, policy, len(facts.gig_ids), benchmarks)
    variants = policy_file.variant_policies()
    return DayPanel(
        estimate=estimate_range(facts, evidence, number, policy, variants, benchmarks),
        overall=overall_areas(state),
        gigs={int(pk): gig_areas(state, gig) for gig, pk in enumerate(facts.gig_ids)},
    )


@dataclass(frozen=True, slots=True)
class RosterNumbers:
    """What the roster says about one seller.

    ``days`` are the last :data:`ROSTER_DAYS` + 1 daily scores; ``most_activity`` is the
    largest number of orders that count on any one gig.
    """

    seller: Seller
    standing: Standing | None
    last_move: Move | None
    days: list[float | None]
    most_activity: int


def roster_numbers(sellers: Sequence[Seller]) -> list[RosterNumbers]:
    """Numbers of sellers that carry their standing, in three queries whatever their number."""
    ids = [seller.pk for seller in sellers]
    moves = {
        move.seller_id: move
        for move in Move.objects.filter(seller__in=ids)
        .order_by("seller_id", "-day")
        .distinct("seller_id")
    }
    activity = dict(
        GigStanding.objects.filter(standing__seller__in=ids)
        .values_list("standing__seller")
        .annotate(most=Max("activity"))
        .values_list("standing__seller", "most")
    )
    standings = {seller.pk: getattr(seller, "standing", None) for seller in sellers}
    series = _recent_series(standings.values())
    found = []
    for seller in sellers:
        standing = standings[seller.pk]
        found.append(
            RosterNumbers(
                seller=seller,
                standing=standing,
                last_move=moves.get(seller.pk),
                days=_last_days(series.get(seller.pk), standing),
                most_activity=activity.get(seller.pk, 0),
            )
        )
    return found


def _recent_series(standings: Iterable[Standing | None]) -> dict[int, DailySeries]:
    """Overall series of the years that the last days lie in, by seller id."""
    known = [standing for standing in standings if standing is not None]
    years = {
        day.year
        for standing in known
        for day in (standing.as_of, standing.as_of - timedelta(days=ROSTER_DAYS))
    }
    rows: dict[int, list[Series]] = {}
    for row in Series.objects.filter(
        seller__in=[standing.seller_id for standing in known],
        gig=None,
        metric=Series.Metric.SUCCESS_SCORE,
        year__in=years,
    ):
        rows.setdefault(row.seller_id, []).append(row)
    return {seller: unpack(years_of) for seller, years_of in rows.items()}


def _last_days(series: DailySeries | None, standing: Standing | None) -> list[float | None]:
    if series is None or standing is None:
        return []
    first = standing.as_of - timedelta(days=ROSTER_DAYS)
    return [series.value_on(first + timedelta(days=offset)) for offset in range(ROSTER_DAYS + 1)]
