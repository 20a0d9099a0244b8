"""Open orders by what is at stake: a page, and a part of "what next"."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from eligibility.coming.judging import known_of
from eligibility.planning.open_orders import open_context
from metrics.forecasting.ground import ground_of
from metrics.selectors import standing_of
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope


@require_safe
@login_required
def open_orders(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The page, or with HTMX the list, or its first rows."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    standing = standing_of(seller)
    if standing is None:
        return render(request, "eligibility/open_orders/empty.html", {"seller": seller})
    ground = ground_of(seller, standing.as_of)
    context = open_context(ground, known_of(ground), request.GET, now=timezone.now())
    if wants_fragment(request, "open-orders-few"):
        return render(request, "eligibility/open_orders/_few.html", context)
    status = 422 if context["form"].errors else 200
    if wants_fragment(request, "open-orders"):
        return render(request, "eligibility/open_orders/_list.html", context, status=status)
    context["score"] = standing
    context["crumbs"] = [
        {"label": "Sellers", "url": reverse("sellers:roster")},
        {"label": seller.handle, "url": reverse("metrics:seller", args=[seller.pk])},
        {"label": "What next", "url": reverse("metrics:next", args=[seller.pk])},
    ]
    return render(request, "eligibility/open_orders/page.html", context, status=status)
