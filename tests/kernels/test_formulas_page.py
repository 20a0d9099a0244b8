"""The worked table of docs/FORMULAS.md is what the reference computes."""

from __future__ import annotations

import re
from pathlib import Path

from metrics.engine import reference
from metrics.engine.types import Factor, OrderFacts, OrderStatus, ReviewFacts
from metrics.policy_files import SHIPPED, read_policy_file

PAGE = (Path(__file__).parents[2] / "docs" / "FORMULAS.md").read_text(encoding="utf-8")
POLICY = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()

DONE = OrderStatus.COMPLETED
ORDERS = [
    OrderFacts(1, 0, DONE, 0, 0, -3.0, disputes=0, amount_usd=100.0),
    OrderFacts(2, 0, DONE, 180, 180, 6.0, disputes=0, amount_usd=400.0),
    OrderFacts(3, 0, DONE, 360, 360, -20.0, disputes=0, amount_usd=25.0),
]
REVIEWS = [ReviewFacts(1, 0, 0, stars=5.0), ReviewFacts(2, 180, 180, stars=4.0)]


def state_on(day: int) -> reference.SellerState:
    evidence = reference.evidence_of(ORDERS, REVIEWS, POLICY)
    return reference.seller_state(evidence, day, POLICY)


def test_every_row_of_the_worked_table_is_what_the_reference_computes() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (\d+) \| ([\d.]+) \| ([\d.]+|not scored) \| (\d+|–) \|", PAGE, re.MULTILINE
    )
    assert [int(row[0]) for row in rows] == [360, 361, 729, 730, 910]
    for day, activity, volume, score, displayed in rows:
        state = state_on(int(day))
        gig = state.gigs[0]
        assert (str(gig.activity), f"{gig.volume:.4f}") == (activity, volume)
        if state.score is None:
            assert (score, displayed) == ("not scored", "–")
        else:
            assert (f"{state.score:.4f}", str(state.displayed)) == (score, displayed)


def test_the_areas_of_the_worked_day_are_those_on_the_page() -> None:
    areas = state_on(360).gigs[0].areas
    satisfaction = areas[Factor.CLIENT_SATISFACTION]
    # 0.25 + 1.00 = 1.25 of weight; (5·0.93 + 0.85) / 6.25 = 0.88; (0.88 − 0.93) / 0.06
    assert (satisfaction.weight, satisfaction.weighted_x) == (1.25, 0.85)
    assert f"{satisfaction.q:.4f}" == "0.8800"
    printed = [f"{area.z:.4f}".replace("-", "−") for area in areas if area.weight]
    assert printed == ["−0.8333", "0.1944", "0.2593", "−0.7989"]
    assert all(f"{z} |" in PAGE for z in printed)
