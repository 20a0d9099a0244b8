"""What an import does to the numbers of apps that build on the facts, by the setting's hook.

``STANDING_STANDING_PREVIEW`` names a function that tells, from the facts as the current
transaction sees them and without writing anything, what would be shown of some sellers. This
app knows nothing of what it computes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from sellers.models import Seller

#: More sellers than this are not worked out for a preview; the numbers are there afterwards.
MOST_SELLERS = 200

#: What is shown of one seller. ``score`` (float) and ``displayed`` (int) are None while not
#: scored; other measures are words → words.
Shown = Mapping[str, Any]
Standings = Mapping[int, Shown]


@dataclass(frozen=True, slots=True)
class SellerShift:
    """One seller before and after; a side is empty where the seller is not there."""

    seller_id: int
    handle: str
    before: Shown
    after: Shown

    @property
    def is_new(self) -> bool:
        return not self.before

    @property
    def moves_display(self) -> bool:
        """Whether the displayed score would be another one."""
        return bool(self.before.get("displayed") != self.after.get("displayed"))

    def as_json(self) -> dict[str, Any]:
        return {
            "seller_id": self.seller_id,
            "handle": self.handle,
            "before": dict(self.before),
            "after": dict(self.after),
        }


def standings_of(*, seller_ids: Sequence[int], now: dt.datetime, may_be_stored: bool) -> Standings:
    """What is shown of these sellers, or would be if the transaction ended here.

    Parameters
    ----------
    may_be_stored : take stored results that are current; False where this transaction has
        changed facts
    """
    there = list(Seller.objects.filter(pk__in=seller_ids).values_list("pk", flat=True))
    path: str = getattr(settings, "STANDING_STANDING_PREVIEW", "")
    found: Standings = {}
    if path and there:
        hook: Callable[..., Standings] = import_string(path)
        found = hook(seller_ids=there, now=now, may_be_stored=may_be_stored)
    return {pk: found.get(pk, {}) for pk in there}


def shifts(
    before: Standings, after: Standings, handles: Mapping[int, str]
) -> tuple[SellerShift, ...]:
    """Every seller that is known at either side, by handle."""
    ids = sorted({*before, *after}, key=lambda pk: (handles.get(pk, ""), pk))
    return tuple(
        SellerShift(pk, handles.get(pk, ""), before.get(pk, {}), after.get(pk, {})) for pk in ids
    )


def handles_of(seller_ids: Sequence[int]) -> dict[int, str]:
    return dict(Seller.objects.filter(pk__in=seller_ids).values_list("pk", "handle"))
