"""Spans as rows, to hold what was forecast against what is stored later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eligibility.computing import Judged
from eligibility.models import LevelSpan, RuleSpan
from eligibility.results import LEVEL_COLUMNS, RULE_COLUMNS, Stamp, level_rows, rule_rows

Rows = set[tuple[Any, ...]]


def rows_of(judged: Judged) -> Rows:
    """Spans as they would be stored."""
    stamps = {pk: Stamp("", "", 0, "", "", date.min) for pk in judged.read.seller_ids.tolist()}
    return {*rule_rows(judged, stamps).new, *level_rows(judged, stamps).new}


def stored_rows(seller_ids: Sequence[int]) -> Rows:
    """The spans that are stored of these sellers."""
    of = {"seller__in": seller_ids}
    return {
        *RuleSpan.objects.filter(**of).values_list(*RULE_COLUMNS),
        *LevelSpan.objects.filter(**of).values_list(*LEVEL_COLUMNS),
    }
