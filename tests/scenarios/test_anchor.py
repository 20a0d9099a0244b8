"""The same offsets give the same evidence and the same scores, whatever the anchor day."""

from __future__ import annotations

from datetime import date

import pytest

from sellers.demo.stories import STORIES
from tests.scenarios.reading import Scenario, scenario

#: A leap day, a day after the clocks went forward, the last day of a year, a century's end.
ANCHORS = (date(2028, 2, 29), date(2027, 3, 29), date(2026, 12, 31), date(2100, 3, 1))
REFERENCE = date(2026, 7, 1)


def relative_evidence(told: Scenario) -> list[tuple[object, ...]]:
    """Evidence with days counted from the anchor, in an order of its own."""
    base = told.number(0)
    references = {number: ref for ref, number in told.order_numbers.items()}
    return sorted(
        (
            references[item.order],
            item.gig,
            int(item.factor),
            item.origin_day - base,
            item.start_day - base,
            item.end_day - base,
            item.x,
            item.value_weight,
            int(item.end_cause),
        )
        for item in told.evidence
    )


@pytest.mark.parametrize("handle", STORIES)
@pytest.mark.parametrize("anchor", ANCHORS, ids=str)
def test_evidence_depends_on_offsets_alone(handle: str, anchor: date) -> None:
    assert relative_evidence(scenario(handle, anchor)) == relative_evidence(
        scenario(handle, REFERENCE)
    )


@pytest.mark.parametrize("handle", STORIES)
def test_scores_depend_on_offsets_alone(handle: str) -> None:
    for offset in (-700, -365, -90, -1, 0):
        states = [scenario(handle, anchor).state(offset) for anchor in (*ANCHORS, REFERENCE)]
        assert len({state.displayed for state in states}) == 1
        scored = [state.score for state in states if state.score is not None]
        assert scored == pytest.approx([scored[0]] * len(scored), abs=1e-12) if scored else True
