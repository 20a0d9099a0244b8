"""Background jobs, for admins: what ran, what runs, what failed and why."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from metrics.models import Run
from metrics.services import UNFINISHED, sellers_out_of_date, start_run
from sellers.access import admin_or_404
from sellers.fragments import wants_fragment
from sellers.models import Seller, User

RUNS_A_PAGE = 50


@require_GET
@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """The newest runs; the table renews itself while one is unfinished."""
    admin_or_404(request.user)
    found = Run.objects.select_related("seller", "requested_by")
    page = Paginator(found, RUNS_A_PAGE).get_page(request.GET.get("page"))
    ctx = {
        "page": page,
        "under_way": any(run.state in UNFINISHED for run in page),
        "out_of_date": sellers_out_of_date(timezone.now()).count(),
    }
    part = wants_fragment(request, "_runs")
    return render(request, "metrics/runs/_runs.html" if part else "metrics/runs/page.html", ctx)


@require_POST
@login_required
def recompute_everything(request: HttpRequest) -> HttpResponse:
    """Queue every seller, from scratch."""
    admin_or_404(request.user)
    run = start_run(
        kind=Run.Kind.RECOMPUTE_ALL,
        seller_ids=list(Seller.objects.order_by("pk").values_list("pk", flat=True)),
        requested_by=cast("User", request.user),
        from_scratch=True,
    )
    messages.success(request, f"Run {run.pk} recomputes {run.sellers_total} sellers.")
    return redirect("metrics:runs")
