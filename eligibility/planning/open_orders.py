"""The list of open orders, ranked by everything at stake: its question and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.urls import reverse

from eligibility.coming.judging import Known
from eligibility.planning.stake_words import WEIGHT_WORDS, StakeReader
from eligibility.planning.stakes import OpenStake, WayStakes, Weight, open_stakes
from metrics.forecasting.ground import Ground
from metrics.forecasting.open_orders import Due
from metrics.words import day_words, signed
from sellers.models import Order, OrderStatus, Seller
from sellers.order_words import due_of, span_words

#: Rows of a page of the list, and of the part on "what next".
ROWS, FEW = 25, 5
#: The order of the list, as the page states it.
RANKING = (
    "First what can cost the level held, then promotion, the next level, the displayed score, the"
    " gig’s own, the rating; among equals what the other ending costs, then the points of the"
    " score, then the day it is due."
)


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way of going wrong: points of the score ("−0.021", "" without a score), sentences."""

    points: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One open order in words.

    ``due`` is "14 Jun 2024, 18:00" in the seller's zone, "" where it is not known. ``left`` is
    "in 2 days 4 h" or "2 h over", "" without a due time or once it is delivered.
    ``late`` is None where the order is delivered or late already, which ``note`` says.
    """

    ref: str
    url: str
    gig: str
    due: str
    left: str
    over: bool
    gravest: str
    serious: bool
    note: str
    late: WayRow | None
    cancelled: WayRow


class OpenOrdersForm(forms.Form):
    """Which gig: ``?gig=17``; nothing is all of them."""

    def __init__(self, data: Mapping[str, Any], ground: Ground) -> None:
        super().__init__(data, auto_id="id_open_%s")
        self.ground = ground
        self.fields["gig"] = forms.ChoiceField(
            label="Gig",
            required=False,
            choices=[("", "all gigs"), *((str(gig.pk), gig.title) for gig in ground.gigs)],
            error_messages={
                "invalid_choice": "This gig is not one of this seller’s. Choose one of the list."
            },
        )

    @property
    def gig(self) -> int | None:
        """The engine number of the gig asked for; None for all, and for what is no gig."""
        wanted = self.cleaned_data.get("gig") if self.is_valid() else ""
        keys = [str(gig.pk) for gig in self.ground.gigs]
        return keys.index(wanted) if wanted else None


def open_context(
    ground: Ground, known: Known, query: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """The list, or its first rows, and how many open orders there are."""
    form = OpenOrdersForm(query, ground)
    orders = {
        order.pk: order
        for order in Order.objects.filter(seller=ground.seller, status=OrderStatus.OPEN)
    }
    due = {pk: _due(ground, order, now) for pk, order in orders.items()}
    stakes = open_stakes(ground, known, due)
    shown = [one for one in stakes if form.gig in (None, one.gig)]
    page = Paginator(shown, ROWS).get_page(query.get("page"))
    reader = StakeReader(ground, known)
    return {
        "seller": ground.seller,
        "form": form,
        "open": len(stakes),
        "shown": len(shown),
        "serious": sum(_weight(one) < Weight.GIG_SCORE for one in shown),
        "ranking": RANKING,
        "page": page,
        "rows": [row_of(reader, orders[one.order], one, now=now) for one in page],
        "few": [row_of(reader, orders[one.order], one, now=now) for one in shown[:FEW]],
    }


def _due(ground: Ground, order: Order, now: datetime) -> Due:
    at = due_of(order)
    if at is None:
        return Due()
    over = (now - at).total_seconds() / 3600
    return Due(at.astimezone(ground.seller.zone).date(), max(over, 0.0))


def _weight(stake: OpenStake) -> Weight:
    return Weight(stake.rank[0])


def row_of(reader: StakeReader, order: Order, stake: OpenStake, *, now: datetime) -> OpenRow:
    """One row, with the time that is left at ``now``."""
    due = due_of(order)
    waits = due is not None and order.delivered_at is None
    left = span_words(due - now) if due is not None and waits else ""
    over = waits and due is not None and due < now
    note = "late already" if stake.overdue else ""
    if order.delivered_at is not None:
        note = "delivered"
    return OpenRow(
        ref=order.ref,
        url=reverse("sellers:order", args=[order.seller_id, order.ref]),
        gig=reader.ground.gigs[stake.gig].title,
        due=_due_words(due, reader.ground.seller),
        left=left and (f"{left} over" if over else f"in {left}"),
        over=over,
        gravest=WEIGHT_WORDS[_weight(stake)],
        serious=_weight(stake) < Weight.GIG_SCORE,
        note=note,
        late=None if stake.late is None else _way_row(reader, stake, stake.late),
        cancelled=_way_row(reader, stake, stake.cancelled),
    )


def _due_words(due: datetime | None, seller: Seller) -> str:
    if due is None:
        return ""
    local = due.astimezone(seller.zone)
    return f"{day_words(local.date())}, {local:%H:%M}"


def _way_row(reader: StakeReader, stake: OpenStake, way: WayStakes) -> WayRow:
    points = "" if way.points is None else signed(-way.points)
    return WayRow(points, reader.lines(stake, way))
