"""Outlooks are kept on the days on which forecasts of the score are, and never changed.

A day on which only the score was forecast gets its outlook later, from what had happened by
then, and the row says when it was made (:mod:`eligibility.coming.records`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from eligibility.coming.by_day import StandingDays, standing_days
from eligibility.coming.judging import Known, course_of, judge_courses, known_of
from eligibility.coming.pace import PaceStanding, pace_standing
from eligibility.computing import in_force, rules_key
from eligibility.models import KeptOutlook
from eligibility.rule_files import rule_sets
from eligibility.rules import RULES_VERSION
from eligibility.rules.facts import InquiryColumns, ShownColumns
from eligibility.rules.judge import judge
from eligibility.rules.types import OUT_OF_FORCE, Kind, Verdict
from metrics.benchmark_lookup import policy_key
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.days import NO_DAY
from metrics.forecasting.ground import Ground, ground_of
from metrics.forecasting.hindsight import ground_as_of
from metrics.forecasting.quiet import quiet_forecast
from metrics.forecasting.records import HORIZONS
from metrics.forecasting.track_record import KEPT_DAYS
from metrics.models import KeptForecast
from sellers.models import Platform, Seller

#: Sellers that one turn of the job looks after: a new history asks for a year of days each.
SELLERS_A_TURN = 25


def sellers_due() -> list[int]:
    """Sellers with a day whose score was forecast and whose level was not."""
    ruled = [platform for platform in Platform.values if rule_sets(platform)]
    missing = _days_missing().filter(seller=OuterRef("pk"))
    due = Seller.objects.filter(Exists(missing), platform__in=ruled).order_by("pk")
    return list(due.values_list("pk", flat=True)[:SELLERS_A_TURN])


def _days_missing() -> QuerySet[KeptForecast]:
    """One row for each day of a seller that has a forecast and no outlook."""
    outlook = KeptOutlook.objects.filter(seller=OuterRef("seller"), made_on=OuterRef("made_on"))
    return KeptForecast.objects.filter(~Exists(outlook), horizon_days=min(HORIZONS))


def keep_outlooks(*, seller_ids: Iterable[int], now: datetime) -> int:
    """Make and keep the outlooks of the days that lack theirs; made once, never changed.

    Returns
    -------
    The number of days, over all sellers, whose outlooks were kept.
    """
    kept = 0
    for seller in Seller.objects.filter(pk__in=list(seller_ids)).order_by("pk"):
        kept += _keep(seller, now)
    return kept


@transaction.atomic
def _keep(seller: Seller, now: datetime) -> int:
    """One seller's. The seller's row is held, so a second call finds them made."""
    seller = Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    today = local_date(seller, now)
    forgotten = today - timedelta(days=KEPT_DAYS)
    KeptOutlook.objects.filter(seller=seller, made_on__lt=forgotten).delete()
    missing = _days_missing().filter(seller=seller, made_on__gte=forgotten, made_on__lte=today)
    days = list(missing.values_list("made_on", flat=True))
    if not days:
        return 0
    ground = ground_of(seller, today)
    known = known_of(ground)
    for day in days:
        KeptOutlook.objects.bulk_create(outlooks_on(ground, known, day, now))
    return len(days)


def outlooks_on(
    ground: Ground, known: Known, day: date, now: datetime, *, afresh: bool = False
) -> list[KeptOutlook]:
    """The outlooks of a day up to today, one for each horizon, not yet stored.

    Parameters
    ----------
    ground, known : of the seller today
    afresh : everything is worked out, whatever is remembered
    """
    if day != ground.today:
        ground = ground_as_of(ground, day)
        known = known_as_of(known, ground)
    last = day + timedelta(days=max(HORIZONS))
    score = quiet_forecast(ground, last).overall
    coming = judge_courses(known, [course_of(known, ground.facts, score)], last)
    quiet = standing_days(coming.found, 0, known.gigs, known.today)
    pace = pace_standing(ground, known, last, afresh=afresh)
    paced = pace if isinstance(pace, PaceStanding) else None
    return [_outlook(ground, known, horizon, quiet, paced, now) for horizon in HORIZONS]


def _outlook(
    ground: Ground,
    known: Known,
    horizon: int,
    quiet: StandingDays,
    pace: PaceStanding | None,
    now: datetime,
) -> KeptOutlook:
    day = known.today + horizon
    judged = [gig for gig in range(known.gigs) if quiet.verdicts[gig, horizon] != OUT_OF_FORCE]
    level = quiet.level_on(day)
    row = KeptOutlook(
        seller=ground.seller,
        made_on=ground.today,
        horizon_days=horizon,
        gigs=[int(known.read.gig_ids[gig]) for gig in judged],
        quiet_verdicts=[int(quiet.verdicts[gig, horizon]) for gig in judged],
        pace_verdicts=[] if pace is None else _pace_verdicts(pace, judged, horizon),
        rules=rules_key(known.rule_sets),
        rules_version=RULES_VERSION,
        score_policy=policy_key(ground.policy_file),
        score_engine=ENGINE_VERSION,
        revision=ground.seller.revision,
        made_at=now,
    )
    if level is not None:
        row.quiet_held, row.quiet_most = level
    if pace is not None and in_force(known.rule_sets, Kind.LEVELS, day) is not None:
        row.pace_low, row.pace_held, row.pace_most, row.pace_high = (
            int(ranks[horizon]) for ranks in pace.level_band()
        )
    return row


def _pace_verdicts(pace: PaceStanding, gigs: Sequence[int], ahead: int) -> list[int]:
    """What most draws say of each gig; unknown where the data leave it open."""
    sure, maybe = pace.promoted[:, ahead], pace.may_promote[:, ahead]
    return [
        int(
            Verdict.MET
            if sure[gig] > 0.5
            else Verdict.UNKNOWN
            if maybe[gig] > 0.5
            else Verdict.NOT_MET
        )
        for gig in gigs
    ]


def known_as_of(known: Known, then: Ground) -> Known:
    """What the rules knew on the day of a past ground; what came later is not there.

    Whether a gig is active and a seller Pro is known of today alone, as for all past days.
    """
    own, facts, day = known.read.columns, then.facts, then.today_number
    rows = np.searchsorted(own.orders.order, facts.orders.order)
    columns = replace(
        own,
        last_day=np.full(1, day, np.int64),
        orders=facts.orders,
        ordered_day=facts.ordered_day,
        buyer=own.buyer[rows],
        amount_cents=own.amount_cents[rows],
        reviews=facts.reviews,
        inquiries=_inquiries_as_of(own.inquiries, day),
        shown_levels=_shown_by(own.shown_levels, day),
        shown_response=_shown_by(own.shown_response, day),
    )
    levels = [rule_set for rule_set in known.rule_sets if rule_set.kind is Kind.LEVELS]
    before = judge(replace(columns, last_day=columns.last_day - 1), levels)
    return replace(known, today=day, read=replace(known.read, columns=columns), before=before)


def _inquiries_as_of(inquiries: InquiryColumns, day: int) -> InquiryColumns:
    rows = np.flatnonzero(inquiries.message_day <= day)
    here = InquiryColumns(
        **{name: getattr(inquiries, name)[rows] for name in InquiryColumns.__slots__}
    )
    later = here.reply_day > day
    return replace(
        here,
        reply_day=np.where(later, NO_DAY, here.reply_day).astype(np.int32),
        reply_minutes=np.where(later, -1, here.reply_minutes),
    )


def _shown_by(shown: ShownColumns, day: int) -> ShownColumns:
    rows = np.flatnonzero(shown.day <= day)
    return ShownColumns(**{name: getattr(shown, name)[rows] for name in ShownColumns.__slots__})
