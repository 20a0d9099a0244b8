"""Who looked at what, and when: one row a person, page and hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils import timezone

from sellers.access.sight import Role, Sight, Visitor, is_admin, live_grants
from sellers.models import ImportBatch, ImportEffect, Look, Scope, Seller, User

GetResponse = Callable[[HttpRequest], HttpResponse]
_PROGRESS = "sellers:import_progress"

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


def note_rows(request: HttpRequest, seller_ids: Iterable[int | None], detail: str = "") -> None:
    """Note that an admin reads rows about these sellers; who else reads them has another door."""
    user, match = request.user, request.resolver_match
    if isinstance(user, User) and is_admin(user) and match is not None:
        note_looks(
            seller_ids=[pk for pk in seller_ids if pk is not None],
            user=user,
            role=Look.Role.ADMIN,
            scope=Scope.EVERYTHING,
            page=match.view_name,
            detail=detail,
            now=timezone.now(),
        )


def note_sight(user: User, sight: Sight, *, page: str, detail: str = "", now: datetime) -> None:
    """Note what somebody saw of one seller, by the door that opened it."""
    if sight.role is not Role.OWNER:
        note_looks(
            seller_ids=[sight.seller.pk],
            user=user,
            role=Look.Role(sight.role.value),
            scope=sight.scope,
            page=page,
            detail=detail,
            now=now,
        )


def note_every_look(get_response: GetResponse) -> GetResponse:
    """Note pages about one seller, or an import, that a coach or an admin was shown."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if response.status_code < 400 and match is not None and isinstance(request.user, User):
            _note(request, request.user, match)
        return response

    return middleware


def _note(request: HttpRequest, user: User, match: ResolverMatch) -> None:
    sight: Sight | None = getattr(request, "sight", None)
    detail = str(match.kwargs.get("ref", ""))
    if sight is not None:
        note_sight(user, sight, page=match.view_name, detail=detail, now=timezone.now())
    elif is_admin(user) and "seller_id" in match.kwargs:
        note_rows(request, [match.kwargs["seller_id"]], detail)
    # How far an import is names nobody, and is asked every second.
    elif is_admin(user) and "batch_id" in match.kwargs and match.view_name != _PROGRESS:
        note_rows(request, sellers_of_import(match.kwargs["batch_id"]))


def sellers_of_import(batch_id: int) -> set[int]:
    """The sellers whom an import is for, has touched, or would touch by its preview."""
    batch = ImportBatch.objects.filter(pk=batch_id).values_list("seller_id", "preview__revisions")
    own, revisions = batch.first() or (None, None)
    if own is not None:
        return {own}
    touched = ImportEffect.objects.filter(batch=batch_id).values_list("seller_id", flat=True)
    return {*touched, *map(int, revisions or ())}
