"""A seller's orders: the list, and one order with all that is known of it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sellers.access import imports_visible_to, look_or_404, sight_in
from sellers.filters import OrdersQuery
from sellers.fragments import wants_fragment
from sellers.models import Scope
from sellers.order_facts import facts_of, moment, order_rows, reviews_of, sources_of
from sellers.order_words import ending_words
from sellers.selectors import neighbours_of, order_or_404, orders_of

ROWS = 50


@require_safe
@login_required
def orders_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The orders of one seller, with filter, order and page in the address."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    hidden = sight_in(request).hides_names
    form = OrdersQuery(request.GET, seller=seller, by_buyer=not hidden)
    asked = form.asked()
    page = Paginator(orders_of(seller, asked, by_buyer=not hidden), ROWS).get_page(asked["page"])
    context = {
        "seller": seller,
        "form": form,
        "sort": asked["sort"],
        "page": page,
        "rows": order_rows(page.object_list, seller),
        "filtered": bool(asked["q"] or asked["gig"] or asked["state"]),
    }
    fragment = wants_fragment(request, "orders_table")
    name = "sellers/orders/_orders_table.html" if fragment else "sellers/orders/orders.html"
    return render(request, name, context)


@require_safe
@login_required
def order_page(request: HttpRequest, seller_id: int, ref: str) -> HttpResponse:
    """One order: facts, reviews, what it does to the score, and where it came from."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    order = order_or_404(seller, ref)
    hidden = sight_in(request).hides_names
    sources = [] if hidden else sources_of(order, seller)
    open_to_visitor = imports_visible_to(request.user).filter(
        pk__in={source.batch_id for source in sources}
    )
    context = {
        "seller": seller,
        "order": order,
        "ending": ending_words(order),
        "changed": moment(order.changed_at, seller.zone),
        "facts": facts_of(order, seller, names=not hidden),
        "reviews": reviews_of(order, seller, texts=not hidden),
        "neighbours": neighbours_of(order),
        "sources": sources,
        "linked_imports": set(open_to_visitor.values_list("pk", flat=True)),
    }
    return render(request, "sellers/orders/order.html", context)
