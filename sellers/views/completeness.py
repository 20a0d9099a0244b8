"""How complete a seller's history is, and the platform's own counters to hold it against."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sellers.access import managed_or_404
from sellers.import_pages.completeness import completeness_page
from sellers.models import User
from sellers.note_forms import CountersForm
from sellers.services import note_counters


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def completeness(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Counters beside the platform's, gaps, and a form to note counters down."""
    seller = managed_or_404(request, seller_id)
    today = timezone.now().astimezone(seller.zone).date()
    form = CountersForm(request.POST or None, today=today)
    if request.method == "POST":
        form = CountersForm(request.POST, today=today)
        if form.is_valid():
            note_counters(
                seller=seller,
                author=cast("User", request.user),
                day=form.cleaned_data["day"],
                values=form.values(),
            )
            messages.success(request, "Noted. The counts are compared up to that day.")
            return redirect("sellers:completeness", seller.pk)
    found = completeness_page(seller=seller, today=today)
    context = {"seller": seller, "form": form, "completeness": found}
    status = 422 if form.errors else 200
    return render(request, "sellers/imports/completeness.html", context, status=status)
