"""Who may see whom. Every view asks here and nowhere else (:mod:`sellers.access.sight`)."""

from sellers.access.sight import (
    Role,
    Sight,
    Visitor,
    admin_or_404,
    imports_visible_to,
    is_admin,
    live_grants,
    look_or_404,
    managed_or_404,
    may_import,
    sellers_shown_to,
    sellers_visible_to,
    sight_in,
    sight_of,
)

__all__ = [
    "Role",
    "Sight",
    "Visitor",
    "admin_or_404",
    "imports_visible_to",
    "is_admin",
    "live_grants",
    "look_or_404",
    "managed_or_404",
    "may_import",
    "sellers_shown_to",
    "sellers_visible_to",
    "sight_in",
    "sight_of",
]
