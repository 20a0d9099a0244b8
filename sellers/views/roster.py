"""The first page: the sellers one may see, those who lost something lately on top."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sellers.access import is_admin, may_import, sellers_shown_to
from sellers.access.looks import note_roster
from sellers.filters import RosterQuery
from sellers.fragments import wants_fragment
from sellers.selectors import roster

ROWS = 50


@require_safe
@login_required
def roster_page(request: HttpRequest) -> HttpResponse:
    """All sellers of this user, with filter, order and page in the address."""
    form = RosterQuery(request.GET)
    asked = form.asked()
    now = timezone.now()
    sellers = sellers_shown_to(request.user, now=now)
    rows = roster(sellers, asked, today=now.date())
    page = Paginator(rows, ROWS).get_page(asked["page"])
    standing_only = note_roster(request.user, page.object_list, now=now)
    context = {
        "form": form,
        "sort": asked["sort"],
        "page": page,
        "filtered": bool(asked["q"] or asked["platform"] or asked["state"]),
        "has_sellers": bool(page.paginator.count) or sellers.exists(),
        "may_import": may_import(request.user),
        "is_admin": is_admin(request.user),
        "standing_only": standing_only,
    }
    fragment = wants_fragment(request, "roster_table")
    name = "sellers/roster/_roster_table.html" if fragment else "sellers/roster/roster.html"
    return render(request, name, context)
