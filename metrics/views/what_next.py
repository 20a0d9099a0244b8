"""What comes next and what would change it, as a page, a table, and a calendar."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url

from metrics.dates import local_date
from metrics.forecasting.age_out import age_out_rows
from metrics.forecasting.age_out_files import age_out_csv, age_out_ics
from metrics.forecasting.feeds import create_feed, feed_at, revoke_feed
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.quiet import explained_moves, quiet_forecast
from metrics.selectors import standing_of
from metrics.what_next.budget import budget_context
from metrics.what_next.page import page_context
from metrics.what_next.plan import plan_context
from metrics.what_next.simulator import simulator_context
from sellers.access import look_or_404
from sellers.fragments import wants_fragment
from sellers.models import Scope, Seller, User


@require_safe
@login_required
def what_next(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The page, or with HTMX the plan, the budget or the simulator's answer alone."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    standing = standing_of(seller)
    if standing is None:
        return render(request, "metrics/what_next/empty.html", {"seller": seller})
    ground = ground_of(seller, standing.as_of)
    if wants_fragment(request, "plan"):
        context = plan_context(ground, standing, request.GET)
        status = 422 if context["plan_form"].errors else 200
        return render(request, "metrics/what_next/_plan.html", context, status=status)
    if wants_fragment(request, "budget"):
        context = budget_context(ground, standing, request.GET)
        status = 422 if context["keep_form"].errors else 200
        return render(request, "metrics/what_next/_budget.html", context, status=status)
    context = simulator_context(ground, request.GET)
    status = 422 if context.get("refused") else 200
    if wants_fragment(request, "simulator-answer"):
        context["alone"] = True
        answer = render(request, "metrics/what_next/_answer.html", context, status=status)
        return replace_url(answer, context["form"].address(request.path))
    context |= page_context(ground, standing, cast("User", request.user), request.GET)
    return render(request, "metrics/what_next/page.html", context, status=status)


@require_safe
@login_required
def age_out_table(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The age-out calendar with every digit."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    ground = _ground_today(seller, timezone.now())
    text = age_out_csv(age_out_rows(ground, quiet_forecast(ground)))
    name = f"age-out-{slugify(seller.handle) or seller.pk}-{ground.today}.csv"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _ground_today(seller: Seller, now: datetime) -> Ground:
    """As of the day that the page shows, or today before the first computation."""
    standing = standing_of(seller)
    return ground_of(seller, local_date(seller, now) if standing is None else standing.as_of)


@require_POST
@login_required
@never_cache
def feed_new(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Make a private address; it is shown once, on the page that answers."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    feed, secret = create_feed(seller=seller, user=cast("User", request.user), now=timezone.now())
    url = request.build_absolute_uri(reverse("metrics:age_out_feed", args=[feed.pk, secret]))
    return render(request, "metrics/what_next/feed.html", {"seller": seller, "url": url})


@require_POST
@login_required
def feed_revoke(request: HttpRequest, seller_id: int) -> HttpResponse:
    """Stop one's own private address."""
    seller = look_or_404(request, seller_id, needs=Scope.ORDERS)
    revoke_feed(seller=seller, user=cast("User", request.user), now=timezone.now())
    return redirect(f"{reverse('metrics:next', args=[seller.pk])}#age-out")


@require_safe
@never_cache
def age_out_feed(request: HttpRequest, feed_id: int, secret: str) -> HttpResponse:
    """For calendar programs, which cannot log in: the address is the key."""
    now = timezone.now()
    feed = feed_at(feed_id, secret, now=now)
    if feed is None:
        raise Http404
    ground = _ground_today(feed.seller, now)
    quiet = quiet_forecast(ground)
    rows, moves = age_out_rows(ground, quiet), explained_moves(ground, quiet)
    return HttpResponse(
        age_out_ics(feed.seller, rows, moves, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"},
    )
