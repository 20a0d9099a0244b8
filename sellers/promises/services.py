"""Making a promise and deciding how it went."""

from __future__ import annotations

from datetime import date, datetime

from sellers.models import Promise, Seller, User, WrittenAs

#: Promises of one seller that may be open at once: more is not a list one keeps.
MOST_OPEN = 50


class TooManyPromises(Exception):
    """There are as many open promises as one seller may have."""


def make_promise(
    *,
    seller: Seller,
    author: User,
    written_as: WrittenAs,
    side: Promise.Side,
    text: str,
    made_on: date,
    due: date,
    measure: Promise.Measure,
    now: datetime,
) -> Promise:
    """Write a promise down. :class:`TooManyPromises` where the list is full."""
    if Promise.objects.filter(seller=seller, state=Promise.State.OPEN).count() >= MOST_OPEN:
        raise TooManyPromises
    return Promise.objects.create(
        seller=seller,
        author=author,
        written_as=written_as,
        side=side,
        text=text,
        made_on=made_on,
        due=due,
        measure=measure,
        created_at=now,
    )


def decide_promise(
    *, promise: Promise, state: Promise.State, by: User, decided_as: WrittenAs, now: datetime
) -> bool:
    """Say how an open promise went, or open a decided one again.

    False where somebody else was faster: what they decided stays.
    """
    opens = state == Promise.State.OPEN
    rows = Promise.objects.filter(pk=promise.pk)
    if opens:
        changed = rows.exclude(state=Promise.State.OPEN).update(
            state=state, decided_by=None, decided_as="", decided_at=None
        )
    else:
        changed = rows.filter(state=Promise.State.OPEN).update(
            state=state, decided_by=by, decided_as=decided_as, decided_at=now
        )
    return bool(changed)
