"""What an order does to the score, in words for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.engine.types import Cause
from metrics.order_effect import EvidenceItem, OrderEffect
from metrics.words import AREA_WORDS, day_words, listed


@dataclass(frozen=True, slots=True)
class ItemWords:
    """One item of evidence; ``counts`` tells whether it counts on the day of the page."""

    area: str
    outcome: str
    outcome_number: str
    weight: str
    first_weight: str
    share: str
    counts: bool
    until: str


@dataclass(frozen=True, slots=True)
class EffectWords:
    """All items of an order, and the areas it says nothing about."""

    day: date
    items: list[ItemWords]
    silent: str
    gig_counts: bool
    min_activity: int
    half_life: str


def effect_words(effect: OrderEffect) -> EffectWords:
    """The evidence of an order as its page shows it."""
    half_life = effect.policy.half_life_days
    return EffectWords(
        day=effect.day,
        items=[_item(item, effect) for item in effect.items],
        silent=listed([AREA_WORDS[area] for area in effect.silent]),
        gig_counts=effect.gig_counts,
        min_activity=effect.policy.min_activity,
        half_life="" if half_life is None else f"{half_life:g} days",
    )


def _item(item: EvidenceItem, effect: OrderEffect) -> ItemWords:
    return ItemWords(
        area=AREA_WORDS[item.area],
        outcome=outcome_words(item.outcome),
        outcome_number=f"{item.outcome:.2f}",
        weight=f"{item.weight:.3f}",
        first_weight=f"{item.value_weight:.2f}",
        share=_share(item),
        counts=item.counts_on(effect.day),
        until=_until(item, effect),
    )


def outcome_words(outcome: float) -> str:
    """An outcome from 0 to 1 in a word."""
    if outcome >= 1:
        return "best"
    if outcome <= 0:
        return "worst"
    return "good" if outcome > 0.5 else "middling" if outcome == 0.5 else "poor"


def _share(item: EvidenceItem) -> str:
    if item.share is None:
        return ""
    return "under 0.1%" if item.share < 0.001 else f"{100 * item.share:.1f}%"


_ENDINGS = {
    Cause.EDITED: "replaced by the edit",
    Cause.REMOVED: "taken out of the count",
}


def _until(item: EvidenceItem, effect: OrderEffect) -> str:
    """ "leaves the two-year window on 3 Mar 2025", in the tense of the page's day."""
    end = day_words(item.end)
    if effect.day < item.start:
        return f"counts from {day_words(item.start)}"
    over = effect.day >= item.end
    if item.end_cause is Cause.AGED_OUT:
        return f"{'left' if over else 'leaves'} the {effect.window} on {end}"
    words = _ENDINGS[item.end_cause]
    return f"{words} on {end}" if over else f"{words} from {end} on"
