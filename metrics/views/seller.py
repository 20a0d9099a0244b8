"""The page of one seller: where they stand, how it came, and what helps or hurts."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metrics.explain import fill_headline
from metrics.models import Move
from metrics.selectors import standing_of
from metrics.seller_context import areas_context, page_context, range_context
from metrics.seller_query import SellerQuery
from sellers.access import look_or_404, sight_in
from sellers.fragments import wants_fragment
from sellers.models import User
from sellers.visits import mark_visit


@require_safe
@login_required
def seller_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The whole page, or the part of it that HTMX asks for."""
    seller = look_or_404(request, seller_id)
    standing = standing_of(seller)
    if standing is None:
        return render(request, "metrics/seller/empty.html", {"seller": seller})
    query, sight, reader = SellerQuery(request.GET), sight_in(request), cast("User", request.user)
    if wants_fragment(request, "trajectory"):
        context = range_context(sight, reader, standing, query)
        return render(request, "metrics/seller/_trajectory.html", context)
    if wants_fragment(request, "areas"):
        context = areas_context(seller, standing, query)
        return render(request, "metrics/seller/_areas.html", context)
    now = timezone.now()
    context = page_context(sight, reader, standing, query, now=now)
    context["since"] = mark_visit(seller=seller, user=reader, as_of=standing.as_of, now=now)
    return render(request, "metrics/seller/seller.html", context)


@require_safe
@login_required
def move_reason(request: HttpRequest, seller_id: int, move_id: int) -> HttpResponse:
    """The sentence of cause of one move, for lists whose moves nobody has asked about yet."""
    seller = look_or_404(request, seller_id)
    move = get_object_or_404(Move.objects.select_related("seller"), seller=seller, pk=move_id)
    context = {"headline": fill_headline(move)}
    return render(request, "metrics/seller/_move_reason.html", context)
