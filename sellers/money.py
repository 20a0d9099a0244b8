"""Amounts in US dollars through the dated table of exchange rates.

The rate of a day is the latest one dated on or before it; for days before the first rate of
a currency, that first one. Nothing is ever fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sellers.models import ExchangeRate


@dataclass(frozen=True)
class RateTable:
    """All known rates: per currency ascending days and the dollars for one unit from then."""

    days: dict[str, NDArray[np.datetime64]]
    rates: dict[str, list[Decimal]]

    @classmethod
    def load(cls) -> RateTable:
        days: dict[str, list[dt.date]] = {}
        rates: dict[str, list[Decimal]] = {}
        rows = ExchangeRate.objects.order_by("currency", "day")
        for currency, day, rate in rows.values_list("currency", "day", "usd_per_unit"):
            days.setdefault(currency, []).append(day)
            rates.setdefault(currency, []).append(rate)
        # The dollar needs no table: it is what everything is measured in.
        days["USD"], rates["USD"] = [dt.date(1970, 1, 1)], [Decimal(1)]
        return cls({c: np.array(of, "datetime64[D]") for c, of in days.items()}, rates)

    @property
    def currencies(self) -> frozenset[str]:
        return frozenset(self.rates)

    def usd_per_unit(self, currency: str, day: dt.date) -> Decimal | None:
        """Dollars for one unit on that day; None for a currency without any rate."""
        if currency not in self.rates:
            return None
        at = np.searchsorted(self.days[currency], np.datetime64(day, "D"), side="right")
        return self.rates[currency][max(int(at) - 1, 0)]

    def to_usd(
        self,
        amounts: NDArray[np.float64],
        currencies: Sequence[str] | NDArray[np.str_] | NDArray[np.object_],
        days: NDArray[np.datetime64],
    ) -> NDArray[np.float64]:
        """Amounts in dollars, for weights and thresholds.

        Parameters
        ----------
        amounts : shape (n,), NaN where unknown
        currencies : n ISO 4217 codes
        days : shape (n,), ``datetime64[D]``, the day whose rate counts

        Returns
        -------
        shape (n,); NaN where the amount is unknown or the currency has no rate.
        """
        codes = np.asarray(currencies, dtype=str)
        usd = np.full(len(amounts), np.nan)
        for code in np.unique(codes):
            if code not in self.rates:
                continue
            of_code = codes == code
            at = np.searchsorted(self.days[code], days[of_code], side="right") - 1
            rates = np.array([float(rate) for rate in self.rates[code]])
            usd[of_code] = amounts[of_code] * rates[np.maximum(at, 0)]
        return usd
