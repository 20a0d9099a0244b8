"""What the list of promises says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sellers.access import Sight
from sellers.models import Promise, User
from sellers.promises.facts import facts_beside
from sellers.promises.forms import PromiseForm
from sellers.writers import writer_words

#: Decided ones that the list still holds, the newest first.
_PAST = 20
#: An open promise is due "soon" for so many days before its last one.
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise in words; ``when`` is empty for one that is decided."""

    promise: Promise
    who: str
    written_by: str
    when: str
    is_due: bool
    decided_by: str
    facts: str


def promise_rows(
    promises: list[Promise], sight: Sight, reader: User, *, now: datetime
) -> list[PromiseRow]:
    """Rows in the order given; the promises come with their author and who decided."""
    facts = facts_beside(promises, sight.seller, now=now)
    today = now.astimezone(sight.seller.zone).date()
    return [_row(one, sight, reader, today, facts.get(one.pk, "")) for one in promises]


def _row(promise: Promise, sight: Sight, reader: User, today: date, facts: str) -> PromiseRow:
    is_open = promise.state == Promise.State.OPEN
    by, as_what = promise.author, promise.written_as
    return PromiseRow(
        promise=promise,
        who="The seller" if promise.side == Promise.Side.SELLER else "The coach",
        written_by=writer_words(by, as_what, sight=sight, reader=reader),
        when=when_words(promise.due, today) if is_open else "",
        is_due=is_open and (promise.due - today).days <= SOON_DAYS,
        decided_by=""
        if is_open
        else writer_words(promise.decided_by, promise.decided_as, sight=sight, reader=reader),
        facts=facts,
    )


def when_words(due: date, today: date) -> str:
    """ "6 days left", "the last day is today", "its day passed 3 days ago: how did it go?"."""
    days = (due - today).days
    if days > 0:
        return "1 day left" if days == 1 else f"{days} days left"
    if days == 0:
        return "the last day is today"
    ago = "yesterday" if days == -1 else f"{-days} days ago"
    return f"its last day was {ago}: how did it go?"


def promises_context(sight: Sight, reader: User, *, now: datetime) -> dict[str, Any]:
    """Open promises, the next one due first; those decided lately; an empty form."""
    known = Promise.objects.filter(seller=sight.seller).select_related("author", "decided_by")
    opened = list(known.filter(state=Promise.State.OPEN).order_by("due", "pk"))
    decided = known.exclude(state=Promise.State.OPEN).order_by("-decided_at", "-pk")
    past = list(decided[: _PAST + 1])
    rows = promise_rows([*opened, *past[:_PAST]], sight, reader, now=now)
    today = now.astimezone(sight.seller.zone).date()
    return {
        "promises": rows[: len(opened)],
        "past_promises": rows[len(opened) :],
        "more_past": len(past) > _PAST,
        "promise_form": PromiseForm(today=today, role=sight.role),
    }
