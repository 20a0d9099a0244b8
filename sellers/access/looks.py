"""Who looked at what, and when: one row a person, page and hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sellers.access.sight import Role, Sight, Visitor, is_admin, live_grants
from sellers.models import ImportBatch, Look, Scope, Seller, User

GetResponse = Callable[[HttpRequest], HttpResponse]

_NOTE = """
    INSERT INTO sellers_look
        (seller_id, user_id, email, role, scope, page, detail, hour, first_at, last_at, times)
    SELECT id, %(user)s, %(email)s, %(role)s, %(scope)s, %(page)s, %(detail)s, %(hour)s,
           %(now)s, %(now)s, 1
      FROM sellers_seller
     WHERE id = ANY(%(sellers)s) AND owner_id IS DISTINCT FROM %(user)s
     ORDER BY id
    ON CONFLICT (seller_id, user_id, page, detail, hour)
    DO UPDATE SET last_at = EXCLUDED.last_at, times = sellers_look.times + 1
"""


def note_looks(
    *,
    seller_ids: Iterable[int],
    user: User,
    role: Look.Role,
    scope: Scope,
    page: str,
    detail: str = "",
    now: datetime,
) -> None:
    """Note that somebody opened a page about these sellers; owners are not noted at their own."""
    values: dict[str, Any] = {
        "sellers": sorted(set(seller_ids)),
        "user": user.pk,
        "email": user.email,
        "role": role.value,
        "scope": scope.value,
        "page": page[:80],
        "detail": detail[:200],
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "now": now,
    }
    if values["sellers"]:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, values)


def note_roster(
    user: Visitor, sellers: Iterable[Seller], *, now: datetime, page: str = "sellers:roster"
) -> set[int]:
    """Note that a coach or an admin read these rows of a list of sellers.

    The answer: those of whom this user may see no more than the standing.
    """
    ids = [seller.pk for seller in sellers if seller.owner_id != user.pk]
    if not isinstance(user, User) or not ids:
        return set()
    if is_admin(user):
        role, scope = Look.Role.ADMIN, Scope.EVERYTHING
        note_looks(seller_ids=ids, user=user, role=role, scope=scope, page=page, now=now)
        return set()
    granted = live_grants(now).filter(coach=user, seller__in=ids)
    scopes = dict(granted.order_by("scope").values_list("seller", "scope"))
    for scope in Scope:
        alike = [pk for pk, found in scopes.items() if found == scope]
        role = Look.Role.COACH
        note_looks(seller_ids=alike, user=user, role=role, scope=scope, page=page, now=now)
    return {pk for pk, found in scopes.items() if found == Scope.STANDING}


def note_every_look(get_response: GetResponse) -> GetResponse:
    """Note pages about one seller that a coach or an admin was shown."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if response.status_code < 400 and match is not None:
            sight: Sight | None = getattr(request, "sight", None)
            if sight is not None:
                _note(request, sight.seller.pk, sight.role, sight.scope)
            elif match.kwargs.keys() & {"seller_id", "batch_id"} and is_admin(request.user):
                seller_id = match.kwargs.get("seller_id") or _seller_of(match.kwargs["batch_id"])
                if seller_id is not None:
                    _note(request, seller_id, Role.ADMIN, Scope.EVERYTHING)
        return response

    return middleware


def _seller_of(batch_id: int) -> int | None:
    """The seller whom an import is for; one of several sellers is nobody's page."""
    found: int | None = (
        ImportBatch.objects.filter(pk=batch_id).values_list("seller_id", flat=True).first()
    )
    return found


def _note(request: HttpRequest, seller_id: int, role: Role, scope: Scope) -> None:
    user, match = request.user, request.resolver_match
    if role is Role.OWNER or not isinstance(user, User) or match is None:
        return
    note_looks(
        seller_ids=[seller_id],
        user=user,
        role=Look.Role(role.value),
        scope=scope,
        page=match.view_name,
        detail=str(match.kwargs.get("ref", "")),
        now=timezone.now(),
    )
