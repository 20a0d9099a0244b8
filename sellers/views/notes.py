"""What people note by hand: remarks, and the score that the platform displayed."""

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

from sellers.access import seller_or_404
from sellers.fragments import wants_fragment
from sellers.models import Seller, User
from sellers.note_forms import NoteForm, ScoreForm
from sellers.notes import notes_context
from sellers.services import add_note, delete_note, delete_observation, note_score


@require_safe
@login_required
def notes_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """All notes of a seller, and the forms to add one."""
    seller = seller_or_404(request.user, seller_id)
    context = {"seller": seller, **notes_context(seller, now=timezone.now())}
    name = "_notes" if wants_fragment(request, "notes") else "notes"
    return render(request, f"sellers/notes/{name}.html", context)


@require_POST
@login_required
def new_note(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Add a remark."""
    seller = seller_or_404(request.user, seller_id)
    form = NoteForm(request.POST, today=_today(seller))
    if not form.is_valid():
        return _again(request, seller, note_form=form)
    add_note(seller=seller, author=_author(request), **form.cleaned_data)
    return _done(request, seller, "Your note is on the trajectory.")


@require_POST
@login_required
def new_score(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Note what the platform displayed."""
    seller = seller_or_404(request.user, seller_id)
    form = ScoreForm(request.POST, today=_today(seller))
    if not form.is_valid():
        return _again(request, seller, score_form=form)
    note_score(seller=seller, author=_author(request), **form.cleaned_data)
    return _done(request, seller, "Noted. It is a solid dot on the trajectory.")


@require_POST
@login_required
def remove_note(request: HttpRequest, seller_id: int, note_id: int) -> HttpResponse:
    """Take a remark away."""
    seller = seller_or_404(request.user, seller_id)
    delete_note(seller=seller, note_id=note_id)
    return _done(request, seller, "The note is gone.")


@require_POST
@login_required
def remove_score(request: HttpRequest, seller_id: int, observation_id: int) -> HttpResponse:
    """Take away what was noted of the platform."""
    seller = seller_or_404(request.user, seller_id)
    delete_observation(seller=seller, observation_id=observation_id)
    return _done(request, seller, "What was noted is gone.")


def _today(seller: Seller) -> date:
    return timezone.now().astimezone(seller.zone).date()


def _author(request: HttpRequest) -> User:
    return cast("User", request.user)


def _again(request: HttpRequest, seller: Seller, **forms: Any) -> HttpResponse:
    """The forms with what is wrong in them; nothing was saved."""
    context = {"seller": seller, **notes_context(seller, now=timezone.now()), **forms}
    name = "_notes" if wants_fragment(request, "notes") else "notes"
    return render(request, f"sellers/notes/{name}.html", context, status=422)


def _done(request: HttpRequest, seller: Seller, words: str) -> HttpResponse:
    """The renewed notes; the event lets the chart beside them renew itself too."""
    if not wants_fragment(request, "notes"):
        messages.success(request, words)
        return redirect(reverse("metrics:seller", args=[seller.pk]) + "#notes")
    context = {"seller": seller, "said": words, **notes_context(seller, now=timezone.now())}
    response = render(request, "sellers/notes/_notes.html", context)
    response["HX-Trigger"] = "standing:noted"
    return response
