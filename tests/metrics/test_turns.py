"""One seller's error does not hold up the others; what ends a whole turn does."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from metrics.turns import for_each_seller


class Steps:
    """Notes who was looked after, and raises for one of them."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.done: list[int] = []

    def __call__(self, seller_id: int) -> None:
        if seller_id == 2:
            raise self.error
        self.done.append(seller_id)


def test_the_sellers_after_a_broken_one_have_their_turn(caplog: pytest.LogCaptureFixture) -> None:
    steps = Steps(ZeroDivisionError("of this seller's data"))
    for_each_seller([1, 2, 3], steps, "Forecasts were not kept")
    assert steps.done == [1, 3]
    assert "Forecasts were not kept: seller 2" in caplog.text
    assert "of this seller's data" in caplog.text


@pytest.mark.parametrize("error", [OperationalError("gone"), SoftTimeLimitExceeded()])
def test_what_is_no_sellers_fault_ends_the_turn(error: Exception) -> None:
    steps = Steps(error)
    with pytest.raises(type(error)):
        for_each_seller([1, 2, 3], steps, "Forecasts were not kept")
    assert steps.done == [1]
