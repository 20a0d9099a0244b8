"""What people note by hand: remarks, and the score that the platform displayed.

Remarks are written by whoever may look; what the platform showed is a fact, noted by those
who manage the seller.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sellers.access import look_or_404, managed_or_404, sight_in
from sellers.fragments import wants_fragment
from sellers.models import Seller, User
from sellers.note_forms import NoteForm, ScoreForm
from sellers.notes import notes_context, notes_removable_by
from sellers.services import (
    MOST_NOTES,
    TooManyNotes,
    add_note,
    delete_note,
    delete_observation,
    note_score,
)
from sellers.writers import written_as


@require_safe
@login_required
def notes_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """All notes of a seller that this reader may see, and the forms to add one."""
    look_or_404(request, seller_id)
    return _render(request)


@require_POST
@login_required
def new_note(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Add a remark."""
    seller = look_or_404(request, seller_id)
    sight = sight_in(request)
    form = NoteForm(request.POST, today=_today(seller), role=sight.role)
    if not form.is_valid():
        return _render(request, status=422, note_form=form)
    author = cast("User", request.user)
    try:
        add_note(seller=seller, author=author, written_as=written_as(sight), **form.cleaned_data)
    except TooManyNotes:
        form.add_error(None, f"{MOST_NOTES} notes are the most. Remove some that say nothing now.")
        return _render(request, status=422, note_form=form)
    return _done(request, "Your note is on the trajectory.")


@require_POST
@login_required
def new_score(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Note what the platform displayed."""
    seller = managed_or_404(request, seller_id)
    form = ScoreForm(request.POST, today=_today(seller))
    if not form.is_valid():
        return _render(request, status=422, score_form=form)
    note_score(seller=seller, author=cast("User", request.user), **form.cleaned_data)
    return _done(request, "Noted. It is a solid dot on the trajectory.")


@require_POST
@login_required
def remove_note(request: HttpRequest, seller_id: int, note_id: int) -> HttpResponse:
    """Take a remark away; one that is not there and one of somebody else answer alike."""
    look_or_404(request, seller_id)
    mine = notes_removable_by(sight_in(request), cast("User", request.user))
    gone = delete_note(notes=mine, note_id=note_id)
    return _done(request, "The note is gone." if gone else "There was no such note to remove.")


@require_POST
@login_required
def remove_score(request: HttpRequest, seller_id: int, observation_id: int) -> HttpResponse:
    """Take away what was noted of the platform."""
    seller = managed_or_404(request, seller_id)
    delete_observation(seller=seller, observation_id=observation_id)
    return _done(request, "What was noted is gone.")


def _today(seller: Seller) -> date:
    return timezone.now().astimezone(seller.zone).date()


def _render(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """The notes, whole or as a part, with forms that were refused or what was done."""
    sight, reader = sight_in(request), cast("User", request.user)
    context = {
        "seller": sight.seller,
        **notes_context(sight, reader, now=timezone.now(), query=request.GET),
        **more,
    }
    name = "_notes" if wants_fragment(request, "notes") else "notes"
    return render(request, f"sellers/notes/{name}.html", context, status=status)


def _done(request: HttpRequest, words: str) -> HttpResponse:
    """The renewed notes; the event lets the chart beside them renew itself too."""
    if not wants_fragment(request, "notes"):
        messages.success(request, words)
        return redirect(reverse("metrics:seller", args=[sight_in(request).seller.pk]) + "#notes")
    response = _render(request, said=words)
    response["HX-Trigger"] = "standing:noted"
    return response
