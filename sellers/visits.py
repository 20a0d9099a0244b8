"""When somebody last looked at a seller, so that the page can say what has changed since.

Looks that follow each other within :data:`VISIT_GAP` are one visit: reloading a page, or coming
back from another one, does not make what is new old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from sellers.models import Seller, User

VISIT_GAP = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Since:
    """The last look of the visit before: its time, and the day up to which numbers reached."""

    at: datetime
    to: date


_MARK = """
    INSERT INTO sellers_visit AS v (seller_id, user_id, seen_at, seen_to)
    VALUES (%(seller)s, %(user)s, %(now)s, %(as_of)s)
    ON CONFLICT (user_id, seller_id) DO UPDATE SET
        since_at = CASE WHEN v.seen_at < %(gap)s THEN v.seen_at ELSE v.since_at END,
        since_to = CASE WHEN v.seen_at < %(gap)s THEN v.seen_to ELSE v.since_to END,
        seen_at = GREATEST(v.seen_at, EXCLUDED.seen_at),
        seen_to = EXCLUDED.seen_to
    RETURNING since_at, since_to
"""


def mark_visit(*, seller: Seller, user: User, as_of: date, now: datetime) -> Since | None:
    """Remember that this person looks now; what they are told is new since then.

    ``as_of`` is the day up to which the numbers of the page are computed. None on a first visit:
    there is nothing to compare with.
    """
    values: dict[str, Any] = {
        "seller": seller.pk,
        "user": user.pk,
        "now": now,
        "as_of": as_of,
        "gap": now - VISIT_GAP,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        at, to = cursor.fetchone()
    return None if at is None else Since(at, to)
