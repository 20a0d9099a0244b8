"""What typical accounts read under the shipped policy: ``python -m benchmarks.calibration``.

The table of docs/FORMULAS.md ("How the defaults were chosen") is this program's output.
Histories are generated, seeded, two years long, on three gigs of unequal size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from metrics.engine import reference
from metrics.engine.types import (
    CancelledBy,
    OrderFacts,
    OrderStatus,
    Policy,
    ReviewFacts,
)
from metrics.policy_files import SHIPPED, read_policy_file

TODAY, WINDOW, SEEDS, GIGS = 20_000, 730, 60, 3


@dataclass(frozen=True, slots=True)
class Account:
    """A kind of account. ``stars`` are the shares of 5, 4, 3, 2 and 1 stars; rates are 0..1."""

    name: str
    orders: int
    stars: tuple[float, float, float, float, float]
    cancelled: float
    late: float
    very_late: float
    disputed: float
    rates_areas: bool = True


FLAWLESS = (1.0, 0.0, 0.0, 0.0, 0.0)
ACCOUNTS = (
    Account("flawless, 200 orders", 200, FLAWLESS, 0, 0, 0, 0),
    Account("flawless, 200 orders, stars only", 200, FLAWLESS, 0, 0, 0, 0, rates_areas=False),
    Account("flawless, 30 orders", 30, FLAWLESS, 0, 0, 0, 0),
    Account("flawless, 8 orders", 8, FLAWLESS, 0, 0, 0, 0),
    Account("healthy", 150, (0.93, 0.04, 0.015, 0.005, 0.01), 0.02, 0.03, 0.01, 0.005),
    Account("ordinary", 150, (0.90, 0.05, 0.02, 0.01, 0.02), 0.04, 0.06, 0.02, 0.01),
    Account("struggling", 150, (0.82, 0.08, 0.04, 0.02, 0.04), 0.10, 0.12, 0.05, 0.03),
    Account("troubled", 150, (0.65, 0.12, 0.08, 0.05, 0.10), 0.20, 0.20, 0.10, 0.08),
)


def _order(account: Account, number: int, draw: random.Random) -> OrderFacts:
    day = draw.randrange(TODAY - WINDOW, TODAY)
    gig = min(int(draw.expovariate(1)), GIGS - 1)
    amount, luck = draw.lognormvariate(4.2, 0.8), draw.random()
    disputes = int(draw.random() < account.disputed)
    if draw.random() < account.cancelled:
        side = draw.choice((CancelledBy.SELLER, CancelledBy.MUTUAL))
        return OrderFacts(
            number,
            gig,
            OrderStatus.CANCELLED,
            day,
            cancelled_by=side,
            disputes=disputes,
            amount_usd=amount,
        )
    late = 50.0 if luck < account.very_late else 10.0
    on_time = luck >= account.very_late + account.late
    return OrderFacts(
        number,
        gig,
        OrderStatus.COMPLETED,
        day,
        delivered_day=day,
        late_hours=-5.0 if on_time else late,
        disputes=disputes,
        amount_usd=amount,
    )


def _review(account: Account, order: OrderFacts, draw: random.Random) -> ReviewFacts:
    stars = draw.choices((5, 4, 3, 2, 1), account.stars)[0]

    def area() -> float | None:
        """Areas mostly repeat the stars; one in ten of an unhappy client's is a star lower."""
        if not account.rates_areas:
            return None
        lower = draw.random() < (0.1 if stars < 5 else 0.03)
        return max(1, stars - lower)

    day = order.finished_day or 0
    return ReviewFacts(
        order.order,
        day,
        day,
        stars=stars,
        quality=area(),
        communication=area(),
        value=area(),
    )


def score_of(account: Account, seed: int, policy: Policy) -> float:
    """The overall score of one generated history."""
    draw = random.Random(seed)
    orders = [_order(account, number, draw) for number in range(account.orders)]
    reviews = [
        _review(account, order, draw)
        for order in orders
        if order.status is OrderStatus.COMPLETED and draw.random() < 0.65
    ]
    state = reference.seller_state(reference.evidence_of(orders, reviews, policy), TODAY, policy)
    assert state.score is not None
    return state.score


def main() -> None:
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    print(f"| account | 10% read below | median | 10% read above |  ({SEEDS} histories each)")
    print("|---|---:|---:|---:|")
    for account in ACCOUNTS:
        scores = sorted(score_of(account, seed, policy) for seed in range(SEEDS))
        low, middle, high = (scores[int(SEEDS * share)] for share in (0.1, 0.5, 0.9))
        print(f"| {account.name} | {low:.2f} | {middle:.2f} | {high:.2f} |")


if __name__ == "__main__":
    main()
