"""What flipped a rule, in words, and where it can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from eligibility.pages.parts import Link
from eligibility.rules.flips import FlipCause

#: With ``{order}`` for "order FO61B…": the words of causes that have an order.
_OF_ORDER: Mapping[FlipCause, str] = {
    FlipCause.ORDER_ENTERED: "{order} began to count",
    FlipCause.ORDER_LEFT: "{order} left the window",
    FlipCause.RULED_OUT: "a ruling took {order} out of the count",
    FlipCause.REVIEW_POSTED: "a review of {order} came in",
    FlipCause.REVIEW_EDITED: "the review of {order} was edited",
    FlipCause.REVIEW_LEFT: "the review of {order} left the window",
    FlipCause.REVIEW_REMOVED: "the review of {order} was removed",
}
_OF_NONE: Mapping[FlipCause, str] = {
    FlipCause.BEGAN: "the history begins",
    FlipCause.RULES_CHANGED: "these rules came into force",
    FlipCause.INQUIRY_ENTERED: "a first message of a new client began to count",
    FlipCause.INQUIRY_LEFT: "a first message left the window",
    FlipCause.SCORE_MOVED: "the displayed success score moved",
    FlipCause.LEVEL_CHANGED: "the seller’s level changed",
    FlipCause.DAY_PASSED: "time passed",
    FlipCause.SHOWN: "the platform showed the value",
}


@dataclass(frozen=True, slots=True)
class Flip:
    """What is stored of a flip.

    ``ref`` is the reference of its order, "" for none; ``others`` how many more facts of the
    same day pushed the same way; ``by`` the id of the rule that decided, for a verdict over
    several, and ``rule`` its title.
    """

    cause: FlipCause
    day: date
    ref: str = ""
    others: int = 0
    rule: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses of one seller's pages that a flip may lead to."""

    seller_id: int
    gig_id: int | None = None

    def order(self, ref: str) -> str:
        return reverse("sellers:order", args=[self.seller_id, ref])

    def why(self, day: date) -> str:
        """Why the score moved into ``day``."""
        query = urlencode({"from": day - timedelta(days=1), "to": day})
        return f"{reverse('metrics:why', args=[self.seller_id])}?{query}"

    def seller(self) -> str:
        return reverse("eligibility:seller", args=[self.seller_id])

    def gig(self, gig_id: int) -> str:
        return reverse("eligibility:gig", args=[self.seller_id, gig_id])

    def outcomes(self) -> str:
        return reverse("eligibility:outcomes", args=[self.seller_id])

    def counts(self, rule_set: str, rule: str, day: date, **more: str) -> str:
        """The page of what counts for a rule on a day; the gig's own where one is known."""
        asked: dict[str, str] = {"rule": f"{rule_set}:{rule}", "day": day.isoformat()}
        if self.gig_id is not None:
            asked["gig"] = str(self.gig_id)
        return f"{reverse('eligibility:orders', args=[self.seller_id])}?{urlencode(asked | more)}"


def cause_words(flip: Flip) -> str:
    """One clause, without a capital or a full stop: "a review of order FO61B… came in"."""
    if flip.cause in _OF_ORDER:
        name = f"order {flip.ref}" if flip.ref else "an order"
        words = _OF_ORDER[flip.cause].format(order=name)
    else:
        words = _OF_NONE[flip.cause]
    if flip.others:
        words += f", with {flip.others:,} more that day"
    return f"{flip.rule[:1].lower()}{flip.rule[1:]}: {words}" if flip.rule else words


def cause_link(flip: Flip, places: Places, *, counts_url: str = "") -> Link | None:
    """What flipped it and the page that shows it; None where a history merely begins.

    ``counts_url`` is where the list behind the rule's value stands, for causes that are no
    single order.
    """
    match flip.cause:
        case FlipCause.BEGAN:
            return None
        case FlipCause.SCORE_MOVED:
            url = places.why(flip.day)
        case FlipCause.LEVEL_CHANGED | FlipCause.RULES_CHANGED:
            # The seller's own page needs no link to itself.
            url = "" if places.gig_id is None else places.seller()
        case FlipCause.SHOWN:
            url = places.outcomes()
        case _:
            url = places.order(flip.ref) if flip.ref else counts_url
    return Link(cause_words(flip), url)
