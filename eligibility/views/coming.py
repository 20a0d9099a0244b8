"""Coming levels and promoted gigs: parts of the page "what next", and a page of their own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from eligibility.coming.page import coming_context
from eligibility.coming.scenario import scenario_context
from metrics.forecasting.ground import ground_of
from metrics.selectors import standing_of
from metrics.what_next.scenario_form import ScenarioForm
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope


@require_safe
@login_required
def coming(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The page, or with HTMX the forecast or the answer to a scenario alone."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    standing = standing_of(seller)
    if standing is None:
        return render(request, "eligibility/coming/empty.html", {"seller": seller})
    ground = ground_of(seller, standing.as_of)
    if wants_fragment(request, "coming-standing"):
        return render(request, "eligibility/coming/_forecast.html", coming_context(ground))
    context = scenario_context(ground, ScenarioForm(request.GET, ground))
    status = 422 if context.get("refused") else 200
    if wants_fragment(request, "scenario-standing"):
        return render(request, "eligibility/coming/_scenario.html", context, status=status)
    crumbs = [
        {"label": "Sellers", "url": reverse("sellers:roster")},
        {"label": seller.handle, "url": reverse("metrics:seller", args=[seller.pk])},
        {"label": "What next", "url": reverse("metrics:next", args=[seller.pk])},
    ]
    context |= {**coming_context(ground), "crumbs": crumbs, "score": standing}
    return render(request, "eligibility/coming/page.html", context, status=status)
