"""Notices of the sellers one may see: the list, and marking them as read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from eligibility.models import Notice
from eligibility.pages.notice_rows import notice_rows
from eligibility.rule_files import rule_sets_by_id
from eligibility.services import mark_notices_read
from sellers.access import sellers_visible_to
from sellers.access.looks import note_rows
from sellers.fragments import wants_fragment

ROWS = 50
UNREAD = "unread"


@require_safe
@login_required
def notices_page(request: HttpRequest) -> HttpResponse:
    """The notices, newest first; ``?show=unread`` leaves out what was read."""
    return _list(request)


@require_POST
@login_required
def notice_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one notice as read."""
    notice = get_object_or_404(_visible(request), pk=notice_id)
    mark_notices_read(notices=Notice.objects.filter(pk=notice.pk), now=timezone.now())
    return _again(request)


@require_POST
@login_required
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything that one may see as read."""
    mark_notices_read(notices=_visible(request), now=timezone.now())
    return _again(request)


def _visible(request: HttpRequest) -> QuerySet[Notice]:
    return Notice.objects.filter(seller__in=sellers_visible_to(request.user))


def _again(request: HttpRequest) -> HttpResponse:
    if wants_fragment(request, "notices"):
        return _list(request)
    return redirect("eligibility:notices")


def _list(request: HttpRequest) -> HttpResponse:
    visible = _visible(request)
    only_unread = request.GET.get("show") == UNREAD
    shown = visible.filter(read_at=None) if only_unread else visible
    page = Paginator(shown.select_related("seller", "gig"), ROWS).get_page(request.GET.get("page"))
    note_rows(request, [notice.seller_id for notice in page])
    unread = visible.filter(read_at=None).count()
    context: dict[str, Any] = {
        "page": page,
        "rows": notice_rows(page.object_list, rule_sets_by_id()),
        "unread": unread,
        "choices": _choices(only_unread, unread) if page.paginator.count or only_unread else [],
    }
    part = wants_fragment(request, "notices")
    name = "eligibility/_notices.html" if part else "eligibility/notices.html"
    return render(request, name, context)


def _choices(only_unread: bool, unread: int) -> list[dict[str, Any]]:
    url = reverse("eligibility:notices")
    return [
        {"label": "All", "url": url, "current": not only_unread},
        {"label": f"Unread ({unread})", "url": f"{url}?show={UNREAD}", "current": only_unread},
    ]
