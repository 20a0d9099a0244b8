"""Recomputes what is stored about eligibility, after the score and in its transaction.

A recompute locks its sellers, reads their facts and the stored score, judges every day, and
replaces the spans. Days that were judged from the same facts by the same rules stay as they
are: a day that has passed adds what began on it. Run twice it equals once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import F, Q, QuerySet

from eligibility.coaching.storing import replace_losses
from eligibility.computing import SELLERS_AT_ONCE, judge_sellers, rules_key
from eligibility.models import EligibilityStanding, Notice
from eligibility.notices import note_events
from eligibility.results import Stamp, replace_eligibility
from eligibility.rule_files import rule_sets
from eligibility.rules import RULES_VERSION
from metrics.computing import Recomputed
from metrics.engine.days import day_number
from metrics.models import Standing
from sellers.changes import facts_changed
from sellers.models import Gig, Observation, Platform, Seller, User


@transaction.atomic
def recompute_eligibility(
    *,
    seller_ids: Iterable[int],
    now: datetime,
    from_scratch: bool = False,
    fresh: Recomputed | None = None,
) -> int:
    """Bring the eligibility of these sellers up to the day and facts of their stored score.

    Sellers whose score is missing or behind their facts are left alone: the recompute of the
    score is on its way, and calls this one. The hook ``STANDING_ON_RECOMPUTED``.

    Parameters
    ----------
    fresh : facts and scores that were read and stored in this transaction; a batch of other
        sellers reads its own

    Returns
    -------
    The number of sellers that were out of date and have been computed.
    """
    sellers = list(
        Seller.objects.select_for_update(no_key=True)
        .filter(pk__in=set(seller_ids))
        .order_by("platform", "pk")
    )
    computed = 0
    for platform, of_platform in groupby(sellers, key=lambda seller: seller.platform):
        for batch in _batches(list(of_platform)):
            computed += _recompute_batch(platform, batch, now, from_scratch, fresh)
    return computed


def _batches(sellers: Sequence[Seller]) -> Iterator[Sequence[Seller]]:
    for start in range(0, len(sellers), SELLERS_AT_ONCE):
        yield sellers[start : start + SELLERS_AT_ONCE]


def _recompute_batch(
    platform: str,
    sellers: Sequence[Seller],
    now: datetime,
    from_scratch: bool,
    fresh: Recomputed | None,
) -> int:
    sets = rule_sets(platform)
    scores = {s.seller_id: s for s in Standing.objects.filter(seller__in=sellers)}
    stored = {s.seller_id: s for s in EligibilityStanding.objects.filter(seller__in=sellers)}
    key = rules_key(sets)
    stamps: dict[int, Stamp] = {}
    for seller in sellers:
        score = scores.get(seller.pk)
        if score is not None and score.revision == seller.revision:
            before = None if from_scratch else stored.get(seller.pk)
            stamp = _stamp(score, key, before)
            if stamp is not None:
                stamps[seller.pk] = stamp
    if stamps:
        last_days = {pk: day_number(scores[pk].as_of) for pk in stamps}
        if fresh is not None and fresh.scores.keys() == last_days.keys():
            judged = judge_sellers(last_days, sets, fresh.scores, fresh.facts)
        else:
            judged = judge_sellers(last_days, sets)
        replace_eligibility(judged, stamps, computed_at=now)
        note_events(judged, now)
        replace_losses(judged.read, sets)
    return len(stamps)


def _stamp(score: Standing, rules: str, stored: EligibilityStanding | None) -> Stamp | None:
    """What the rows will be computed from; None when they have been already."""
    source = (rules, RULES_VERSION, score.revision, score.policy, score.engine_version)
    rewrite_from = date.min
    if stored is not None and source == _source(stored):
        if stored.as_of == score.as_of:
            return None
        if stored.as_of < score.as_of:
            rewrite_from = stored.as_of + timedelta(days=1)
    return Stamp(*source, rewrite_from)


def _source(stored: EligibilityStanding) -> tuple[str, str, int, str, str]:
    return (
        stored.rules,
        stored.rules_version,
        stored.revision,
        stored.score_policy,
        stored.score_engine,
    )


def sellers_behind() -> QuerySet[Seller]:
    """Sellers whose eligibility does not fit their stored score or the rules of today.

    Their score is up to date, so the recompute of the score does not see them: rules were
    added or changed, or the tables of eligibility are new.
    """
    fits = Q(
        eligibility__rules_version=RULES_VERSION,
        eligibility__revision=F("standing__revision"),
        eligibility__score_policy=F("standing__policy"),
        eligibility__score_engine=F("standing__engine_version"),
        eligibility__as_of=F("standing__as_of"),
    )
    same_rules = Q()
    for platform in Platform.values:
        key = rules_key(rule_sets(platform))
        same_rules |= Q(platform=platform, eligibility__rules=key)
    return (
        Seller.objects.filter(standing__revision=F("revision"))
        .exclude(fits & same_rules)
        .order_by("pk")
    )


@transaction.atomic
def note_outcome(
    *,
    seller: Seller,
    author: User,
    day: date,
    kind: str,
    label: str,
    words: str = "",
    gig: Gig | None = None,
) -> Observation:
    """Note what the platform said of a level or of a gig's promotion on a day.

    A second word of the same kind for the same day corrects the first.

    Raises
    ------
    django.core.exceptions.ValidationError
        The gig belongs to another seller, or the observation does not hold otherwise.
    """
    same = {"seller": seller, "gig": gig, "day": day, "kind": kind, "area": ""}
    outcome = Observation.objects.filter(**same).first() or Observation(**same)
    outcome.value, outcome.label, outcome.words = None, label, words
    outcome.created_by = author
    outcome.full_clean()
    outcome.save()
    _observation_changed(outcome)
    return outcome


@transaction.atomic
def remove_outcome(*, seller: Seller, observation_id: int) -> bool:
    """Forget what was noted of a level or a promotion; False where it is not there."""
    kinds = (Observation.Kind.LEVEL, Observation.Kind.PROMOTABLE)
    outcome = Observation.objects.filter(seller=seller, kind__in=kinds, pk=observation_id).first()
    if outcome is None:
        return False
    outcome.delete()
    _observation_changed(outcome)
    return True


def _observation_changed(observation: Observation) -> None:
    """A displayed level is where the level held starts from; an answer on promotion is not."""
    if observation.kind in Observation.JUDGED:
        facts_changed(seller_ids=[observation.seller_id], reason="what the platform displayed")


def mark_notices_read(*, notices: QuerySet[Notice], now: datetime) -> int:
    """Mark notices as read; those that were read keep their time.

    Returns
    -------
    How many were unread.
    """
    return notices.filter(read_at=None).update(read_at=now)
