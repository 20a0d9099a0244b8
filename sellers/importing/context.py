"""What a batch knows while its rows are checked: sellers, zones, rates, the plausible span."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sellers.importing.batches import stored_path
from sellers.importing.problems import FileProblemError
from sellers.models import ImportBatch, ImportFile, Seller
from sellers.money import RateTable

EARLIEST = dt.date(2005, 1, 1)
#: Planned days (due times) may lie ahead by so much.
DAYS_AHEAD = 366

SellerKey = tuple[str, str]  # platform, handle


@dataclass(frozen=True, slots=True)
class KnownSeller:
    zone: str
    currency: str
    keeps_buyer_names: bool
    keeps_review_text: bool


@dataclass
class Context:
    """Facts that checks need. ``new_zones`` are the zones that the files name for sellers."""

    batch: ImportBatch
    as_of: dt.date
    currencies: frozenset[str]
    #: The only seller that may be written to, if the batch is restricted.
    only: SellerKey | None
    #: Where files lie that were not uploaded, by ``ImportFile`` id.
    paths: Mapping[int, Path] = field(default_factory=dict)
    new_zones: dict[SellerKey, set[str]] = field(default_factory=dict)
    sellers: dict[SellerKey, KnownSeller | None] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: ImportBatch, paths: Mapping[int, Path] | None = None) -> Context:
        only = (batch.seller.platform, batch.seller.handle) if batch.seller else None
        # The day of upload, not of the run: a second attempt must judge alike.
        as_of = batch.created_at.date()
        return cls(batch, as_of, RateTable.load().currencies, only, paths or {})

    @property
    def latest(self) -> dt.date:
        return self.as_of + dt.timedelta(days=DAYS_AHEAD)

    def path_of(self, file: ImportFile) -> Path:
        return self.paths.get(file.pk) or stored_path(file)

    def look_up(self, keys: Iterable[SellerKey]) -> None:
        """Fetch the sellers of a block that were not met before, in one query."""
        fresh = {key for key in keys if key not in self.sellers}
        if not fresh:
            return
        # A name with a NUL is nobody's, and PostgreSQL would refuse the question.
        handles = {handle for _, handle in fresh if "\x00" not in handle}
        found = Seller.objects.filter(handle__in=handles)
        known = {
            (seller.platform, seller.handle): KnownSeller(
                seller.time_zone,
                seller.currency,
                seller.keeps_buyer_names,
                seller.keeps_review_text,
            )
            for seller in found
        }
        self.sellers.update({key: known.get(key) for key in fresh})

    def zone(self, key: SellerKey) -> str:
        """The zone of a seller: its own, else the one its file names, else the batch's."""
        known = self.sellers.get(key)
        if known is not None:
            return known.zone
        named = self.new_zones.get(key)
        return min(named) if named else self.batch.time_zone

    def currency(self, key: SellerKey) -> str:
        known = self.sellers.get(key)
        return known.currency if known is not None else ""

    def keeps_words(self, key: SellerKey) -> bool:
        """Whether what buyers wrote to this seller is kept."""
        known = self.sellers.get(key)
        return self.batch.keeps_review_text and (known is None or known.keeps_review_text)

    def keeps_names(self, key: SellerKey) -> bool:
        """Whether the names of this seller's buyers are kept."""
        known = self.sellers.get(key)
        return known is not None and known.keeps_buyer_names

    def require_some_seller(self, columns: Iterable[str]) -> None:
        if self.only is None and "seller" not in columns:
            raise FileProblemError(
                "The file has no column “seller”, and no seller was chosen for the import. "
                "Add the column, or choose the seller."
            )
