"""Puts verdicts and notices into the pages of the apps below.

The seller's page and the roster know nothing of eligibility; their templates ask here. What
may be seen is settled by the view that hands over the objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template

from eligibility.models import EligibilityStanding, Notice
from eligibility.pages.level_words import level_titles
from eligibility.standing_words import CompactVerdict, compact_verdict
from metrics.roster_rows import RosterRow
from sellers.access import sellers_visible_to
from sellers.models import Seller, User

register = template.Library()


@register.simple_tag
def verdict_of(seller: Seller) -> CompactVerdict | None:
    """Level and gigs of a seller in a few words; None before the first computation."""
    standing = EligibilityStanding.objects.filter(seller=seller).first()
    return None if standing is None else _words(standing)


@register.simple_tag
def with_verdicts(rows: Iterable[RosterRow]) -> Sequence[tuple[RosterRow, CompactVerdict | None]]:
    """Rows of the roster, each with its seller's verdict: one query for all."""
    rows = list(rows)
    ids = [row.seller.pk for row in rows]
    found = {one.seller_id: one for one in EligibilityStanding.objects.filter(seller__in=ids)}
    return [(row, _words(found[row.seller.pk]) if row.seller.pk in found else None) for row in rows]


@register.simple_tag
def unread_notices(user: object) -> int:
    """How many notices wait for somebody; 0 for those who are not logged in."""
    if not isinstance(user, User) or not user.is_active:
        return 0
    return Notice.objects.filter(seller__in=sellers_visible_to(user), read_at=None).count()


def _words(standing: EligibilityStanding) -> CompactVerdict:
    return compact_verdict(standing, level_titles(standing.level_rules))
