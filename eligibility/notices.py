"""What a seller is told of: a gig became or ceased to be eligible, a grace period began.

Notices are made in the recompute, once an event, and only of the last days before the last
computed one: years of imported history are history, not news.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from django.conf import settings

from eligibility.computing import Judged, in_force
from eligibility.models import Notice
from eligibility.results import grace_dates
from eligibility.rules.spans import RuleSpans
from eligibility.rules.types import Kind, Phase, Verdict
from metrics.engine.columns import Int64
from metrics.engine.days import date_of

#: Event of a seller: what is unique about its notice.
Key = tuple[int, object, str, int | None, str]


def notice_days() -> int:
    """How many days back an event is still news (setting ``STANDING_NOTICE_DAYS``)."""
    return int(getattr(settings, "STANDING_NOTICE_DAYS", 14))


def note_events(judged: Judged, now: datetime) -> None:
    """Write the notices of the last days; one that was not read and is no longer so goes."""
    events = {_key(event): event for event in recent_events(judged, now)}
    last_days = judged.found.facts.last_day.tolist()
    since = {
        seller_id: date_of(last - notice_days())
        for seller_id, last in zip(judged.read.seller_ids.tolist(), last_days, strict=True)
    }
    unread = Notice.objects.filter(seller__in=since, read_at=None)
    gone = [n.pk for n in unread if n.day > since[n.seller_id] and _key(n) not in events]
    if gone:
        Notice.objects.filter(pk__in=gone).delete()
    Notice.objects.bulk_create(events.values(), ignore_conflicts=True)


def _key(notice: Notice) -> Key:
    return (notice.seller_id, notice.day, notice.kind, notice.gig_id, notice.rule_set)


def recent_events(judged: Judged, now: datetime) -> Iterator[Notice]:
    """The events of the last days, as notices that are not saved."""
    since = judged.found.facts.last_day - notice_days()
    for spans in judged.rules:
        if spans.rule_set.kind is Kind.PROMOTION and spans.rule_id == "":
            yield from _of_gigs(judged, spans, since, now)
    yield from _of_levels(judged, since, now)


def _of_gigs(judged: Judged, spans: RuleSpans, since: Int64, now: datetime) -> Iterator[Notice]:
    seller = judged.found.axes.gig_seller[spans.subject]
    names = [rule.id for rule in spans.rule_set.all_rules]
    for at in np.flatnonzero(spans.start_day > since[seller]).tolist():
        kind = _gig_event(spans, at)
        if kind is not None:
            by = int(spans.by_rule[at])
            yield Notice(
                seller_id=int(judged.read.seller_ids[seller[at]]),
                gig_id=int(judged.read.gig_ids[spans.subject[at]]),
                day=date_of(int(spans.start_day[at])),
                kind=kind,
                rule_set=spans.rule_set.id,
                rule="" if by < 0 else names[by],
                created_at=now,
            )


def _gig_event(spans: RuleSpans, at: int) -> Notice.Kind | None:
    """What a span's first day means, against the last verdict that was certain.

    What a gig begins with is no event, and neither is a verdict that cannot be told any more.
    """
    verdict, before = int(spans.verdict[at]), at - 1
    while before >= 0 and spans.subject[before] == spans.subject[at]:
        earlier = int(spans.verdict[before])
        if earlier != Verdict.UNKNOWN:
            if verdict == Verdict.MET and earlier == Verdict.NOT_MET:
                return Notice.Kind.GIG_GAINED
            if verdict == Verdict.NOT_MET and earlier == Verdict.MET:
                return Notice.Kind.GIG_LOST
            return None
        before -= 1
    follows_unknown = before < at - 1
    return Notice.Kind.GIG_GAINED if verdict == Verdict.MET and follows_unknown else None


def _of_levels(judged: Judged, since: Int64, now: datetime) -> Iterator[Notice]:
    spans = judged.levels
    if spans is None:
        return
    begins = (spans.phase == Phase.GRACE) & (spans.grace_start == spans.start_day)
    for at in np.flatnonzero(begins & (spans.start_day > since[spans.subject])).tolist():
        start, seller = int(spans.start_day[at]), int(spans.subject[at])
        ruling = in_force(judged.found.rule_sets, Kind.LEVELS, start)
        _, end = grace_dates(start, ruling)
        yield Notice(
            seller_id=int(judged.read.seller_ids[seller]),
            day=date_of(start),
            kind=Notice.Kind.GRACE_STARTED,
            rule_set="" if ruling is None else ruling.id,
            level=int(spans.held[at]),
            grace_end=end,
            created_at=now,
        )
