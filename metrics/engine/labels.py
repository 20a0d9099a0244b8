"""Impact labels: the platform's five words for an area (FORMULAS.md, step 4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

#: From worst to best, in the platform's words.
IMPACT_LABELS = (
    "strong negative",
    "negative",
    "room for growth",
    "positive",
    "strong positive",
)


def impact_label(distance: float, cuts: Sequence[float]) -> str:
    """The label of an area whose z, (q − μ)/σ, is ``distance``.

    Parameters
    ----------
    cuts : the policy's four cut points, ascending; a value at a cut has the better label
    """
    return IMPACT_LABELS[bisect_right(cuts, distance)]
