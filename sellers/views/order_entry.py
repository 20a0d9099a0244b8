"""One order entered by hand."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sellers.access import managed_or_404, may_import, sellers_visible_to
from sellers.entry_forms import OrderForm
from sellers.importing.decisions import preview_batch
from sellers.importing.drafts import start_draft
from sellers.models import User
from sellers.row_numbers import row_number


@require_safe
@login_required
def choose_seller(request: HttpRequest) -> HttpResponse:
    """For whom an order is entered; with ``?seller=`` or only one choice, straight to the form."""
    if not may_import(request.user):
        raise Http404
    sellers = list(sellers_visible_to(request.user))
    asked = row_number(request.GET.get("seller", ""))
    chosen = sellers if asked is None else [one for one in sellers if one.pk == asked]
    if asked is not None and not chosen:
        raise Http404
    if len(chosen) == 1:
        return redirect("sellers:order_entry", chosen[0].pk)
    return render(request, "sellers/imports/choose_seller.html", {"sellers": sellers})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def enter_order(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The form of one order; what it holds goes the way of every import."""
    seller = managed_or_404(request, seller_id)
    form = OrderForm(request.POST or None, seller=seller, now=timezone.now())
    if request.method == "POST":
        form = OrderForm(request.POST, seller=seller, now=timezone.now())
        if form.is_valid():
            user = cast("User", request.user)
            batch = start_draft(files=form.new_files(), created_by=user, seller=seller)
            preview_batch(batch_id=batch.pk)
            return redirect("sellers:import_check", batch.pk)
    context = {"seller": seller, "form": form}
    status = 422 if form.errors else 200
    return render(request, "sellers/imports/order_entry.html", context, status=status)
