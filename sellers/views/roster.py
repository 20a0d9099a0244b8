"""The first page: the sellers one may see."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe


@require_safe
@login_required
def roster_page(request: HttpRequest) -> HttpResponse:
    """All sellers of this user, with filter, order and page in the address.

    The setting ``STANDING_ROSTER`` names the function that answers: what needs somebody today
    is known to the apps above the facts.
    """
    answer: Callable[[HttpRequest], HttpResponse] = import_string(settings.STANDING_ROSTER)
    return answer(request)
