"""Why it moved: any two days of a seller, as a page and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from metrics.dates import local_date
from metrics.engine.ledger import NONE
from metrics.engine.path import PathNotConverged
from metrics.explain import Explainer
from metrics.explanation import Explanation, day_before
from metrics.forms import LedgerForm, MomentsForm
from metrics.ledger_csv import ledger_csv
from metrics.models import Move
from metrics.why.learned import learned_of
from metrics.why.links import Links, Refs, query_of
from metrics.why.page import context_of
from metrics.why.settings import settings_of
from metrics.why.unexplained import unexplained_of
from sellers.access import look_or_404, may_import, sight_in
from sellers.fragments import wants_fragment
from sellers.models import Order, Seller

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

#: What is shown of a seller whose displayed number has never moved.
DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Turns:
    """Days on which the displayed number of a seller moved, oldest first."""

    days: tuple[date, ...]

    @classmethod
    def of(cls, seller: Seller) -> Turns:
        moves = Move.objects.filter(seller=seller).order_by("day")
        return cls(tuple(moves.values_list("day", flat=True)))

    def default(self, today: date) -> tuple[date, date]:
        """The days around the last move."""
        if self.days:
            return day_before(self.days[-1]), self.days[-1]
        return today - timedelta(days=DEFAULT_DAYS), today

    def beside(self, start: date, end: date) -> dict[str, date | None]:
        """The last move up to ``start`` and the first one after ``end``."""
        return {
            "earlier_move": max((day for day in self.days if day <= start), default=None),
            "later_move": min((day for day in self.days if day > end), default=None),
        }


@require_safe
@login_required
def why(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The page, or with HTMX its ledger alone."""
    seller = look_or_404(request, seller_id)
    today, turns = local_date(seller, timezone.now()), Turns.of(seller)
    days = MomentsForm(request.GET, today=today, default=turns.default(today))
    ctx: dict[str, Any] = {"seller": seller, "days": days, "crumbs": _crumbs(seller)}
    if not days.is_valid():
        return render(request, "metrics/why/page.html", ctx, status=422)
    explainer = Explainer(seller)
    try:
        explanation = explainer.explain(**days.asked)
    except PathNotConverged as error:
        ctx |= unexplained_of(explainer, days, error) | turns.beside(*days.days)
        return render(request, "metrics/why/page.html", ctx)
    ctx |= _answer(request, seller, days, explanation) | turns.beside(*days.days)
    if not (wants_fragment(request, "ledger") and ctx["has_ledger"]):
        return render(request, "metrics/why/page.html", ctx)
    # The address without what was left empty in the form.
    return push_url(render(request, "metrics/why/_ledger.html", ctx), ctx["permalink"])


@require_safe
@login_required
def why_csv(request: HttpRequest, seller_id: int) -> HttpResponse:
    """The same lines with every digit; the filter of the page counts, its folding does not."""
    seller = look_or_404(request, seller_id)
    today = local_date(seller, timezone.now())
    days = MomentsForm(request.GET, today=today, default=Turns.of(seller).default(today))
    if not days.is_valid():
        words = [str(error) for errors in days.errors.values() for error in errors]
        return HttpResponse("\n".join(words), content_type="text/plain; charset=utf-8", status=422)
    explainer = Explainer(seller)
    try:
        explanation = explainer.explain(**days.asked)
    except PathNotConverged as error:
        words = unexplained_of(explainer, days, error)["unexplained"]["text"]
        return HttpResponse(words, content_type="text/plain; charset=utf-8", status=422)
    question = LedgerForm(request.GET, explanation=explanation).question()
    refs = {} if sight_in(request).hides_orders else _all_refs(explanation)
    text = ledger_csv(explanation, question.filter, refs)
    name = f"why-{slugify(seller.handle) or seller.pk}-{days.days[0]}-{days.days[1]}.csv"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _crumbs(seller: Seller) -> list[dict[str, str]]:
    return [
        {"label": "Sellers", "url": reverse("sellers:roster")},
        {"label": seller.handle, "url": reverse("metrics:seller", args=[seller.pk])},
    ]


def _answer(
    request: HttpRequest, seller: Seller, days: MomentsForm, explanation: Explanation
) -> dict[str, Any]:
    form = LedgerForm(request.GET, explanation=explanation)
    question = form.question()
    links = Links(seller.pk, query_of(explanation, question, form.cleaned_data, days.under))
    # Links that templates derive from the address speak of these two days, also tomorrow.
    request.GET = cast("_ImmutableQueryDict", links.query_dict())
    return {
        "form": form,
        "clear_url": links.why(gig=None, factor=None, cause=None, page=None),
        "change": repr(explanation.change),
        "no_orders": explanation.known_orders == 0,
        "learned": learned_of(explanation, seller, links),
        "under": settings_of(explanation, days, links),
        "may_import": may_import(request.user),
        **context_of(
            explanation,
            question,
            platform=seller.get_platform_display(),
            links=links,
            read_refs=_no_refs if sight_in(request).hides_orders else _refs,
        ),
    }


def _refs(orders: set[int]) -> Refs:
    """The references of these orders, in one query."""
    return dict(Order.objects.filter(pk__in=orders).values_list("pk", "ref"))


def _no_refs(orders: set[int]) -> Refs:
    """For those who may see the standing but no order."""
    return {}


def _all_refs(explanation: Explanation) -> Refs:
    return _refs(set(explanation.about.tolist()) - {NONE})
