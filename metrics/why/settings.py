"""The two days under other settings of the formula: what is compared, in words."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.explanation import Explanation
from metrics.forms import UNDER, MomentsForm
from metrics.why.links import Links
from metrics.words import day_words


@dataclass(frozen=True, slots=True)
class OtherSettings:
    """Sentences about the settings of the two days, and the address without them."""

    title: str
    meaning: str
    url: str


def settings_of(explanation: Explanation, days: MomentsForm, links: Links) -> OtherSettings | None:
    """What is asked under other settings; None where both days are as the site computes them."""
    if not any(days.under):
        return None
    same_day = explanation.before.day == explanation.after.day
    first, second = map(days.words_of, days.under)
    before, after = day_words(explanation.before.day), day_words(explanation.after.day)
    if first == second:
        title = f"Both days under other settings: {_named(first)}."
        meaning = "So the score would have moved if the platform worked like that."
    else:
        then = "then" if same_day else after
        title = f"{before} under {_named(first)}, {then} under {_named(second)}."
        meaning = "Lines with the cause “rules changed” say what the other settings do."
        if not same_day:
            meaning += " The other lines say what the days between did, under the earlier settings."
    plain: dict[str, str | None] = dict.fromkeys(UNDER)
    # One day under one setting is no question: its neighbour is asked about.
    url = links.why(**plain, **({"from": None} if same_day else {}))
    return OtherSettings(title, meaning, url)


def _named(words: str) -> str:
    return words if words.startswith("the settings") else f"“{words}”"
