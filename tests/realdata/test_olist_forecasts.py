"""Real histories: what the forecast says is what a recompute finds later, for every seller."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from metrics.engine.days import day_number
from metrics.forecasting.ground import ground_of
from metrics.forecasting.quiet import QuietForecast, quiet_forecast
from metrics.models import Standing
from metrics.selectors import series_of
from metrics.series import DailySeries
from metrics.services import recompute_sellers
from sellers.models import Seller
from tests.realdata.olist import EXPORTS, TIME_ZONE, load_export
from tests.sellers.importing.files import import_files

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]

#: A month after the last order of the exports, and when the forecasts are held to what came.
NOW = datetime(2018, 11, 20, 12, tzinfo=UTC)
AHEAD = timedelta(days=400)


@pytest.fixture
def sellers(realdata: Path, tmp_path: Path) -> list[Seller]:
    """Every seller of all three exports."""
    exports = [load_export(realdata / "olist" / name) for name in EXPORTS]
    import_files(
        tmp_path,
        orders=[export.orders_csv() for export in exports],
        reviews=[export.reviews_csv() for export in exports if export.reviews],
        time_zone=TIME_ZONE,
    )
    return list(Seller.objects.order_by("pk"))


def test_the_forecast_of_every_real_seller_comes_true(sellers: list[Seller]) -> None:
    assert len(sellers) > 2_000
    today, later = NOW.date(), (NOW + AHEAD).date()
    said = {seller.pk: quiet_forecast(ground_of(seller, today), later) for seller in sellers}
    recompute_sellers(seller_ids=list(said), now=NOW + AHEAD)
    scored = 0
    for seller in sellers:
        stored, forecast = series_of(seller), said[seller.pk]
        scored += _assert_same(forecast.overall, stored.overall, forecast)
        for gig, series in stored.gigs.items():
            _assert_same(forecast.gigs[gig], series, forecast)
        standing = Standing.objects.get(seller=seller)
        rating = forecast.rating.on(day_number(standing.as_of))
        assert (rating.mean, rating.count) == (standing.rating, standing.rating_reviews)
    assert scored > 100_000


def _assert_same(said: DailySeries, stored: DailySeries, forecast: QuietForecast) -> int:
    """Equal on every day after the forecast; returns the number of days with a value."""
    came = stored.between(forecast.today, forecast.last_day + timedelta(days=1))
    np.testing.assert_array_equal(said.statuses, came.statuses)
    np.testing.assert_allclose(said.values, came.values, atol=1e-9, rtol=0)
    return int((~np.isnan(came.values)).sum())
