"""An import once its columns are named: check, effect, and what people decide."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sellers.import_forms import MoreFilesForm
from sellers.import_pages.check import check_of
from sellers.import_pages.frame import EDITABLE, frame, step_url
from sellers.import_pages.preview import effect_of
from sellers.import_pages.working import working_context
from sellers.importing.decisions import (
    TooLateError,
    cancel_batch,
    commit_batch,
    preview_batch,
)
from sellers.importing.drafts import add_files, start_draft
from sellers.importing.mended import files_with_rejections
from sellers.models import ImportState, User
from sellers.row_numbers import row_number
from sellers.views.import_access import batch_or_404


@require_safe
@login_required
def check_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """While it is being checked how far that is, then what cannot be read and why."""
    batch = batch_or_404(request.user, batch_id)
    if batch.state == ImportState.COLUMNS:
        return redirect("sellers:import_columns", batch.pk)
    if batch.state in (ImportState.FAILED, ImportState.CANCELLED):
        return redirect("sellers:import", batch.pk)
    context = frame(batch, "check")
    if batch.state == ImportState.CHECKING:
        context |= working_context(batch)
    else:
        context |= {"check": check_of(batch), "mended": MoreFilesForm()}
        context["mendable"] = files_with_rejections(batch)
    return render(request, "sellers/imports/check.html", context)


@require_safe
@login_required
def effect_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What the import would do, or what was shown before it was saved."""
    batch = batch_or_404(request.user, batch_id)
    if not hasattr(batch, "preview") or batch.state == ImportState.CHECKING:
        return redirect(step_url(batch))
    context = {**frame(batch, "effect"), "effect": effect_of(batch)}
    context["is_open"] = batch.state == ImportState.READY
    return render(request, "sellers/imports/effect.html", context)


@require_POST
@login_required
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Save what the preview shows."""
    batch = batch_or_404(request.user, batch_id)
    try:
        commit_batch(batch_id=batch.pk)
    except TooLateError as problem:
        messages.error(request, str(problem))
    return redirect("sellers:import", batch.pk)


@require_POST
@login_required
def all_scores(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Work out the scores of the sellers who are left, too."""
    batch = batch_or_404(request.user, batch_id)
    try:
        preview_batch(batch_id=batch.pk, all_scores=True)
    except TooLateError as problem:
        messages.error(request, str(problem))
    return redirect("sellers:import_check", batch.pk)


@require_POST
@login_required
def cancel(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Stop before anything is saved, or taken back."""
    batch = batch_or_404(request.user, batch_id)
    if not cancel_batch(batch_id=batch.pk, now=timezone.now()):
        messages.error(request, "It was too late to cancel: this had ended. See below how.")
    return redirect("sellers:import", batch.pk)


@require_POST
@login_required
def duplicates(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Leave out rows that are there twice, and count again."""
    batch = batch_or_404(request.user, batch_id)
    shown, chosen = (_places(request.POST.getlist(name)) for name in ("shown", "left_out"))
    kept = {(int(file), int(line)) for file, line in batch.left_out} - shown
    try:
        preview_batch(batch_id=batch.pk, left_out=kept | (chosen & shown))
    except TooLateError as problem:
        messages.error(request, str(problem))
    return redirect("sellers:import_check", batch.pk)


@require_POST
@login_required
def mend(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Put the mended file back in: into this import, or after it into a new one."""
    batch = batch_or_404(request.user, batch_id)
    form = MoreFilesForm(request.POST, request.FILES)
    if not form.is_valid():
        context = {**frame(batch, "check"), "check": check_of(batch), "mended": form}
        context["mendable"] = files_with_rejections(batch)
        return render(request, "sellers/imports/check.html", context, status=422)
    user, files = cast("User", request.user), form.new_files()
    if batch.state in EDITABLE and add_files(batch=batch, files=files, owner=user):
        return redirect("sellers:import_columns", batch.pk)
    new = start_draft(
        files=files,
        created_by=user,
        seller=batch.seller,
        time_zone=batch.time_zone,
        keeps_review_text=batch.keeps_review_text,
        like=batch,
    )
    return redirect("sellers:import_columns", new.pk)


def _places(values: list[str]) -> set[tuple[int, int]]:
    """Rows as the form names them: "3:17" is line 17 of file 3."""
    parts = (value.partition(":") for value in values)
    places = ((row_number(file), row_number(line)) for file, _, line in parts)
    return {(file, line) for file, line in places if file is not None and line is not None}
