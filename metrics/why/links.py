"""Addresses of the why page: everything that is asked stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from metrics.explanation import Explanation
from metrics.forms import UNDER, Question
from metrics.ledger_view import By

#: Order references by database id.
Refs = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the page: everything that is asked stands in them."""

    seller_id: int
    query: Mapping[str, str]

    def why(self, **changes: str | None) -> str:
        return f"{reverse('metrics:why', args=[self.seller_id])}?{self._encoded(changes)}"

    def csv(self) -> str:
        kept = ("from", "to", "known", *UNDER, "gig", "factor", "cause")
        dropped = {name: None for name in self.query if name not in kept}
        return f"{reverse('metrics:why_csv', args=[self.seller_id])}?{self._encoded(dropped)}"

    def order(self, ref: str | None) -> str | None:
        """The order's page; None for a reference that no address can hold."""
        try:
            return reverse("sellers:order", args=[self.seller_id, ref]) if ref else None
        except NoReverseMatch:
            return None

    def query_dict(self) -> QueryDict:
        return QueryDict(self._encoded({}))

    def _encoded(self, changes: Mapping[str, str | None]) -> str:
        query = {**self.query, **changes}
        return urlencode({name: value for name, value in query.items() if value})


def query_of(
    explanation: Explanation,
    question: Question,
    form_data: Mapping[str, Any],
    under: Sequence[str] = ("", ""),
) -> dict[str, str]:
    """The address's query with both days written out and nothing in it that does not hold."""
    asked = question.filter
    return {
        "from": explanation.before.day.isoformat(),
        "to": explanation.after.day.isoformat(),
        "known": explanation.known_day.isoformat() if explanation.known_day else "",
        **dict(zip(UNDER, under, strict=True)),
        "by": "" if question.by is By.CAUSE else question.by.value,
        "gig": str(form_data["gig"] or "") if asked.gig is not None else "",
        "factor": str(form_data["factor"] or "") if asked.area is not None else "",
        "cause": str(form_data["cause"] or "") if asked.cause is not None else "",
        "sort": question.sort_key,
        "lines": "all" if question.everything else "",
        "page": str(question.page) if question.everything and question.page > 1 else "",
    }
