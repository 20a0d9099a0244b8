"""The own pace is worked out once for the same facts, and without a cache as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as NoRedis

from metrics.engine.pace import Draws, PaceBand, deal
from metrics.forecasting import own_pace as subject
from metrics.forecasting.ground import ground_of
from metrics.forecasting.own_pace import own_draws, own_pace
from metrics.services import recompute_sellers
from sellers.models import Seller
from tests.builders import NOW, a_history, a_review, a_seller, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TODAY = NOW.date()
LAST = TODAY + timedelta(days=60)


@pytest.fixture
def seller() -> Seller:
    seller = a_seller()
    a_history(seller, orders=8)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


@pytest.fixture
def dealt(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many draws were dealt, call by call."""
    calls: list[int] = []

    def counted(*args: Any, **asked: Any) -> Draws:
        found = deal(*args, **asked)
        calls.append(len(found.score))
        return found

    monkeypatch.setattr(subject, "deal", counted)
    return calls


def band_of(seller: Seller) -> PaceBand:
    found = own_pace(ground_of(seller, TODAY), LAST)
    assert isinstance(found, PaceBand)
    return found


def test_the_band_is_dealt_once_for_the_same_facts(seller: Seller, dealt: list[int]) -> None:
    first, again = band_of(seller), band_of(seller)
    assert dealt == [200]
    np.testing.assert_array_equal(first.score, again.score)
    gig = seller.gigs.get()
    a_review(an_order(gig, NOW - timedelta(days=12)), 1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert band_of(seller).orders == first.orders + 1
    assert dealt == [200, 200]


def test_without_a_cache_the_band_is_the_same(
    seller: Seller, dealt: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = band_of(seller)

    def away(*args: Any) -> None:
        raise NoRedis("no server")

    monkeypatch.setattr(cache, "get", away)
    np.testing.assert_array_equal(band_of(seller).score, first.score)
    assert dealt == [200, 200]


def test_fewer_draws_are_the_first_ones_of_more(seller: Seller) -> None:
    ground = ground_of(seller, TODAY)
    few, more = own_draws(ground, LAST, 5), own_draws(ground, LAST, 12)
    assert isinstance(few, tuple)
    assert isinstance(more, tuple)
    np.testing.assert_array_equal(few[1].cards, more[1].cards[:5])
    np.testing.assert_array_equal(few[1].score, more[1].score[:5])
