"""The context of the why page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from metrics.engine.ledger import NONE
from metrics.explanation import Explanation
from metrics.forms import Question
from metrics.ledger_view import Group, Selection, groups_of, select
from metrics.why.breakdown import breakdown_of
from metrics.why.checked import checked_of, glossary_of
from metrics.why.hero import hero_of
from metrics.why.links import Links, Refs
from metrics.why.table import ledger_of
from metrics.words import unsigned


def shown_orders(
    groups: Sequence[Group], explanation: Explanation, selection: Selection
) -> set[int]:
    """Database ids of every order that the page names."""
    named = {group.order for group in groups if group.order is not None}
    return named | (set(explanation.about[selection.shown].tolist()) - {NONE})


def context_of(
    explanation: Explanation,
    question: Question,
    *,
    platform: str,
    links: Links,
    read_refs: Callable[[set[int]], Refs],
) -> dict[str, Any]:
    """Everything that the templates of the page need of an explanation."""
    context: dict[str, Any] = {
        "explanation": explanation,
        "hero": hero_of(explanation, platform),
        "checked": checked_of(explanation),
        "links": links,
        "permalink": links.why(),
        "csv_url": links.csv(),
        "has_ledger": explanation.change is not None,
        "base": None if explanation.start is None else unsigned(explanation.start),
    }
    if explanation.change is None:
        return context
    groups = groups_of(explanation, question.by)
    selection = select(
        explanation,
        question.filter,
        sort=question.sort,
        descending=question.descending,
        everything=question.everything,
        page=question.page,
    )
    refs = read_refs(shown_orders(groups, explanation, selection))
    return {
        **context,
        "breakdown": breakdown_of(explanation, question, groups, refs, links),
        "ledger": ledger_of(explanation, question, selection, refs, links),
        "glossary": glossary_of(explanation),
        "sort": question.sort_key,
        "filtered": question.filter.is_on,
    }
