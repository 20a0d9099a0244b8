"""A seller's eligibility: the level, every rule of it, and which gigs can be promoted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eligibility.advice import FORBIDDEN
from eligibility.outcomes import compare
from eligibility.pages.contexts import seller_findings
from eligibility.pages.history_card import history_context
from eligibility.pages.outcomes import unexplained_words
from eligibility.pages.reading import read_seller
from eligibility.pages.seller import seller_page as page_of
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope


@require_safe
@login_required
def seller_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The whole page, or the history that HTMX asks for."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    context: dict[str, Any] = {"seller": seller}
    reading = read_seller(seller)
    if reading is not None:
        context |= history_context(request.GET, reading)
        if wants_fragment(request, "history"):
            return render(request, "eligibility/_history.html", context)
        known = seller_findings(reading, unexplained_words(compare([seller])))
        context |= {
            "page": page_of(known, reading.reader(reading.standing.level_rules)),
            "stale": reading.standing.revision < seller.revision,
            "never": [kind.words for kind in FORBIDDEN],
        }
    return render(request, "eligibility/seller.html", context)
