"""Proves that stored spans are what the facts and rules give: judge in memory and compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone

from eligibility.computing import SELLERS_AT_ONCE, Judged, judge_sellers, rules_key
from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.results import (
    LEVEL_COLUMNS,
    RULE_COLUMNS,
    Stamp,
    level_rows,
    rule_rows,
    standing_row,
)
from eligibility.rule_files import rule_sets
from eligibility.rules import RULES_VERSION
from metrics.engine.days import day_number
from metrics.models import Standing
from sellers.models import Seller

#: Not compared: when it was computed, and the row's own number.
_NOT_COMPARED = ("id", "computed_at")


def check_eligibility(seller_ids: Sequence[int]) -> Iterator[str]:
    """Differences between stored and recomputed, each a sentence; none when all is equal.

    Every seller is judged to the day that its stored standing names. One of the checks of
    ``manage.py check_recompute`` (setting ``STANDING_RECOMPUTE_CHECKS``).
    """
    ordered = Seller.objects.filter(pk__in=seller_ids).order_by("platform", "pk")
    for platform, sellers in groupby(ordered, key=lambda seller: seller.platform):
        ids = [seller.pk for seller in sellers]
        for start in range(0, len(ids), SELLERS_AT_ONCE):
            yield from _check_batch(platform, ids[start : start + SELLERS_AT_ONCE])


def _check_batch(platform: str, ids: Sequence[int]) -> Iterator[str]:
    sets = rule_sets(platform)
    standings = {s.seller_id: s for s in EligibilityStanding.objects.filter(seller__in=ids)}
    scores = {s.seller_id: s for s in Standing.objects.filter(seller__in=ids)}
    yield from (f"seller {pk}: no eligibility is stored" for pk in ids if pk not in standings)
    both = [pk for pk in ids if pk in standings and pk in scores]
    if not both:
        return
    judged = judge_sellers({pk: day_number(standings[pk].as_of) for pk in both}, sets)
    stamps = {pk: _stamp(scores[pk], rules_key(sets)) for pk in both}
    for model, columns, rows in (
        (RuleSpan, RULE_COLUMNS, rule_rows(judged, stamps).new),
        (LevelSpan, LEVEL_COLUMNS, level_rows(judged, stamps).new),
    ):
        yield from _span_differences(model, columns, both, rows)
    yield from _standing_differences(judged, stamps, standings)


def _stamp(score: Standing, rules: str) -> Stamp:
    return Stamp(rules, RULES_VERSION, score.revision, score.policy, score.engine_version, date.min)


def _span_differences(
    model: type[RuleSpan] | type[LevelSpan],
    columns: Mapping[str, str],
    ids: Sequence[int],
    rows: Sequence[tuple[Any, ...]],
) -> Iterator[str]:
    stored = set(model.objects.filter(seller__in=ids).values_list(*columns))
    differs = sorted(stored ^ set(rows), key=str)
    by_seller: dict[int, list[tuple[Any, ...]]] = {}
    for row in differs:
        by_seller.setdefault(row[0], []).append(row)
    for seller_id, of_seller in by_seller.items():
        where = "stored" if of_seller[0] in stored else "recomputed"
        yield (
            f"seller {seller_id}: {len(of_seller)} {model._meta.verbose_name}s differ, the first"
            f" is only {where}: {of_seller[0][1:]}"
        )


def _standing_differences(
    judged: Judged, stamps: Mapping[int, Stamp], standings: Mapping[int, EligibilityStanding]
) -> Iterator[str]:
    names = [
        field.attname
        for field in EligibilityStanding._meta.concrete_fields
        if field.name not in _NOT_COMPARED
    ]
    for now in judged.standings():
        found = standing_row(now, judged, stamps[now.seller_id], timezone.now())
        stored = standings[now.seller_id]
        for name in names:
            was, is_now = getattr(stored, name), getattr(found, name)
            if was != is_now:
                yield (
                    f"seller {now.seller_id}: eligibility {name} stored {was}, recomputed {is_now}"
                )
