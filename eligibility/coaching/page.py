"""What the roster says: who needs somebody today, then everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from eligibility.coaching.filters import ClientsQuery, clients
from eligibility.coaching.marks import marks_of
from eligibility.coaching.rows import ClientRow, client_rows
from sellers.access import is_admin, may_import, sellers_shown_to
from sellers.access.looks import note_roster
from sellers.models import Seller, User

#: One glance: a hundred clients on a page, and the most urgent on top.
ROWS = 100
MOST_URGENT = 12
_LOSING = Q(days_left__isnull=False)


def roster_context(data: QueryDict, user: User, now: datetime) -> dict[str, Any]:
    """The list as the address asks for it. Notes that the listed sellers were looked at."""
    marks = marks_of(user)
    own = {mark.seller_id: mark for mark in marks}
    form = ClientsQuery(data, list(own.values()))
    asked = form.asked()
    visible = sellers_shown_to(user, now=now)
    found = clients(visible, asked, marks, now)
    page = Paginator(found, ROWS).get_page(asked["page"])
    urgent = _urgent(found) if page.number == 1 else []
    listed = {seller.pk: seller for seller in (*urgent, *page.object_list)}
    hidden = note_roster(user, listed.values(), now=now)
    rows = client_rows(list(listed.values()), own, hidden, now)
    by_id = {row.seller.pk: row for row in rows}
    total = page.paginator.count if not form.filters else visible.count()
    return {
        "form": form,
        "asked": asked,
        "sort": asked["sort"],
        "page": page,
        "rows": [by_id[seller.pk] for seller in page.object_list],
        "urgent": [by_id[seller.pk] for seller in urgent],
        "needing": _needing(found, urgent, page.number),
        "snoozed": _snoozed(rows),
        "filtered": bool(form.filters),
        "has_sellers": bool(total),
        "coaching": total > 1,
        "back": data.urlencode(),
        "back_query": f"?{urlencode({'back': data.urlencode()})}" if data else "",
        "may_import": may_import(user),
        "is_admin": is_admin(user),
    }


def _urgent(found: QuerySet[Seller]) -> list[Seller]:
    """Those who lose something within the horizon, the soonest first."""
    losing = found.filter(_LOSING)
    return list(losing.order_by(F("days_left"), "handle", "pk")[:MOST_URGENT])


def _needing(found: QuerySet[Seller], urgent: Sequence[Seller], page: int) -> int:
    """How many need somebody in all; counted only where the list is cut."""
    if page != 1 or len(urgent) < MOST_URGENT:
        return len(urgent)
    return found.filter(_LOSING).count()


def _snoozed(rows: Sequence[ClientRow]) -> int:
    return sum(row.snoozed_until is not None and row.loss is not None for row in rows)
