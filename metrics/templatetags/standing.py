"""Puts numbers into the pages about facts.

The roster and the order page belong to ``sellers``, which knows nothing of numbers; their
templates ask here. What may be seen is settled by the view that hands over the objects.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone

from metrics.dates import local_date
from metrics.order_effect import order_effect
from metrics.order_effect_words import EffectWords, effect_words
from metrics.policy_files import current_policy_file
from metrics.roster_rows import RosterRow, roster_rows
from metrics.selectors import roster_numbers, standing_of
from sellers.models import Order, Seller

register = template.Library()


@register.simple_tag
def roster_rows_of(sellers: Iterable[Seller]) -> list[RosterRow]:
    """Rows of the roster for sellers of :func:`sellers.selectors.roster`."""
    return roster_rows(roster_numbers(list(sellers)), current_policy_file())


@register.simple_tag
def effect_of_order(order: Order) -> EffectWords:
    """What an order does to the score on the last computed day, else today."""
    standing = standing_of(order.seller)
    day = standing.as_of if standing else local_date(order.seller, timezone.now())
    return effect_words(order_effect(order, day, current_policy_file()))
