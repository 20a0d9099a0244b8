"""Attribution by hand: moves whose integrals have a closed form.

The same numbers stand in docs/FORMULAS_ATTRIBUTION.md.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.engine.attribution import Form, Moment, attribute
from metrics.engine.fact_columns import evidence_columns
from metrics.engine.types import Cause, Evidence, Factor
from tests.kernels.moments import evidence_under, lines_by_key
from tests.kernels.policies import PLAIN
from tests.kernels.test_formulas_page import ORDERS, POLICY, REVIEWS

PAGE = (Path(__file__).parents[2] / "docs" / "FORMULAS_ATTRIBUTION.md").read_text("utf-8")

#: μ = σ = ½, k = 1, a = 0, b = 1, all weight on cancellations, nothing fades.
HALVES = replace(
    PLAIN,
    half_life_days=None,
    benchmark_mean=(0.5,) * 6,
    benchmark_spread=(0.5,) * 6,
    prior_strength=(1.0,) * 6,
    area_weight=(0.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    intercept=0.0,
    slope=1.0,
    min_activity=1,
)


def finished(order: int, gig: int, start: int, end: int, x: float, weight: float = 1.0) -> Evidence:
    return Evidence(order, gig, Factor.CANCELLATIONS, start, start, end, x, weight)


def test_a_good_order_leaves_as_a_bad_one_enters() -> None:
    """One gig, W = 1 all along the path, so d = k + W = 2 and d·σ = 1.

    X falls from 1 to 0, z = (X − μ·W)/(d·σ) = X − ½ falls from ½ to −½, q = ½ + z/2.
    An item of weight 1 is worth ∫ 9·L'(z)·(x − q) dz = 9·∫ L'(z)·(x − ½ − z/2) dz over
    z from −½ to ½, with L the logistic. L' is even, so the last term vanishes and
    ∫ L' = L(½) − L(−½) = tanh(¼):
    the bad order (x = 0) enters: +1 · 9·(0 − ½)·tanh ¼ = −4.5·tanh ¼ = −1.1021
    the good order (x = 1) leaves: −1 · 9·(1 − ½)·tanh ¼ = −4.5·tanh ¼ = −1.1021
    """
    evidence = evidence_columns([finished(1, 0, 0, 10, 1.0), finished(2, 0, 10, 99, 0.0)])
    answer = attribute(Moment(evidence, 9, HALVES, 1), Moment(evidence, 10, HALVES, 1))
    each = -4.5 * math.tanh(0.25)
    assert each == pytest.approx(-1.102134, abs=5e-7)
    left = (1, 0, Factor.CANCELLATIONS, Cause.AGED_OUT, 1)
    entered = (2, 0, Factor.CANCELLATIONS, Cause.ENTERED, 1)
    found = lines_by_key(answer)
    # The gig is alone, so its weight in the overall score moves nothing.
    assert found.keys() == {left, entered}
    assert found[left] == pytest.approx(each, abs=1e-12)
    assert found[entered] == pytest.approx(each, abs=1e-12)
    # S = 1 + 9·L(½) = 6.602134 → 7, and 1 + 9·L(−½) = 4.397866 → 4.
    assert answer.before == pytest.approx(6.602134, abs=5e-7)
    assert answer.after == pytest.approx(4.397866, abs=5e-7)
    assert (answer.displayed_before, answer.displayed_after) == (7, 4)
    # (4 − 4.397866) − (7 − 6.602134) = −0.397866 − 0.397866; 7 − 2.204267 − 0.795733 = 4.
    assert answer.rounding_after == pytest.approx(-0.397866, abs=5e-7)
    assert answer.rounding_before == pytest.approx(0.397866, abs=5e-7)
    assert answer.rounding == pytest.approx(-0.795733, abs=1e-6)
    # The platform showed 5 on that day: 5 − 4.
    assert answer.residual(5) == 1


def test_a_perfect_order_opens_a_weaker_gig_and_the_score_falls() -> None:
    """Two gigs. Gig 0: x = 1, weight ¼ (and one order of weight 0, for its gate), so
    z = (¼ − ⅛)/(1¼·½) = 0.2 and s = 1 + 9·L(0.2). Gig 1: two orders with x = μ, so z = 0
    and s = s0 = 5.5 throughout; its gate opens with the second, so c goes 0 → 1, V 1 → 2.

    The share of gig 1 is c·V/D with D = ¼ + τ·(1 + τ) = (τ + ½)². With t = τ + ½:
    gate   ∫ V·¼/D² dτ = ¼·∫ (t + ½)/t⁴ dt = ¼·[(2 + 4/3) − (2/9 + 4/81)] = 62/81
    weight ∫ c·¼/D² dτ = ¼·∫ (t − ½)/t⁴ dt = ¼·[(2 − 4/3) − (2/9 − 4/81)] = 10/81
    for t from ½ to 1½; together 72/81 = 8/9 = 2/2¼, the share of gig 1 in the end.
    """
    policy = replace(HALVES, min_activity=2)
    evidence = evidence_columns(
        [
            finished(1, 0, 0, 99, 1.0, weight=0.25),
            finished(11, 0, 0, 99, 1.0, weight=0.0),
            finished(2, 1, 0, 99, 0.5),
            finished(3, 1, 10, 99, 0.5),
        ]
    )
    answer = attribute(Moment(evidence, 9, policy, 2), Moment(evidence, 10, policy, 2))
    strong = 1 + 9 / (1 + math.exp(-0.2))
    gap = 5.5 - strong
    found = lines_by_key(answer)
    gate = (-1, 1, Factor.GIG_WEIGHT, Cause.GIG_BEGAN, 1)
    weight = (3, 1, Factor.GIG_WEIGHT, Cause.ENTERED, 1)
    assert found[gate] == pytest.approx(62 / 81 * gap, abs=1e-12)
    assert found[weight] == pytest.approx(10 / 81 * gap, abs=1e-12)
    assert sum(found.values()) == pytest.approx(8 / 9 * gap, abs=1e-12)
    assert answer.trigger_order(1, answer.gates[0].leg) == 3


def test_a_first_score_is_told_from_the_score_of_nothing_known() -> None:
    """One gig, one order with x = 1: W = X = τ, d = 1 + τ, z = (τ − τ/2)/((1 + τ)/2) = τ/(1 + τ).

    From s0 = 5.5 to 1 + 9·L(½) = 6.602134, all of it the order's.
    """
    evidence = evidence_columns([finished(7, 0, 10, 99, 1.0)])
    answer = attribute(Moment(evidence, 9, HALVES, 1), Moment(evidence, 10, HALVES, 1))
    assert answer.form is Form.FIRST_SCORE
    assert (answer.before, answer.base) == (None, 5.5)
    assert answer.after == pytest.approx(6.602134, abs=5e-7)
    entered = (7, 0, Factor.CANCELLATIONS, Cause.ENTERED, 3)
    assert lines_by_key(answer)[entered] == pytest.approx(1.102134, abs=5e-7)
    # 7 − 6.602134: the base is not displayed, so only the end is rounded.
    assert answer.rounding == pytest.approx(0.397866, abs=5e-7)
    (flip,) = answer.gates
    assert (flip.gig, flip.opened, flip.cause, flip.trigger_order) == (0, True, Cause.GIG_BEGAN, 7)


#: The words of the page for areas and causes.
WORDS = {
    Factor.CLIENT_SATISFACTION: "client satisfaction",
    Factor.CONFLICT_FREE: "conflict-free orders",
    Factor.CANCELLATIONS: "order cancellations",
    Factor.DELIVERY_TIME: "delivery time",
    Cause.AGED_OUT: "aged out",
    Cause.FADED: "faded",
}


def printed(amount: float) -> str:
    return f"{amount:+.4f}".replace("-", "−")


def test_the_worked_ledger_on_the_page_is_the_ledger() -> None:
    """The history of docs/FORMULAS.md from day 729 to day 730, its rows in the same order."""
    evidence = evidence_under((ORDERS, REVIEWS), POLICY)
    answer = attribute(Moment(evidence, 729, POLICY, 1), Moment(evidence, 730, POLICY, 1))
    expected = [
        f"| {order} | {WORDS[Factor(factor)]} | {WORDS[Cause(cause)]} | {printed(amount)} |"
        for (order, _, factor, cause, _), amount in sorted(lines_by_key(answer).items())
    ]
    rows = r"^\| \d \| .+ \| (?:aged out|faded) \| .+ \|$"
    assert re.findall(rows, PAGE, re.MULTILINE) == expected
    assert answer.change is not None
    assert f"**sum** | **{printed(answer.change)}** |" in PAGE
    assert f"{answer.before:.4f} − 0.0671 = {answer.after:.4f}" in PAGE
    assert f"= {printed(answer.rounding)[:7]}" in PAGE.replace("=\n", "= ")
    assert printed(answer.by_order()[1]) == "−0.0695"
