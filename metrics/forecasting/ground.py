"""A seller's facts, read once, from which every question about the future is answered.

Reads the tables, never the clock: ``today`` is passed in. The same :class:`Explainer` as on the
why page stands behind it, so that coming moves are explained like past ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.engine.columns import BenchmarkColumns, EvidenceColumns
from metrics.engine.days import date_of, day_number
from metrics.engine.future import Future, future_of
from metrics.engine.types import Policy
from metrics.explain import Explainer
from metrics.explanation import GigName
from metrics.facts import FactColumns
from metrics.policy_files import PolicyFile, current_policy_file
from sellers.models import Seller


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of one seller on ``today``, ready for the engine.

    Attributes
    ----------
    facts, evidence : of this seller alone, gig numbers as in ``gigs``
    benchmarks : those of today hold on; None for the policy's own
    """

    seller: Seller
    today: date
    policy_file: PolicyFile
    policy: Policy
    explainer: Explainer
    evidence: EvidenceColumns
    benchmarks: BenchmarkColumns | None

    @property
    def facts(self) -> FactColumns:
        return self.explainer.facts

    @property
    def gigs(self) -> tuple[GigName, ...]:
        return self.explainer.gigs

    @property
    def today_number(self) -> int:
        return day_number(self.today)

    @property
    def last_day(self) -> date:
        """The day on which the last thing that is known today has left the window."""
        return date_of(self.today_number + self.policy.window_days)

    def future(self, last_day: date) -> Future:
        """The coming days as sums, for simulations.

        Raises
        ------
        ValueError
            If the last day lies before today.
        """
        days = day_number(last_day) - self.today_number + 1
        return future_of(
            self.evidence, len(self.gigs), self.today_number, days, self.policy, self.benchmarks
        )


def ground_of(seller: Seller, today: date) -> Ground:
    """Read a seller's facts. The number of queries does not depend on the number of orders."""
    policy_file = current_policy_file()
    explainer = Explainer(seller)
    moment = explainer.moment(today, policy_file)
    return Ground(
        seller=seller,
        today=today,
        policy_file=policy_file,
        policy=moment.policy,
        explainer=explainer,
        evidence=moment.evidence,
        benchmarks=moment.benchmarks,
    )
