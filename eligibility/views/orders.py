"""Which orders count: the number behind a rule, row by row, as a page and as CSV."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from eligibility.forms import SHOW, SHOW_ALL, CountsForm, CountsQuestion
from eligibility.pages.orders import counts_page, rule_choices
from eligibility.pages.orders_csv import counts_csv
from eligibility.pages.orders_parts import CountedRow, CountsPage
from eligibility.pages.reading import Reading, read_seller
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope, Seller

ROWS = 50


@require_safe
@login_required
def orders_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The number and its rows; the question lives in the address."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    reading = read_seller(seller)
    context: dict[str, Any] = {"seller": seller}
    if reading is None:
        return render(request, "eligibility/orders.html", context | {"nothing": True})
    form = _form(request, reading)
    asked = form.question()
    page = counts_page(reading, asked)
    context |= {"form": form, "page": page, "filtered": asked.show != SHOW_ALL}
    if page is not None:
        context |= {
            "rows": Paginator(_shown(page, asked), ROWS).get_page(asked.page),
            "show_choices": _choices(seller, asked, page),
            "csv_url": _url("eligibility:orders_csv", seller, asked, asked.show),
        }
        if wants_fragment(request, "counted"):
            return render(request, "eligibility/_orders_table.html", context)
    return render(request, "eligibility/orders.html", context)


@require_safe
@login_required
def orders_csv(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The same rows as a file; the filter of the page counts, its paging does not."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    reading = read_seller(seller)
    asked = None if reading is None else _form(request, reading).question()
    page = None if reading is None or asked is None else counts_page(reading, asked)
    if page is None or asked is None:
        raise Http404
    name = slugify(f"counts {seller.handle} {page.title} {page.day}")
    return HttpResponse(
        counts_csv(page, _shown(page, asked)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _form(request: HttpRequest, reading: Reading) -> CountsForm:
    return CountsForm(
        request.GET,
        seller=reading.seller,
        rules=rule_choices(reading.rule_sets.values()),
        last=reading.as_of,
    )


def _shown(page: CountsPage, asked: CountsQuestion) -> list[CountedRow]:
    return [row for row in page.rows if asked.show in (SHOW_ALL, row.kind)]


def _choices(seller: Seller, asked: CountsQuestion, page: CountsPage) -> list[dict[str, Any]]:
    """All, and each kind that has rows."""
    found = []
    for key, label in SHOW:
        number = len(page.rows) if key == SHOW_ALL else page.totals.get(key, 0)
        if number or key in (SHOW_ALL, asked.show):
            url = _url("eligibility:orders", seller, asked, key)
            found.append(
                {"label": f"{label} ({number:,})", "url": url, "current": key == asked.show}
            )
    return found


def _url(name: str, seller: Seller, asked: CountsQuestion, show: str) -> str:
    query = {"rule": f"{asked.rule_set}:{asked.rule}", "day": asked.day.isoformat()}
    if asked.gig is not None:
        query["gig"] = str(asked.gig.pk)
    if show != SHOW_ALL:
        query["show"] = show
    return f"{reverse(name, args=[seller.pk])}?{urlencode(query)}"
