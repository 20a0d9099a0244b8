"""Where an order comes from, import by import; and rejected rows as a file to mend."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sellers.access import imports_visible_to, seller_or_404
from sellers.import_pages.provenance import said_about
from sellers.importing.mended import files_with_rejections, mendable_rows
from sellers.selectors import order_or_404
from sellers.views.import_access import batch_or_404


@require_safe
@login_required
def order_history(request: HttpRequest, seller_id: int, ref: str) -> HttpResponse:
    """Every import that spoke of an order, with the rows as the files gave them."""
    seller = seller_or_404(request.user, seller_id)
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
    writer = csv.writer(_Echo())
    lines = (str(writer.writerow(row)) for row in mendable_rows(file=file))
    response = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
    name = f"mend-{batch.pk}-{file.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """Hands each line of the csv writer on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _marked(lines: Iterator[str]) -> Iterator[str]:
    # With a mark at the start, spreadsheets read it as UTF-8.
    yield "\ufeff"
    yield from lines
