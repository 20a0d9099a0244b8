"""A preview: the merge that would save an import, tried on copies, and what that does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from sellers.importing.copies import put_copies_in_front
from sellers.importing.merging import Touched, gather_staged, merge_staged, touched_sellers
from sellers.importing.outcome import Outcome
from sellers.importing.preview import duplicates_in, effect_of, sellers_part
from sellers.importing.standings import (
    FIRST_SELLERS,
    SellerShift,
    Standings,
    handles_of,
    shifts,
    standings_of,
)
from sellers.models import ImportBatch, Seller


def try_merge(batch: ImportBatch, *, watch: Callable[[], None]) -> tuple[Outcome, dict[str, Any]]:
    """Merge, and tell what that does; the caller's transaction has to be rolled back."""
    trial = _Trial(batch, watch)
    duplicates: dict[str, Any] = {}
    gather_staged(batch, look=lambda: duplicates.update(duplicates_in(batch)))
    put_copies_in_front()
    outcome = merge_staged(batch, watch=watch, locked=trial.look_before)
    watch()
    effect = effect_of(batch, duplicates)
    effect |= sellers_part(trial.shifts(outcome), len(trial.touched))
    effect["sellers_new"] = sum(seller.is_new for seller in trial.touched)
    effect["revisions"] = trial.revisions
    return outcome, effect


class _Trial:
    """What is shown of the sellers before and after."""

    def __init__(self, batch: ImportBatch, watch: Callable[[], None]) -> None:
        self.batch, self.watch, self.now = batch, watch, timezone.now()
        self.touched: Sequence[Touched] = ()
        self.before: Standings = {}
        self.revisions: dict[int, int] = {}

    @property
    def chosen(self) -> list[int]:
        """Those whose scores are worked out: all, or those with most rows."""
        ids = [seller.seller_id for seller in self.touched]
        return ids if self.batch.wants_all_scores else ids[:FIRST_SELLERS]

    def look_before(self) -> None:
        self.touched = touched_sellers()
        known = {seller.seller_id for seller in self.touched if not seller.is_new}
        self.revisions = dict(Seller.objects.filter(pk__in=known).values_list("pk", "revision"))
        self.before = standings_of(
            seller_ids=[pk for pk in self.chosen if pk in known],
            now=self.now,
            may_be_stored=True,
            watch=self.watch,
        )

    def shifts(self, outcome: Outcome) -> tuple[SellerShift, ...]:
        """Each chosen seller; of those whose facts stay, nothing has changed."""
        changed = {effect["seller_id"] for effect in outcome.of_changed_sellers()}
        after = standings_of(
            seller_ids=[pk for pk in self.chosen if pk in changed],
            now=self.now,
            may_be_stored=False,
            watch=self.watch,
        )
        return shifts(self.before, {**self.before, **after}, handles_of(self.chosen))
