"""The roster and what a coach does on it: snooze, seen, group and tags, compare."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eligibility.coaching.comparing import compare_context
from eligibility.coaching.forms import SNOOZES, LabelForm, SnoozeForm
from eligibility.coaching.marks import (
    client_or_404,
    label_client,
    marks_of,
    see_clients,
    snooze_client,
)
from eligibility.coaching.page import roster_context
from sellers.access import sellers_shown_to
from sellers.fragments import wants_fragment
from sellers.models import Seller, User

#: Sellers that one form can name: those of one page of the list.
_MOST_SEEN = 200


def roster_answer(request: HttpRequest) -> HttpResponse:
    """The list of sellers. What ``STANDING_ROSTER`` names; the view has settled who asks."""
    context = roster_context(request.GET, _user(request), timezone.now())
    context["snoozes"] = SNOOZES
    fragment = wants_fragment(request, "roster_table")
    name = "sellers/roster/_roster_table.html" if fragment else "sellers/roster/roster.html"
    return render(request, name, context)


@require_POST
@login_required
def clients_seen(request: HttpRequest) -> HttpResponse:
    """Mark the sellers that the form names as seen; those one may not see are left alone."""
    user, now = _user(request), timezone.now()
    named = [int(pk) for pk in request.POST.getlist("seller")[:_MOST_SEEN] if _is_id(pk)]
    see_clients(user=user, sellers=sellers_shown_to(user, now=now).filter(pk__in=named), now=now)
    return _back(request)


@require_POST
@login_required
def client_snooze(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Leave a seller out of what needs attention for some days, or list it again."""
    user, now = _user(request), timezone.now()
    seller = client_or_404(user, seller_id, now)
    form = SnoozeForm(request.POST, today=now.date())
    if not form.is_valid():
        return _client_page(request, seller, snooze=form, status=422)
    snooze_client(user=user, seller=seller, until=form.day())
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def client_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Group, tags and snooze of one seller, as this user keeps them."""
    user = _user(request)
    seller = client_or_404(user, seller_id, timezone.now())
    if request.method != "POST":
        return _client_page(request, seller)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _client_page(request, seller, labels=form, status=422)
    label_client(user=user, seller=seller, **form.cleaned_data)
    return _back(request)


@require_safe
@login_required
def compare_page(request: HttpRequest) -> HttpResponse:
    """Two to four sellers side by side."""
    now = timezone.now()
    context = compare_context(request.GET, _user(request), now)
    return render(request, "eligibility/coaching/compare.html", context)


def _client_page(
    request: HttpRequest, seller: Seller, *, status: int = 200, **forms: Any
) -> HttpResponse:
    user, today = _user(request), timezone.now().date()
    marks = marks_of(user)
    mark = marks.filter(seller=seller).first()
    until = None if mark is None else mark.snoozed_until
    context = {
        "seller": seller,
        "mark": mark,
        "asleep": until is not None and until > today,
        "labels": LabelForm.of(mark),
        "snooze": SnoozeForm(today=today, until=until),
        "snoozes": SNOOZES,
        "groups": sorted({other.group for other in marks if other.group}, key=str.casefold),
        "back": _question(request).urlencode(),
        **forms,
    }
    return render(request, "eligibility/coaching/client.html", context, status=status)


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was asked for; HTMX follows, and gets its part of it."""
    question = _question(request).urlencode()
    return redirect(f"{reverse('sellers:roster')}?{question}" if question else "sellers:roster")


def _question(request: HttpRequest) -> QueryDict:
    """The list's query string that a form or a link sent along."""
    return QueryDict((request.POST.get("back") or request.GET.get("back") or "")[:2000])


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
