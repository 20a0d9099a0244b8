"""Taking an import back: first what that would do, then the deed."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sellers.access import imports_visible_to
from sellers.import_pages.frame import frame
from sellers.import_pages.undo import undo_of
from sellers.importing.decisions import queue_undo
from sellers.importing.undo import CannotUndoError, undo_preview, why_not_undoable
from sellers.models import ImportBatch, ImportState, User
from sellers.views.import_access import batch_or_404

#: Rows of an import up to which the page works out what an undo would do.
MOST_PREVIEWED = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def undo_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What would go, what stays and what the scores would become; POST hands it to a worker."""
    batch = batch_or_404(request.user, batch_id)
    if batch.state == ImportState.UNDOING:
        return redirect("sellers:import", batch.pk)
    if request.method == "POST":
        try:
            queue_undo(batch_id=batch.pk, undone_by=cast("User", request.user))
        except CannotUndoError as problem:
            messages.error(request, str(problem))
        return redirect("sellers:import", batch.pk)
    reason = why_not_undoable(batch)
    context = {**frame(batch, "done"), "reason": reason}
    if not reason and batch.rows_new + batch.rows_changed <= MOST_PREVIEWED:
        context["undo"] = _preview(request, batch)
    return render(request, "sellers/imports/undo.html", context)


def _preview(request: HttpRequest, batch: ImportBatch) -> object:
    effect = undo_preview(batch=batch, now=timezone.now())
    seen = imports_visible_to(request.user).filter(pk__in=effect.later)
    links = {pk: reverse("sellers:import", args=[pk]) for pk in seen.values_list("pk", flat=True)}
    return undo_of(effect, links)
