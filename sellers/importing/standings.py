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

#: A preview works out so many sellers, those with most rows first, unless asked for all.
FIRST_SELLERS = 200
#: So many are worked out at once: it takes memory for the facts of all of them.
_AT_ONCE = 200

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

    @property
    def moves(self) -> bool:
        """Whether anything that is shown would be another thing."""
        return self.before != self.after

    @property
    def rank(self) -> tuple[bool, bool, float, str]:
        """Displayed moves first, then by size; last those of whom nothing moves."""
        before, after = self.before.get("score"), self.after.get("score")
        size = abs(after - before) if before is not None and after is not None else 100.0
        return (not self.moves, not self.moves_display, -size, self.handle)

    def as_json(self) -> dict[str, Any]:
        return {
            "seller_id": self.seller_id,
            "handle": self.handle,
            "before": dict(self.before),
            "after": dict(self.after),
        }


def standings_of(
    *,
    seller_ids: Sequence[int],
    now: dt.datetime,
    may_be_stored: bool,
    watch: Callable[[], None] = lambda: None,
) -> Standings:
    """What is shown of these sellers, or would be if the transaction ended here.

    Parameters
    ----------
    watch : called now and then; may raise to stop
    may_be_stored : take stored results that are current; False where this transaction has
        changed facts
    """
    path: str = getattr(settings, "STANDING_STANDING_PREVIEW", "")
    found: dict[int, Shown] = {}
    for first in range(0, len(seller_ids), _AT_ONCE):
        some = seller_ids[first : first + _AT_ONCE]
        there = list(Seller.objects.filter(pk__in=some).values_list("pk", flat=True))
        found |= {pk: {} for pk in there}
        if path and there:
            watch()
            hook: Callable[..., Standings] = import_string(path)
            found |= hook(seller_ids=there, now=now, may_be_stored=may_be_stored)
    return found


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
