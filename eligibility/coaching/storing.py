"""Puts coming losses in the place of the stored ones, and proves that they are true.

Part of the recompute of eligibility, in its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from eligibility.coaching.foresight import look_ahead
from eligibility.coaching.losses import coming_losses
from eligibility.computing import SELLERS_AT_ONCE
from eligibility.facts import ReadFacts, read_eligibility_facts
from eligibility.models import ComingLoss, EligibilityStanding
from eligibility.rule_files import rule_sets
from eligibility.rules.types import RuleSet
from metrics.engine.days import day_number
from metrics.policy_files import current_policy_file
from sellers.models import Seller

#: Not compared: the row's own number.
_NOT_COMPARED = "id"


def replace_losses(read: ReadFacts, sets: tuple[RuleSet, ...]) -> None:
    """Look ahead for a batch that has just been judged. The caller owns the transaction."""
    rows = list(coming_losses(look_ahead(read, sets, current_policy_file())))
    ComingLoss.objects.filter(seller__in=read.seller_ids.tolist()).delete()
    ComingLoss.objects.bulk_create(rows)


def check_losses(seller_ids: Sequence[int]) -> Iterator[str]:
    """Differences between stored and recomputed, each a sentence; none when all is equal.

    One of the checks of ``manage.py check_recompute`` (setting ``STANDING_RECOMPUTE_CHECKS``).
    """
    ordered = Seller.objects.filter(pk__in=seller_ids).order_by("platform", "pk")
    for platform, sellers in groupby(ordered, key=lambda seller: seller.platform):
        ids = [seller.pk for seller in sellers]
        for start in range(0, len(ids), SELLERS_AT_ONCE):
            yield from _check_batch(platform, ids[start : start + SELLERS_AT_ONCE])


def _check_batch(platform: str, ids: Sequence[int]) -> Iterator[str]:
    standings = EligibilityStanding.objects.filter(seller__in=ids)
    last_days = {one.seller_id: day_number(one.as_of) for one in standings}
    if not last_days:
        return
    read = read_eligibility_facts(last_days)
    ahead = look_ahead(read, rule_sets(platform), current_policy_file())
    found = {_told(row) for row in coming_losses(ahead)}
    stored = {_told(row) for row in ComingLoss.objects.filter(seller__in=last_days)}
    for seller_id, told in sorted(found ^ stored):
        where = "stored" if (seller_id, told) in stored else "recomputed"
        yield f"seller {seller_id}: a coming loss is only {where}: {told}"


def _told(row: ComingLoss) -> tuple[int, str]:
    """Everything that a row says, in a form that compares."""
    names = [one.attname for one in ComingLoss._meta.concrete_fields if one.name != _NOT_COMPARED]
    values = {name: getattr(row, name) for name in names}
    values["steps"] = [list(step) for step in row.steps]
    values["kind"] = int(row.kind)
    return row.seller_id, repr(values)
