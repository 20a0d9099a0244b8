"""The one door: may this user see this seller, and at what scope?

Owners see their own sellers, admins (active staff) every seller, coaches what an owner has
granted them, for as long as the grant lives. Anybody else learns nothing, not even that a
seller exists: the answer is 404.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.utils import timezone

from sellers.models import Grant, ImportBatch, Scope, Seller, User

Visitor = User | AnonymousUser


class Role(StrEnum):
    """As what somebody sees a seller."""

    OWNER = "owner"
    ADMIN = "admin"
    COACH = "coach"


@dataclass(frozen=True, slots=True)
class Sight:
    """A seller as one user sees it."""

    seller: Seller
    role: Role
    scope: Scope

    @property
    def manages(self) -> bool:
        """Whether this user may change what is known of the seller."""
        return self.role is not Role.COACH

    @property
    def hides_orders(self) -> bool:
        """Order pages, and the references of orders in ledgers."""
        return self.scope < Scope.ORDERS

    @property
    def hides_names(self) -> bool:
        """Buyers, what they wrote, and notes."""
        return self.scope < Scope.EVERYTHING


def is_admin(user: Visitor) -> bool:
    return user.is_active and user.is_staff


def live_grants(now: datetime) -> QuerySet[Grant]:
    """Grants that open something: accepted, not over, not ended, given by who still owns it."""
    return Grant.objects.filter(
        coach__isnull=False, ended_at=None, expires_at__gt=now, given_by=F("seller__owner")
    )


def sight_of(user: Visitor, seller_id: int, *, now: datetime) -> Sight | None:
    """May this user see this seller, and at what scope? None: as if there were no such seller."""
    if not user.is_active or not isinstance(user, User):
        return None
    granted = live_grants(now).filter(coach=user, seller=OuterRef("pk")).order_by("-scope")
    seller = (
        Seller.objects.filter(pk=seller_id)
        .annotate(granted_scope=Subquery(granted.values("scope")[:1]))
        .first()
    )
    if seller is None:
        return None
    if seller.owner_id == user.pk:
        return Sight(seller, Role.OWNER, Scope.EVERYTHING)
    if is_admin(user):
        return Sight(seller, Role.ADMIN, Scope.EVERYTHING)
    if seller.granted_scope is not None:
        return Sight(seller, Role.COACH, Scope(seller.granted_scope))
    return None


def look_or_404(request: HttpRequest, seller_id: int, *, needs: Scope = Scope.STANDING) -> Seller:
    """The seller of a page that coaches may open from the scope ``needs`` on.

    What has to be hidden stands in ``request.sight``, for the view and its templates.
    """
    sight = sight_of(request.user, seller_id, now=timezone.now())
    if sight is None or sight.scope < needs:
        raise Http404
    request.sight = sight  # type: ignore[attr-defined]
    return sight.seller


def managed_or_404(request: HttpRequest, seller_id: int) -> Seller:
    """The seller of a page that only its owner and admins may open."""
    seller = look_or_404(request, seller_id, needs=Scope.EVERYTHING)
    if not sight_in(request).manages:
        raise Http404
    return seller


def sight_in(request: HttpRequest) -> Sight:
    """What :func:`look_or_404` or :func:`managed_or_404` has found for this request."""
    sight: Sight = request.sight  # type: ignore[attr-defined]
    return sight


def sellers_shown_to(user: Visitor, *, now: datetime) -> QuerySet[Seller]:
    """The sellers whose standing this user may see: managed ones, and those granted."""
    if not user.is_active or not isinstance(user, User):
        return Seller.objects.none()
    if is_admin(user):
        return Seller.objects.all()
    granted = live_grants(now).filter(coach=user).values("seller")
    return Seller.objects.filter(Q(owner=user) | Q(pk__in=granted))


def sellers_visible_to(user: Visitor) -> QuerySet[Seller]:
    """The sellers that this user manages: every page of theirs is open, and every change."""
    if not user.is_active or not isinstance(user, User):
        return Seller.objects.none()
    if is_admin(user):
        return Seller.objects.all()
    return Seller.objects.filter(owner=user)


def may_import(user: Visitor) -> bool:
    """Admins import for anybody, owners for the sellers they own."""
    return is_admin(user) or sellers_visible_to(user).exists()


def imports_visible_to(user: Visitor) -> QuerySet[ImportBatch]:
    """Admins see every import, owners those of the sellers they own."""
    if is_admin(user):
        return ImportBatch.objects.all()
    return ImportBatch.objects.filter(seller__in=sellers_visible_to(user))


def admin_or_404(user: Visitor) -> None:
    """Pages for admins do not exist for anybody else."""
    if not is_admin(user):
        raise Http404
