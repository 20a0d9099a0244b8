"""Reads what the seller's page needs and hands it to the words; parts and page share it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from metrics.explain import fill_headlines
from metrics.models import Standing
from metrics.policy_files import current_policy_file
from metrics.selectors import (
    DayPanel,
    StoredSeries,
    day_panel,
    gig_standings_of,
    latest_observations,
    moves_of,
    series_of,
)
from metrics.seller_hero import hero_of
from metrics.seller_parts import (
    area_rows,
    gig_cards,
    gig_options,
    gig_table,
    move_rows,
    range_options,
    trajectory_context,
)
from metrics.seller_query import SellerQuery, days_of_range
from sellers.access import Sight
from sellers.models import Observation, Seller, User
from sellers.notes import notes_context, notes_for
from sellers.promises.page import promises_context

#: Moves that the page lists; the why page answers for all others.
MOVES = 8


def page_context(
    sight: Sight, reader: User, standing: Standing, query: SellerQuery, *, now: datetime
) -> dict[str, Any]:
    """Everything on the page that this reader may see."""
    seller = sight.seller
    policy_file = current_policy_file()
    stored = series_of(seller)
    panel = day_panel(seller, standing.as_of, policy_file)
    two_years = days_of_range("2y", standing.as_of, standing.as_of)
    gigs = gig_standings_of(standing)
    newest = list(moves_of(seller)[: MOVES + 1])
    headlines = fill_headlines(seller=seller, moves=newest[:MOVES])
    last = newest[0] if newest else None
    return {
        "hero": hero_of(
            seller,
            standing,
            last_move=last,
            headline=headlines[last.pk] if last else None,
            observed=latest_observations(seller),
            gigs=gigs,
            estimate=panel.estimate,
            policy_file=policy_file,
        ),
        "moves": move_rows(seller, newest[:MOVES], headlines),
        "more_moves": len(newest) > MOVES,
        "gigs": gig_cards(seller, gigs, stored.gigs, panel.gigs, two_years, policy_file),
        "gig_table": gig_table(gigs, stored.gigs, two_years),
        **range_context(sight, reader, standing, query, stored),
        **areas_context(seller, standing, query, panel),
        **promises_context(sight, reader, now=now),
        **notes_context(sight, reader, now=now),
    }


def range_context(
    sight: Sight,
    reader: User,
    standing: Standing,
    query: SellerQuery,
    stored: StoredSeries | None = None,
) -> dict[str, Any]:
    """The trajectory of the range that is asked for, with the notes that this reader may see."""
    seller = sight.seller
    key = query.asked_range()
    series = (stored or series_of(seller)).overall
    first = series.dates()[0] if len(series) else standing.as_of
    days = days_of_range(key, first, standing.as_of)
    return {
        "seller": seller,
        "standing": standing,
        "range": key,
        "ranges": range_options(seller, key, query.asked_gig()),
        "trajectory": trajectory_context(
            seller,
            series,
            days,
            moves=moves_of(seller).filter(day__gte=days.start, day__lt=days.end),
            observations=Observation.objects.filter(seller=seller, kind=Observation.Kind.SCORE),
            notes=notes_for(sight, reader),
            policy_file=current_policy_file(),
        ),
    }


def areas_context(
    seller: Seller, standing: Standing, query: SellerQuery, panel: DayPanel | None = None
) -> dict[str, Any]:
    """The six areas of all gigs that count, or of the one that is asked for."""
    gigs = gig_standings_of(standing)
    asked = query.asked_gig()
    chosen = next((row for row in gigs if row.gig_id == asked), None)
    panel = panel or day_panel(seller, standing.as_of, current_policy_file())
    areas = panel.overall if chosen is None else panel.gigs.get(chosen.gig_id, [])
    return {
        "seller": seller,
        "standing": standing,
        "range": query.asked_range(),
        "chosen_gig": chosen,
        "gig_options": gig_options(
            seller, gigs, chosen.gig_id if chosen else None, query.asked_range()
        ),
        "areas": area_rows(areas),
    }
