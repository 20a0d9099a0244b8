"""Where an order comes from, import by import; and rejected rows as a file to mend."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sellers.access import imports_visible_to, managed_or_404
from sellers.import_pages.provenance import said_about
from sellers.importing.mended import files_with_rejections, mendable_rows
from sellers.selectors import order_or_404
from sellers.views.csv_answers import csv_answer
from sellers.views.import_access import batch_or_404


@require_safe
@login_required
def order_history(request: HttpRequest, seller_id: int, ref: str) -> HttpResponse:
    """Every import that spoke of an order, with the rows as the files gave them."""
    seller = managed_or_404(request, seller_id)
    order = order_or_404(seller, ref)
    seen = set(imports_visible_to(request.user).values_list("pk", flat=True))
    context = {"seller": seller, "order": order, "said": said_about(order, seller.zone, seen)}
    return render(request, "sellers/orders/history.html", context)


@require_safe
@login_required
def mendable_file(request: HttpRequest, batch_id: int, file_id: int) -> HttpResponseBase:
    """The rejected rows of one file under its own columns, with what is wrong beside them."""
    batch = batch_or_404(request.user, batch_id)
    file = next((one for one in files_with_rejections(batch) if one.pk == file_id), None)
    if file is None:
        raise Http404
    return csv_answer(mendable_rows(file=file), f"mend-{batch.pk}-{file.pk}.csv")
