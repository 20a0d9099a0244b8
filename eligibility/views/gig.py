"""A gig's eligibility: every rule for promotion, two years of it, what the platform said."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from eligibility.advice import FORBIDDEN
from eligibility.pages.contexts import gig_findings
from eligibility.pages.gig import gig_page as page_of
from eligibility.pages.history_card import history_context
from eligibility.pages.outcomes import outcomes_context
from eligibility.pages.reading import read_seller
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Gig, Scope


@require_safe
@login_required
def gig_page(request: HttpRequest, seller_id: int, gig_id: int) -> HttpResponse:
    """The whole page, or the history that HTMX asks for."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    gig = get_object_or_404(Gig, seller=seller, pk=gig_id)
    context: dict[str, Any] = {"seller": seller, "gig": gig}
    reading = read_seller(seller)
    if reading is None:
        return render(request, "eligibility/gig.html", context)
    context |= history_context(request.GET, reading, gig)
    if wants_fragment(request, "history"):
        return render(request, "eligibility/_history.html", context)
    promotion = reading.standing.promotion_rules
    said = outcomes_context(seller, today=reading.as_of, gig=gig)
    known = gig_findings(reading, gig, said["unexplained"])
    context |= said | {
        "page": page_of(known, reading.reader(promotion, gig)),
        "stale": reading.standing.revision < seller.revision,
        "never": [kind.words for kind in FORBIDDEN],
    }
    return render(request, "eligibility/gig.html", context)
