"""An import before it is checked: its files, and what their columns mean."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from sellers.fragments import wants_fragment
from sellers.import_forms import MoreFilesForm, max_upload_bytes
from sellers.import_pages.columns_step import ColumnsStep
from sellers.import_pages.draft_list import file_lines, file_tabs, first_open, following
from sellers.import_pages.frame import EDITABLE, frame
from sellers.importing.decisions import TooLateError, preview_batch
from sellers.importing.drafts import add_files, add_sheet, remove_file, sheets_of
from sellers.importing.problems import FileProblemError
from sellers.models import FileRole, ImportBatch, ImportFile, User
from sellers.views.import_access import batch_or_404

_PAST = "This import is past that: its files and columns stay as they are."


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def files_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The files of an import; POST adds some."""
    batch = batch_or_404(request.user, batch_id)
    form = MoreFilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = MoreFilesForm(request.POST, request.FILES)
        if form.is_valid():
            user = cast("User", request.user)
            if not add_files(batch=batch, files=form.new_files(), owner=user):
                messages.error(request, _PAST)
            return redirect("sellers:import_columns", batch.pk)
    context = {**frame(batch, "file"), "form": form, "max_bytes": max_upload_bytes()}
    context["lines"] = file_lines(batch)
    status = 422 if form.errors else 200
    return render(request, "sellers/imports/files.html", context, status=status)


@require_POST
@login_required
def take_out(request: HttpRequest, batch_id: int, file_id: int) -> HttpResponse:
    """Take a file out of a draft."""
    batch = batch_or_404(request.user, batch_id)
    file = _file_or_404(batch, file_id)
    if remove_file(file=file):
        messages.success(request, f"{file.name} is no longer part of this import.")
    else:
        messages.error(request, f"{_PAST} The last file cannot be taken out either.")
    return redirect("sellers:import_files", batch.pk)


@require_POST
@login_required
def read_sheet_too(request: HttpRequest, batch_id: int, file_id: int) -> HttpResponse:
    """Read one more sheet of a workbook, as a file of its own."""
    batch = batch_or_404(request.user, batch_id)
    file = _file_or_404(batch, file_id)
    sheet = request.POST.get("also", "")
    if sheet not in sheets_of(file):
        messages.error(request, "The workbook is not there any more, or has no such sheet.")
        return redirect("sellers:import_columns", batch.pk)
    added = add_sheet(file=file, sheet=sheet, owner=cast("User", request.user))
    if added is None:
        messages.error(request, _PAST)
        return redirect("sellers:import_columns", batch.pk)
    return redirect("sellers:import_file_columns", batch.pk, added.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def columns_page(request: HttpRequest, batch_id: int, file_id: int | None = None) -> HttpResponse:
    """What the columns of one file mean; every answer is kept at once."""
    batch = batch_or_404(request.user, batch_id)
    file = _file_or_404(batch, file_id)
    if batch.state not in EDITABLE:
        context = {**frame(batch, "columns"), "file": file}
        return render(request, "sellers/imports/columns_past.html", context)
    try:
        step = ColumnsStep(file, batch, cast("User", request.user))
        good = request.method != "POST" or step.answer(request.POST)
    except FileProblemError as problem:
        return _unreadable(request, batch, file, str(problem))
    if good and request.method == "POST" and not wants_fragment(request, "columns_form"):
        return _onward(request, batch, file, step)
    return _columns(request, batch, file, step, status=200 if good else 422)


def _onward(
    request: HttpRequest, batch: ImportBatch, file: ImportFile, step: ColumnsStep
) -> HttpResponse:
    """To the next file, or to the check; back to the page where something is open."""
    if name := step.save_as(request.POST):
        messages.success(request, f"Remembered as “{name}”: files with these columns are read so.")
    if request.POST.get("go") != "on":
        return redirect("sellers:import_file_columns", batch.pk, file.pk)
    if not step.proposal.is_complete:
        return _columns(request, batch, file, step, status=422, is_stuck=True)
    goal = following(batch, file) or first_open(batch, step.user)
    if goal is not None:
        return redirect("sellers:import_file_columns", batch.pk, goal.pk)
    try:
        preview_batch(batch_id=batch.pk)
    except TooLateError as problem:
        messages.error(request, str(problem))
    return redirect("sellers:import_check", batch.pk)


def _columns(
    request: HttpRequest,
    batch: ImportBatch,
    file: ImportFile,
    step: ColumnsStep,
    *,
    status: int,
    is_stuck: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {
        "file": file,
        "columns": step.page(),
        "form": step.form,
        "reading": step.reading,
        "tabs": file_tabs(batch, file),
        "next_file": following(batch, file),
        "is_stuck": is_stuck,
        "action": reverse("sellers:import_file_columns", args=[batch.pk, file.pk]),
    }
    if wants_fragment(request, "columns_form"):
        context["batch"] = batch
        return render(request, "sellers/imports/_columns_form.html", context, status=status)
    context |= frame(batch, "columns")
    return render(request, "sellers/imports/columns.html", context, status=status)


def _unreadable(
    request: HttpRequest, batch: ImportBatch, file: ImportFile, problem: str
) -> HttpResponse:
    """What is wrong with a file as a whole, and what can be done."""
    context = {
        **frame(batch, "columns"),
        "file": file,
        "problem": problem,
        "tabs": file_tabs(batch, file),
    }
    return render(request, "sellers/imports/columns_problem.html", context, status=422)


def _file_or_404(batch: ImportBatch, file_id: int | None) -> ImportFile:
    """The file of an address; without one, the first that is not just looked up."""
    files = sorted(batch.files.all(), key=lambda file: (file.role == FileRole.TABLE, file.pk))
    wanted = [file for file in files if file_id in (None, file.pk)]
    found = next(iter(wanted), None)
    if found is None:
        raise Http404
    return found
