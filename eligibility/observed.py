"""What the platform displayed, from the words that a person typed to what rules can use."""

from __future__ import annotations

import re

#: Ranks of the levels, as in every rule set of kind "levels"; 0 is "no level yet".
_RANKS = {
    "new": 0,
    "new seller": 0,
    "no level": 0,
    "none": 0,
    "level 0": 0,
    "level 1": 1,
    "level one": 1,
    "1": 1,
    "level 2": 2,
    "level two": 2,
    "2": 2,
    "top rated": 3,
    "top rated seller": 3,
    "trs": 3,
}
_YES = frozenset({"yes", "true", "eligible", "can be promoted", "allowed", "1"})
_NO = frozenset({"no", "false", "not eligible", "cannot be promoted", "refused", "0"})


def _plain(label: str) -> str:
    return re.sub(r"[\s_-]+", " ", label).strip().casefold()


def level_rank(label: str) -> int | None:
    """The rank of a displayed level: "Level 2", "level one seller", "Top Rated".

    None for words that name no level: they are kept and shown, and never guessed at.
    """
    words = _plain(label)
    return _RANKS.get(words, _RANKS.get(words.removesuffix(" seller")))


def is_allowed(label: str) -> bool | None:
    """Whether a displayed answer on promotion says yes or no; None for other words."""
    words = _plain(label)
    return True if words in _YES else False if words in _NO else None
