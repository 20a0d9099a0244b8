"""Letters that were not sent, because no mail server is set: for superusers of this site."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sellers.access import Visitor
from sellers.accounts.mailbox import KEPT_DAYS, may_read_mail
from sellers.models import Letter

ROWS = 30


@require_safe
@login_required
def mail_page(request: HttpRequest) -> HttpResponse:
    """All letters, newest first."""
    _check_may_read(request.user)
    page = Paginator(Letter.objects.all(), ROWS).get_page(request.GET.get("page"))
    return render(request, "sellers/mail/mail.html", {"page": page, "kept_days": KEPT_DAYS})


@require_safe
@login_required
def mail_letter(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One letter; addresses in it can be followed."""
    _check_may_read(request.user)
    letter = get_object_or_404(Letter, pk=mail_id)
    return render(request, "sellers/mail/letter.html", {"letter": letter})


def _check_may_read(user: Visitor) -> None:
    if not may_read_mail(user):
        raise Http404
