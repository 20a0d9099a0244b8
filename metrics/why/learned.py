"""What imports told after the days that they are about, and the way to see its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from metrics.dates import end_of_day
from metrics.explanation import Explanation
from metrics.why.links import Links
from metrics.words import counted, day_words, listed
from sellers.importing.known import Learned, anything_known, learned_since
from sellers.models import Seller

#: Imports that are named one by one.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class LearnedLate:
    """Sentences about what was learned late, and the address of the other way to look at it.

    ``is_counted`` says whether the ledger has lines for it.
    """

    title: str
    imports: tuple[str, ...]
    rest: str
    url: str
    url_words: str
    is_counted: bool


def learned_of(explanation: Explanation, seller: Seller, links: Links) -> LearnedLate | None:
    """What imports have told since the earlier day; None where they told nothing.

    A history that was imported as a whole after its days was not learned late: there was
    nothing before it that could have been estimated.
    """
    known = explanation.known_day
    since = known or explanation.before.day
    moment = end_of_day(seller, since)
    found = learned_since(seller, moment)
    if known is None and not (found and anything_known(seller, moment)):
        return None
    return LearnedLate(
        title=_title(known, since, bool(found)),
        imports=tuple(import_words(each, seller.zone) for each in found[:SHOWN]),
        rest=counted(len(found) - SHOWN, "more import", "more imports")
        if len(found) > SHOWN
        else "",
        url=_other_way(explanation, links, since),
        url_words=f"Begin from what was known on {day_words(since)}"
        if known is None
        else "Take both days as they are known now",
        is_counted=known is not None,
    )


def _other_way(explanation: Explanation, links: Links, since: date) -> str:
    """One day as it is known now is no question: its neighbour is asked about."""
    if explanation.known_day is None:
        return links.why(known=since.isoformat())
    if explanation.before.day == explanation.after.day:
        return links.why(known=None, **{"from": None})
    return links.why(known=None)


def _title(known: date | None, since: date, told: bool) -> str:
    day = day_words(since)
    if known is None:
        return f"Both days are as they are known now. Learned after {day}:"
    if not told:
        return f"The earlier day is as it was known on {day}. No import has told more since."
    return f"The earlier day is as it was known on {day}. Learned late since then:"


def import_words(learned: Learned, zone: ZoneInfo) -> str:
    """“import 14 (12 Jun 2024) added 3 old orders”."""
    done = _added(learned)
    if learned.changed_orders:
        done.append(f"changed {counted(learned.changed_orders, 'order', 'orders')}")
    if learned.reviews:
        done.append(f"brought {counted(learned.reviews, 'review', 'reviews')}")
    what = listed(done) or "changed gigs"
    day = day_words(learned.at.astimezone(zone).date())
    return f"import {learned.batch_id} ({day}) {what}"


def _added(learned: Learned) -> list[str]:
    parts: Sequence[tuple[int, str, str]] = (
        (learned.old_orders, "old order", "old orders"),
        (learned.new_orders, "new order", "new orders"),
    )
    return [f"added {counted(count, one, many)}" for count, one, many in parts if count]
