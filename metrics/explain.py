"""The one place where two days of a seller become a ledger.

:class:`Explainer` reads a seller's facts once and answers for any days; the seller's page,
the why page, its CSV and the stored headlines all ask here, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, cast

from metrics.benchmark_lookup import benchmarks_for, policy_key
from metrics.dates import end_of_day
from metrics.engine import ENGINE_VERSION
from metrics.engine.attribution import Attribution, Moment, attribute
from metrics.engine.days import day_number
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.path import PathNotConverged
from metrics.engine.state import seller_score, state_of
from metrics.explanation import (
    Explanation,
    GigName,
    Side,
    day_before,
    orders_about,
    unscored_reason,
)
from metrics.facts import FactColumns, read_facts
from metrics.headline import Headline, headline_of
from metrics.models import Move
from metrics.policy_files import AnyPolicy, current_policy_file
from metrics.unexplained import unexplained_headline
from sellers.models import Gig, Observation, Seller

__all__ = ["Explainer", "explain", "fill_headline", "fill_headlines", "headline_of"]


class Explainer:
    """A seller's facts, read once, and the ledger between any two days.

    The number of queries depends neither on the number of orders nor on that of questions.
    Other facts may be given instead of those of the tables: a future that is only imagined,
    say. Their gigs have to be this seller's, in the same order.
    """

    def __init__(self, seller: Seller, facts: FactColumns | None = None) -> None:
        self.seller = seller
        self._grounds: dict[str, Moment] = {}
        self.facts = read_facts([seller.pk]) if facts is None else facts
        names = {
            pk: GigName(pk, title or ref, is_active)
            for pk, title, ref, is_active in Gig.objects.filter(seller=seller).values_list(
                "pk", "title", "ref", "is_active"
            )
        }
        self.gigs = tuple(names[pk] for pk in self.facts.gig_ids.tolist())
        self.observed = {
            day: float(value)
            for day, value in Observation.objects.filter(
                seller=seller, kind=Observation.Kind.SCORE, value__isnull=False
            ).values_list("day", "value")
            if value is not None
        }

    def explain(
        self,
        *,
        start: date,
        end: date,
        policy_before: AnyPolicy | None = None,
        policy_after: AnyPolicy | None = None,
        known_day: date | None = None,
    ) -> Explanation:
        """Every signed line between ``start`` and ``end``.

        Parameters
        ----------
        start, end : days in the seller's zone
        policy_before, policy_after : the deployment's policy where None
        known_day : begin from what was known at the end of this day; what became known since
            has lines of its own. None: both days as they are known now

        Raises
        ------
        metrics.engine.path.PathNotConverged
            If the lines cannot be found to the promised precision.
        """
        first = policy_before or current_policy_file()
        second = policy_after or first
        moments = [self.moment(start, first), self.moment(end, second)]
        known = self.facts
        if known_day is not None:
            known = read_facts([self.seller.pk], end_of_day(self.seller, known_day))
            evidence = evidence_of_columns(known.orders, known.reviews, moments[0].policy)
            moments[0] = replace(moments[0], evidence=evidence)
        bridge = None if first is second else self.moment(end, first).evidence
        attribution = attribute(*moments, bridge=bridge)
        return Explanation(
            seller_id=self.seller.pk,
            revision=self.seller.revision,
            engine_version=ENGINE_VERSION,
            policy_keys=(policy_key(first), policy_key(second)),
            policies=(moments[0].policy, moments[1].policy),
            before=self._side(start, attribution, 0, known),
            after=self._side(end, attribution, 1, self.facts),
            attribution=attribution,
            facts=self.facts,
            gigs=self.gigs,
            about=orders_about(attribution),
            known_day=known_day,
        )

    def score_on(self, day: date) -> float | None:
        """The score of a day as it is known now, with no ledger; None while not scored."""
        at = self.moment(day, current_policy_file())
        return seller_score(state_of(at.evidence, at.day, at.policy, at.gigs, at.benchmarks))

    def moment(self, day: date, policy_file: AnyPolicy) -> Moment:
        """What is known now as of a day, which may lie in the future, under a policy."""
        ground = self._grounds.get(policy_file.key)
        if ground is None:
            policy = policy_file.policy()  # reading it out of the file is slow
            ground = Moment(
                evidence=evidence_of_columns(self.facts.orders, self.facts.reviews, policy),
                day=0,
                policy=policy,
                gigs=len(self.facts.gig_ids),
                benchmarks=benchmarks_for(self.facts, policy_file),
            )
            self._grounds[policy_file.key] = ground
        return replace(ground, day=day_number(day))

    def _side(self, day: date, attribution: Attribution, index: int, known: FactColumns) -> Side:
        score = (attribution.before, attribution.after)[index]
        observed = self.observed.get(day)
        reason = ""
        if score is None:
            reason = unscored_reason(attribution.states[index], day, known)
        return Side(day=day, score=score, reason=reason, observed=observed)


def explain(
    *,
    seller: Seller,
    start: date,
    end: date,
    policy_before: AnyPolicy | None = None,
    policy_after: AnyPolicy | None = None,
    known_day: date | None = None,
) -> Explanation:
    """Every signed line between two days of a seller; see :meth:`Explainer.explain`."""
    return Explainer(seller).explain(
        start=start,
        end=end,
        policy_before=policy_before,
        policy_after=policy_after,
        known_day=known_day,
    )


def fill_headlines(*, seller: Seller, moves: Iterable[Move]) -> dict[int, Headline]:
    """The sentences of a seller's moves by id; those not known yet are found and stored.

    A move whose ledger cannot be found says so, and is asked again the next time.
    """
    found: dict[int, Headline] = {}
    explainer: Explainer | None = None
    for move in moves:
        if move.headline is None:
            explainer = explainer or Explainer(seller)
            try:
                answer = explainer.explain(start=day_before(move.day), end=move.day)
            except PathNotConverged as error:
                found[move.pk] = unexplained_headline(error, move=move.pk)
                continue
            move.headline = cast("dict[str, Any]", headline_of(answer))
            # Only where the row still is the move that was explained.
            Move.objects.filter(pk=move.pk, revision=move.revision, headline__isnull=True).update(
                headline=move.headline
            )
        found[move.pk] = cast("Headline", move.headline)
    return found


def fill_headline(move: Move) -> Headline:
    """The sentence of one move; found and stored if it is not known yet."""
    return fill_headlines(seller=move.seller, moves=[move])[move.pk]
