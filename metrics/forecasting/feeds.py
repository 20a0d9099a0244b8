"""Private addresses for calendar programs: made, used, revoked.

A calendar program cannot log in, so the address itself is the key: a number that finds the row
and a secret of 256 bits, of which only the hash is stored.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from metrics.models import CalendarFeed
from sellers.access import sight_of
from sellers.access.looks import note_sight
from sellers.access.tokens import hash_of, new_token
from sellers.models import Seller, User


@transaction.atomic
def create_feed(*, seller: Seller, user: User, now: datetime) -> tuple[CalendarFeed, str]:
    """A new address of this person for this seller; the one before it stops working.

    Returns
    -------
    The feed and its secret, which cannot be read again later.
    """
    # Two requests at once come one after the other: the later address stays.
    User.objects.select_for_update().get(pk=user.pk)
    revoke_feed(seller=seller, user=user, now=now)
    secret, secret_hash = new_token()
    feed = CalendarFeed.objects.create(
        seller=seller, user=user, secret_hash=secret_hash, created_at=now
    )
    return feed, secret


def revoke_feed(*, seller: Seller, user: User, now: datetime) -> int:
    """Stop the address of this person for this seller, for ever; how many there were.

    Named by the setting ``STANDING_ON_LOOK_ENDED``: a look that ends takes its feed along.
    """
    return feeds_in_force(seller=seller, user=user).update(revoked_at=now)


def feeds_in_force(*, seller: Seller, user: User) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(seller=seller, user=user, revoked_at=None)


def feed_at(feed_id: int, secret: str, *, now: datetime) -> CalendarFeed | None:
    """The feed at an address; None unless it is in force and its person may see the orders.

    Its reading is noted like that of a page.
    """
    feed = (
        CalendarFeed.objects.filter(pk=feed_id, revoked_at=None)
        .select_related("seller", "user")
        .first()
    )
    expected = "" if feed is None else feed.secret_hash
    # Compared whether or not there is a row, in a time that tells nothing.
    right = hmac.compare_digest(hash_of(secret), expected.ljust(64))
    if feed is None or not right:
        return None
    sight = sight_of(feed.user, feed.seller_id, now=now)
    if sight is None or sight.hides_orders:
        return None
    note_sight(feed.user, sight, page="metrics:age_out_feed", now=now)
    return feed
