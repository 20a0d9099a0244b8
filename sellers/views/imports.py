"""Imports: the list, the upload, and one import with its progress and report."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from sellers.access import Visitor, imports_visible_to, may_import
from sellers.access.looks import note_rows
from sellers.fragments import wants_fragment
from sellers.import_forms import ImportForm, max_upload_bytes
from sellers.import_pages.frame import frame, reached, step_url
from sellers.import_pages.report import end_context
from sellers.import_pages.steps import steps
from sellers.import_pages.working import working_context
from sellers.importing.drafts import start_draft
from sellers.importing.formats import COLUMNS, example_file
from sellers.importing.report import rejected_rows
from sellers.models import FileRole, ImportBatch, ImportState, User
from sellers.views.csv_answers import csv_answer
from sellers.views.import_access import batch_or_404

ROWS = 50


@require_safe
@login_required
def imports_page(request: HttpRequest) -> HttpResponse:
    """The imports one may see, newest first."""
    _check_may_import(request.user)
    batches = imports_visible_to(request.user).select_related("seller", "created_by")
    page = Paginator(batches.prefetch_related("files"), ROWS).get_page(request.GET.get("page"))
    note_rows(request, [batch.seller_id for batch in page])
    fragment = wants_fragment(request, "imports_table")
    name = "_imports_table" if fragment else "imports"
    return render(request, f"sellers/imports/{name}.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose files and for whom; the answer to an upload is the page of its columns."""
    _check_may_import(request.user)
    user = cast("User", request.user)
    form = ImportForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES, user=user)
        if form.is_valid():
            batch = start_draft(
                files=form.new_files(),
                created_by=user,
                seller=form.cleaned_data["seller"],
                time_zone=form.cleaned_data.get("time_zone") or "UTC",
                keeps_review_text=form.cleaned_data["keeps_review_text"],
            )
            return redirect("sellers:import_columns", batch.pk)
    context = {
        "form": form,
        "steps": steps(here="file", reached="file", urls={}),
        "max_bytes": max_upload_bytes(),
        "formats": list(COLUMNS.items()),
    }
    status = 413 if form.is_bound and form.too_large else 422 if form.errors else 200
    return render(request, "sellers/imports/new.html", context, status=status)


@require_safe
@login_required
def import_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The end of an import: how far it is, then what it did; before that, the step it is at."""
    batch = batch_or_404(request.user, batch_id)
    if reached(batch) != "done" or batch.state == ImportState.UNDO_TRIAL:
        return redirect(step_url(batch))
    context = {**frame(batch, "done"), **end_context(batch)}
    return render(request, "sellers/imports/import.html", context)


@require_safe
@login_required
def import_progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The part of a page that asks again until a worker is done with the import."""
    batch = batch_or_404(request.user, batch_id)
    page = _page_after(batch)
    if not wants_fragment(request, "import_progress"):
        return redirect(page)
    if batch.state in ImportState.for_workers():
        context = {"batch": batch, **working_context(batch)}
        return render(request, "sellers/imports/_import_progress.html", context)
    return HttpResponseClientRedirect(page)


def _page_after(batch: ImportBatch) -> str:
    """Where one goes on once a worker is done."""
    if batch.state == ImportState.READY:
        # First what cannot be read, and then the effect.
        return reverse("sellers:import_check", args=[batch.pk])
    # Where an undo was given up, the message says so on the page of the import.
    if batch.state == ImportState.DONE and hasattr(batch, "undo_preview") and not batch.message:
        return reverse("sellers:import_undo", args=[batch.pk])
    return step_url(batch)


@require_safe
@login_required
def rejected_file(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """The rejected rows of an import as a CSV file."""
    batch = batch_or_404(request.user, batch_id)
    return csv_answer(rejected_rows(batch=batch), f"rejected-{batch.pk}.csv")


@require_safe
@login_required
def example(request: HttpRequest) -> HttpResponse:
    """A file of one row to begin from: ``?of=orders`` or ``?of=reviews``."""
    _check_may_import(request.user)
    role = request.GET.get("of", FileRole.ORDERS.value)
    if role not in COLUMNS:
        raise Http404
    response = HttpResponse(example_file(FileRole(role)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="example-{role}.csv"'
    return response


def _check_may_import(user: Visitor) -> None:
    if not may_import(user):
        raise Http404
