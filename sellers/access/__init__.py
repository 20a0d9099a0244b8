"""Who may see whom. Every view asks here and nowhere else.

Admins (active staff) see every seller; owners see their own. Anybody else learns
nothing, not even that a seller exists: the answer is 404.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from sellers.models import ImportBatch, Seller, User

Visitor = User | AnonymousUser


def is_admin(user: Visitor) -> bool:
    return user.is_active and user.is_staff


def sellers_visible_to(user: Visitor) -> QuerySet[Seller]:
    """The sellers whose pages this user may open."""
    if not user.is_active or not isinstance(user, User):
        return Seller.objects.none()
    if is_admin(user):
        return Seller.objects.all()
    return Seller.objects.filter(owner=user)


def seller_or_404(user: Visitor, seller_id: int) -> Seller:
    """The seller, if this user may see it; otherwise it does not exist for them."""
    try:
        return sellers_visible_to(user).get(pk=seller_id)
    except Seller.DoesNotExist:
        raise Http404 from None


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
