"""Real histories through the whole path: every larger seller has a trajectory, every move sums."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db.models import Count

from metrics.checking import check_sellers
from metrics.engine import reference
from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.fact_columns import evidence_items
from metrics.explain import Explainer
from metrics.facts import read_facts
from metrics.models import Move, Standing
from metrics.policy_files import current_policy_file
from metrics.series import gig_series, seller_series
from metrics.services import recompute_sellers
from sellers.models import Seller
from tests.realdata.olist import EXPORTS, TIME_ZONE, load_export
from tests.sellers.importing.files import import_files

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]

#: A month after the last order of the exports.
NOW = datetime(2018, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def larger_sellers(realdata: Path, tmp_path: Path) -> list[Seller]:
    """All three exports imported and computed; the sellers with 20 orders and more."""
    exports = [load_export(realdata / "olist" / name) for name in EXPORTS]
    import_files(
        tmp_path,
        orders=[export.orders_csv() for export in exports],
        reviews=[export.reviews_csv() for export in exports if export.reviews],
        time_zone=TIME_ZONE,
    )
    every = list(Seller.objects.order_by("pk").values_list("pk", flat=True))
    assert len(every) > 2_000
    assert recompute_sellers(seller_ids=every, now=NOW) == len(every)
    return list(Seller.objects.annotate(n=Count("orders")).filter(n__gte=20).order_by("pk"))


def test_trajectories_moves_and_ledgers_of_real_sellers(larger_sellers: list[Seller]) -> None:
    assert len(larger_sellers) > 200
    moves = 0
    for seller in larger_sellers:
        series = seller_series(seller)
        assert len(series) > 0, f"{seller}: no trajectory"
        scored = series.values[~np.isnan(series.values)]
        assert ((scored >= 1) & (scored <= 10)).all()
        assert set(gig_series(seller)) <= set(seller.gigs.values_list("pk", flat=True))
        explainer = Explainer(seller)
        for move in Move.objects.filter(seller=seller):
            found = explainer.explain(start=move.day - timedelta(days=1), end=move.day)
            assert found.before.displayed == move.displayed_before
            assert found.after.displayed == move.displayed_after
            if found.change is None:
                continue  # the score disappeared: there is a reason instead of a sum
            if move.score_before is not None and move.score_after is not None:
                change = move.score_after - move.score_before
                assert found.change == pytest.approx(change, abs=1e-9)
            assert abs(math.fsum(found.lines.amount.tolist()) - found.change) <= 1e-10
            moves += 1
    assert moves > 500
    _stored_equals_reference(larger_sellers[::25])
    assert list(check_sellers([seller.pk for seller in larger_sellers])) == []


def _stored_equals_reference(sellers: list[Seller]) -> None:
    """Plain Python over the same facts, on the last day and a year before it."""
    policy = current_policy_file().policy()
    for seller in sellers:
        facts = read_facts([seller.pk])
        items = evidence_items(evidence_of_columns(facts.orders, facts.reviews, policy))
        standing = Standing.objects.get(seller=seller)
        for day in (standing.as_of, standing.as_of - timedelta(days=365)):
            expected = reference.seller_state(items, day_number(day), policy).score
            stored = seller_series(seller).value_on(day)
            assert (stored is None) == (expected is None)
            if expected is not None:
                assert stored == pytest.approx(expected, abs=1e-9)
