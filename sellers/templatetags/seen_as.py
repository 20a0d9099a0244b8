"""Puts the line on who sees a page into every page about a seller."""

from __future__ import annotations

from django import template
from django.utils import timezone

from sellers.access import Sight
from sellers.models import User
from sellers.seen_as import seen_as_words

register = template.Library()


@register.simple_tag
def seen_as(sight: Sight | None, user: object) -> str:
    """As what this person sees the page; "" for the owner and where no seller is shown."""
    if sight is None or not isinstance(user, User):
        return ""
    return seen_as_words(sight, user, now=timezone.now())
