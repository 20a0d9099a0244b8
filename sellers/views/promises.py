"""Promises between seller and coach: written down and decided by whoever may look."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sellers.access import look_or_404, sight_in
from sellers.fragments import wants_fragment
from sellers.models import Promise, User
from sellers.promises.forms import DecisionForm, PromiseForm
from sellers.promises.page import promises_context
from sellers.promises.services import MOST_OPEN, TooManyPromises, decide_promise, make_promise
from sellers.writers import written_as


@require_safe
@login_required
def promises_page(request: HttpRequest, seller_id: int) -> HttpResponse:
    """All promises of a seller, and the form for another."""
    look_or_404(request, seller_id)
    return _render(request)


@require_POST
@login_required
def new_promise(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Write a promise down."""
    seller, now = look_or_404(request, seller_id), timezone.now()
    sight, author = sight_in(request), cast("User", request.user)
    form = PromiseForm(request.POST, today=now.astimezone(seller.zone).date(), role=sight.role)
    if form.is_valid():
        asked, as_what = form.asked(), written_as(sight)
        try:
            make_promise(seller=seller, author=author, written_as=as_what, now=now, **asked)
        except TooManyPromises:
            form.add_error(None, f"{MOST_OPEN} open promises are the most. Decide some first.")
        else:
            return _done(request, "The promise is written down.")
    return _render(request, status=422, promise_form=form)


@require_POST
@login_required
def decide(request: HttpRequest, seller_id: int, promise_id: int) -> HttpResponse:
    """Say how a promise went, or open it again."""
    seller = look_or_404(request, seller_id)
    promise = Promise.objects.filter(seller=seller, pk=promise_id).first()
    if promise is None:
        raise Http404
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _render(request, status=422, refused="Choose kept, broken or withdrawn.")
    changed = decide_promise(
        promise=promise,
        state=Promise.State(form.cleaned_data["state"]),
        by=cast("User", request.user),
        decided_as=written_as(sight_in(request)),
        now=timezone.now(),
    )
    return _done(request, _DECIDED if changed else _DECIDED_BEFORE)


_DECIDED = "It is written down how the promise stands."
_DECIDED_BEFORE = "Somebody was faster: this is how the promise stands now."


def _render(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    sight, reader = sight_in(request), cast("User", request.user)
    now = timezone.now()
    context = {"seller": sight.seller, **promises_context(sight, reader, now=now), **more}
    name = "_promises" if wants_fragment(request, "promises") else "promises"
    return render(request, f"sellers/promises/{name}.html", context, status=status)


def _done(request: HttpRequest, words: str) -> HttpResponse:
    if wants_fragment(request, "promises"):
        return _render(request, promise_said=words)
    messages.success(request, words)
    return redirect(reverse("metrics:seller", args=[sight_in(request).seller.pk]) + "#promises")
