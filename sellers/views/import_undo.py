"""Taking an import back: first a look at what that would do, then the deed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sellers.access import imports_visible_to
from sellers.import_pages.frame import frame
from sellers.import_pages.undo import Undo, outdated_words, undo_of
from sellers.import_pages.working import working_context
from sellers.importing.decisions import preview_undo, queue_undo
from sellers.importing.undo import CannotUndoError, why_not_undoable
from sellers.importing.undo_ground import why_outdated
from sellers.models import ImportBatch, ImportState, ImportUndoPreview, User
from sellers.row_numbers import row_number
from sellers.views.import_access import batch_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def undo_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What would go, what stays and what the scores would become; POST hands it to a worker."""
    batch = batch_or_404(request.user, batch_id)
    if batch.state == ImportState.UNDOING:
        return redirect("sellers:import", batch.pk)
    if request.method == "POST":
        return _undo(request, batch)
    context = {**frame(batch, "done"), **_found(request, batch)}
    return render(request, "sellers/imports/undo.html", context)


@require_POST
@login_required
def look(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Have a worker find out what an undo would do, also where that was done before."""
    batch = batch_or_404(request.user, batch_id)
    try:
        preview_undo(batch_id=batch.pk)
    except CannotUndoError as problem:
        messages.error(request, str(problem))
    return redirect("sellers:import_undo", batch.pk)


def _undo(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """As it was shown, where the form says which preview that was."""
    said = request.POST.get("shown")
    # What is no number of a preview is not "none was looked at".
    shown = None if said is None else row_number(said) or 0
    try:
        queue_undo(batch_id=batch.pk, undone_by=cast("User", request.user), shown=shown)
    except CannotUndoError as problem:
        messages.error(request, str(problem))
        return redirect("sellers:import_undo", batch.pk)
    return redirect("sellers:import", batch.pk)


def _found(request: HttpRequest, batch: ImportBatch) -> dict[str, object]:
    """How far it is, what was found out, or why that cannot be shown."""
    if batch.state == ImportState.UNDO_TRIAL:
        return working_context(batch)
    if reason := why_not_undoable(batch):
        return {"reason": reason}
    preview: ImportUndoPreview | None = getattr(batch, "undo_preview", None)
    if preview is None or preview.effect is None:
        return {"preview": preview}
    outdated = why_outdated(preview, now=timezone.now())
    if outdated:
        return {"preview": preview, "outdated": outdated_words(preview.computed_at, outdated)}
    return {"preview": preview, "undo": _shown(request, preview.effect)}


def _shown(request: HttpRequest, effect: Mapping[str, Any]) -> Undo:
    later = [int(batch_id) for batch_id in effect["later"]]
    seen = imports_visible_to(request.user).filter(pk__in=later)
    links = {pk: reverse("sellers:import", args=[pk]) for pk in seen.values_list("pk", flat=True)}
    return undo_of(effect, links)
