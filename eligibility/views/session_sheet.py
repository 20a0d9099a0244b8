"""The session sheet: one printable page about a seller for a conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from eligibility.session_sheet.sheet import PERIOD_DAYS, sheet_of
from metrics.forms import DaysForm
from metrics.selectors import standing_of
from sellers.access import look_or_404, sight_in
from sellers.models import User


@require_safe
@login_required
def session_sheet(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The sheet of the days that are asked for; of the last thirty if none are."""
    seller = look_or_404(request, seller_id)
    standing = standing_of(seller)
    context: dict[str, Any] = {"seller": seller, "standing": standing}
    if standing is None:
        return render(request, "eligibility/session_sheet/page.html", context)
    last = standing.as_of
    days = DaysForm(request.GET, today=last, default=(last - timedelta(days=PERIOD_DAYS), last))
    context |= {"days": days, "periods": (7, 30, 90)}
    if not days.is_valid():
        return render(request, "eligibility/session_sheet/page.html", context, status=422)
    reader = cast("User", request.user)
    sheet = sheet_of(
        sight_in(request), reader, standing, days.days, request.GET, now=timezone.now()
    )
    context |= {"sheet": sheet, **sheet.plan}
    status = 422 if sheet.plan["plan_form"].errors else 200
    return render(request, "eligibility/session_sheet/page.html", context, status=status)
