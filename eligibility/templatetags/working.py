"""Puts what is new since the last look into the seller's page, which knows no eligibility."""

from __future__ import annotations

from django import template
from django.utils import timezone

from eligibility.session_sheet.since import Ribbon, ribbon_of
from sellers.access import Sight
from sellers.models import User
from sellers.visits import Since

register = template.Library()


@register.simple_tag
def news_since(since: Since | None, sight: Sight, user: object) -> Ribbon | None:
    """What is new; None on a first visit, which has nothing to compare with."""
    if since is None or not isinstance(user, User):
        return None
    return ribbon_of(since, sight, user, now=timezone.now())
