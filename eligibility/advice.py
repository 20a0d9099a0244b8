"""Advice that the product never gives, because it breaks the platform's terms.

The list is shown to users as it stands here. ``tests/eligibility/pages/test_advice.py`` walks over
every text that the product can produce and holds it against the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: How the patterns speak of writing to somebody, of the people, and of what they may give.
_WRITE = (
    r"\b(?:messag(?:e|es|ing)|contact(?:s|ing)?|writ(?:e|es|ing) to|reach(?:es|ing)? out to"
    r"|e-?mail(?:s|ing)?|remind(?:s|ing)?|nudg(?:e|es|ing)|approach(?:es|ing)?"
    r"|follow(?:s|ing)? up with)\b"
)
_PEOPLE = r"(?:buyers?|clients?|customers?)\b"
_PRAISE = r"(?:reviews?|ratings?|feedback|five[- ]stars?|5[- ]stars?|stars)\b"


def _near(*parts: str, within: int = 40) -> str:
    """The parts in this order, each within so many characters of the last, in one sentence."""
    return rf"[^.;:]{{0,{within}}}".join(rf"\b(?:{part})" for part in parts)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One kind of advice: its words for people, and how a text that gives it reads."""

    key: str
    words: str
    pattern: re.Pattern[str]


def _forbidden(key: str, words: str, *patterns: str) -> Forbidden:
    return Forbidden(key, words, re.compile("|".join(patterns), re.IGNORECASE))


FORBIDDEN: tuple[Forbidden, ...] = (
    _forbidden(
        "past-buyers",
        "Messaging past buyers to win them back or to move a number.",
        _near(_WRITE, r"(?:past|previous|former|earlier|old|existing|your)\b", _PEOPLE, within=25),
        _near(rf"{_WRITE} (?:the|a|that|this|each|every) {_PEOPLE}", "again|review|rating|order"),
    ),
    _forbidden(
        "asking-for-reviews",
        "Asking for a review, for stars, or for private feedback.",
        _near(
            r"(?:ask|request|beg|solicit|invit|urg|prompt)(?:s|e|es|ed|ing)?\b",
            r"(?:for|to leave|to give|to write|to post)\b",
            _PRAISE,
        ),
        r"\bget (?:more |your )?(?:buyer|client|customer)s? to (?:leave|give|write|post|rate)",
        _near(r"encourag(?:e|es|ing)\b", _PRAISE),
        _near(_PEOPLE, r"to (?:leave|give|write|post)\b", _PRAISE, within=25),
    ),
    _forbidden(
        "changing-reviews",
        "Asking for a review to be changed or removed, or offering something for it.",
        _near(
            r"(?:ask|request|persuad|convinc|get|offer)(?:e|es|s|ing)?\b",
            r"to (?:change|edit|revise|update|remove|delete|withdraw|improve)\b",
            _PRAISE,
        ),
        _near(
            r"(?:refund|discount|bonus|free work|extra)\b",
            r"(?:in exchange|in return|if (?:they|he|she))\b",
        ),
    ),
    _forbidden(
        "bought-orders",
        "Buying orders or reviews, ordering from oneself, or having friends and family order.",
        _near(
            r"(?:buy|buying|purchas(?:e|ing)|pay(?:ing)? for|trad(?:e|ing)|swap(?:ping)?)\b",
            r"(?:orders|reviews|ratings|feedback)\b",
            within=20,
        ),
        r"\border(?:ing)? (?:from yourself|your own gig)",
        _near(
            r"(?:friends?|family|relatives?|(?:second|another) account)\b",
            r"(?:order|buy|review|rate)",
        ),
        r"\b(?:fake|sham|dummy) (?:orders?|reviews?|buyers?|accounts?)",
    ),
    _forbidden(
        "off-platform",
        "Taking talk or payment outside the platform.",
        _near(
            r"(?:pay|paid|payment|deal|talk|chat|communicat\w+|contact)\b",
            r"(?:outside (?:of )?the platform|off[- ]platform|by PayPal|over WhatsApp)",
        ),
    ),
    _forbidden(
        "hiding-failures",
        "Cancelling, splitting or stretching an order to keep it out of a number.",
        _near(r"cancel(?:s|ling|ing)?\b", r"to (?:avoid|prevent|escape|dodge)\b"),
        _near(r"split(?:s|ting)?\b", r"into (?:several|more|two|smaller) (?:orders|gigs)\b"),
        r"\bdeliver(?:s|ing)? (?:an? )?(?:empty|unfinished|placeholder|blank)\b",
    ),
)


def advice_in(text: str) -> Iterator[tuple[Forbidden, str]]:
    """Forbidden advice found in a text, each with the words that give it."""
    for kind in FORBIDDEN:
        for found in kind.pattern.finditer(text):
            yield kind, found.group(0)
