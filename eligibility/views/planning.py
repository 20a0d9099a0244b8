"""Plans to levels and promoted gigs, and what can go wrong: parts of "what next", and a page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from eligibility.coming.judging import known_of
from eligibility.planning.page import budget_context, plan_context
from metrics.forecasting.ground import ground_of
from metrics.selectors import standing_of
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope


@require_safe
@login_required
def planning(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The page, or with HTMX the plan or the budget alone."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    standing = standing_of(seller)
    if standing is None:
        return render(request, "eligibility/planning/empty.html", {"seller": seller})
    ground = ground_of(seller, standing.as_of)
    known = known_of(ground)
    if wants_fragment(request, "entitlement-budget"):
        return render(request, "eligibility/planning/_budget.html", budget_context(ground, known))
    context = plan_context(ground, known, request.GET)
    status = 422 if context["form"].errors else 200
    if wants_fragment(request, "entitlement-plan"):
        return render(request, "eligibility/planning/_plan.html", context, status=status)
    crumbs = [
        {"label": "Sellers", "url": reverse("sellers:roster")},
        {"label": seller.handle, "url": reverse("metrics:seller", args=[seller.pk])},
        {"label": "What next", "url": reverse("metrics:next", args=[seller.pk])},
    ]
    context |= {**budget_context(ground, known), "crumbs": crumbs, "score": standing}
    return render(request, "eligibility/planning/page.html", context, status=status)
