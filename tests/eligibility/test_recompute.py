"""Eligibility is recomputed with the score: once, in steps or at once, and whole or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from eligibility import services, tasks
from eligibility.checking import check_eligibility
from eligibility.models import EligibilityStanding, LevelSpan, RuleSpan
from eligibility.rule_files import rule_sets_by_id
from eligibility.rules.flips import FlipCause
from eligibility.rules.types import Verdict
from eligibility.services import recompute_eligibility, sellers_behind
from metrics.models import Standing
from metrics.services import recompute_sellers
from sellers.models import Gig, Inquiry, Observation, OrderStatus, Seller
from tests.builders import NOW, a_gig, a_history, a_review, a_seller, an_order

pytestmark = pytest.mark.django_db


def everything(seller: Seller) -> list[Any]:
    """All that is stored about a seller's eligibility, without row numbers and clock times."""
    spans = RuleSpan.objects.filter(seller=seller).order_by("gig", "rule_set", "rule", "start")
    return [
        list(
            spans.values_list(
                *("gig", "rule_set", "rule", "verdict", "start", "end"),
                *("cause", "cause_rule", "cause_order_id", "cause_inquiry_id"),
                *("cause_others", "margin"),
            )
        ),
        list(
            LevelSpan.objects.filter(seller=seller)
            .order_by("start")
            .values_list("start", "end", "held", "phase", "least", "most", "grace_end")
        ),
        list(
            EligibilityStanding.objects.filter(seller=seller).values_list(
                *("as_of", "held", "most", "phase", "grace_end", "thin_margins"),
                *("gigs_met", "gigs_not_met", "gigs_unknown", "rules", "revision"),
            )
        ),
    ]


def a_varied_history(seller: Seller) -> None:
    """Two gigs over two years and the change of rules in March 2024, with flips of many kinds."""
    start = datetime(2022, 9, 1, 12, tzinfo=UTC)
    for number, gig in enumerate((a_gig(seller, ref="a"), a_gig(seller, ref="b", category="Logo"))):
        for turn in range(26):
            at = start + timedelta(days=24 * turn + 5 * number)
            buyer = f"{(turn * 7 + number) % 19:032x}"
            if turn % 9 == 8:
                an_order(
                    gig, at, status=OrderStatus.CANCELLED, cancelled_at=at + timedelta(days=1),
                    cancelled_by=1 + turn % 3, requirements_in=True, buyer_key=buyer,
                )  # fmt: skip
                continue
            order = an_order(gig, at, buyer_key=buyer)
            if turn % 4:
                a_review(order, 5 if turn % 5 else 2)
    for turn in range(60):
        at = start + timedelta(days=10 * turn, hours=turn % 9)
        reply = None if turn % 8 == 5 else at + timedelta(hours=3)
        Inquiry.objects.create(
            seller=seller, ref=str(turn), first_message_at=at, first_reply_at=reply
        )
    Observation.objects.create(seller=seller, day=date(2024, 2, 3), kind="level", label="Level 1")
    Observation.objects.create(seller=seller, day=date(2023, 2, 3), kind="response_rate", value=93)


def test_a_recompute_of_the_score_brings_eligibility_with_it() -> None:
    seller = a_seller()
    a_history(seller, orders=12)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    standing = EligibilityStanding.objects.get(seller=seller)
    assert standing.as_of == NOW.date()
    assert standing.level_rules == "levels-2024"
    assert standing.promotion_rules == "promoted-2024"
    assert RuleSpan.objects.filter(seller=seller).exists()
    assert LevelSpan.objects.filter(seller=seller).exists()
    assert list(check_eligibility([seller.pk])) == []


def test_twice_equals_once_and_the_second_time_writes_nothing() -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    once = everything(seller)
    rows = list(RuleSpan.objects.order_by("pk").values_list("pk", flat=True))
    assert len(once[0]) > 60
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert recompute_eligibility(seller_ids=[seller.pk], now=NOW) == 0
    assert not [q for q in queries if q["sql"].lstrip()[:6] in ("INSERT", "UPDATE", "DELETE")]
    assert recompute_eligibility(seller_ids=[seller.pk], now=NOW, from_scratch=True) == 1
    assert everything(seller) == once
    assert list(RuleSpan.objects.order_by("pk").values_list("pk", flat=True)) != rows


@pytest.mark.parametrize("end", [date(2024, 3, 20), date(2024, 1, 16), date(2024, 6, 12)], ids=str)
def test_day_by_day_equals_at_once(end: date) -> None:
    in_steps, at_once = a_seller("steps"), a_seller("once")
    for seller in (in_steps, at_once):
        a_varied_history(seller)
    now = datetime.combine(end, NOW.timetz())
    for days_before in (200, 130, 61, 60, 33, 32, 31, 8, 7, 6, 5, 4, 3, 2, 1, 0):
        recompute_sellers(seller_ids=[in_steps.pk], now=now - timedelta(days=days_before))
    recompute_sellers(seller_ids=[at_once.pk], now=now)

    def comparable(seller: Seller) -> list[Any]:
        gigs = dict(Gig.objects.filter(seller=seller).values_list("pk", "ref"))
        spans = RuleSpan.objects.filter(seller=seller).values_list(
            *("gig", "rule_set", "rule", "verdict", "start", "end", "cause", "cause_rule"),
            *("cause_order__ordered_at", "cause_inquiry__ref", "cause_others", "margin"),
        )
        rules = sorted(((gigs.get(gig, ""), *rest) for gig, *rest in spans), key=str)
        return [rules, everything(seller)[1], everything(seller)[2]]

    assert comparable(in_steps) == comparable(at_once)
    assert list(check_eligibility([in_steps.pk, at_once.pk])) == []


def test_a_day_that_passes_adds_only_what_began_on_it() -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    rows = set(RuleSpan.objects.values_list("pk", flat=True))
    recompute_sellers(seller_ids=[seller.pk], now=NOW + timedelta(days=1))
    assert EligibilityStanding.objects.get(seller=seller).as_of == date(2024, 6, 13)
    kept = RuleSpan.objects.filter(pk__in=rows)
    assert kept.count() == len(rows)
    assert not RuleSpan.objects.exclude(pk__in=rows).exclude(start=date(2024, 6, 13)).exists()


def test_a_recompute_that_dies_half_way_leaves_everything_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    before = everything(seller)
    an_order(Gig.objects.get(seller=seller, ref="a"), NOW - timedelta(days=20))
    Seller.objects.filter(pk=seller.pk).update(revision=1)

    def die(*_args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "note_events", die)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert everything(seller) == before
    # The score went back too: both tell of the same facts.
    assert Standing.objects.get(seller=seller).revision == 0
    monkeypatch.undo()
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert list(check_eligibility([seller.pk])) == []
    assert EligibilityStanding.objects.get(seller=seller).revision == 1


def test_new_facts_rewrite_the_past_that_they_change() -> None:
    seller = a_seller()
    gig = a_gig(seller)
    for number in range(6):
        an_order(gig, NOW - timedelta(days=100 - number), buyer_key=f"{number:032x}")
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    rule = RuleSpan.objects.filter(seller=seller, rule="level-1/completed-orders")
    # The fifth order of level 1: ordered 96 days ago, completed a week later.
    assert rule.get(verdict=Verdict.MET).start == NOW.date() - timedelta(days=89)
    an_order(gig, NOW - timedelta(days=300))
    Seller.objects.filter(pk=seller.pk).update(revision=1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert rule.get(verdict=Verdict.MET).start == NOW.date() - timedelta(days=90)


def test_every_flip_by_an_order_names_an_order_of_the_seller() -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    spans = RuleSpan.objects.filter(seller=seller)
    assert spans.filter(cause_order__seller=seller).count() > 10
    assert spans.filter(cause_inquiry__seller=seller).exists()
    assert not spans.filter(cause_order__isnull=False).exclude(cause_order__seller=seller).exists()
    began = FlipCause.BEGAN
    assert not spans.filter(cause=FlipCause.ORDER_ENTERED, cause_order=None).exists()
    assert not spans.filter(cause=began).exclude(cause_order=None, cause_inquiry=None).exists()


def test_spans_of_a_rule_follow_each_other_without_gap_or_repetition() -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    rules: dict[Any, list[RuleSpan]] = {}
    for span in RuleSpan.objects.filter(seller=seller).order_by("start"):
        rules.setdefault((span.gig_id, span.rule_set, span.rule), []).append(span)
    for spans in rules.values():
        for one, following in pairwise(spans):
            assert one.end == following.start
            assert one.verdict != following.verdict
    # Rules until 2024-03-14 end with it, those of 2024 begin with it.
    old = [
        spans for (_, rule_set, _), spans in rules.items() if rule_set.endswith(("2018", "2020"))
    ]
    new = [spans for (_, rule_set, _), spans in rules.items() if rule_set.endswith("2024")]
    assert {spans[-1].end for spans in old} == {date(2024, 3, 14)}
    assert {spans[0].start for spans in new} == {date(2024, 3, 14)}
    assert {spans[-1].end for spans in new} == {None}


def test_other_sellers_rows_stay_untouched() -> None:
    one, other = a_seller(), a_seller()
    a_history(one)
    a_history(other)
    recompute_sellers(seller_ids=[one.pk, other.pk], now=NOW)
    rows = list(RuleSpan.objects.filter(seller=other).values())
    recompute_eligibility(seller_ids=[one.pk], now=NOW, from_scratch=True)
    assert list(RuleSpan.objects.filter(seller=other).values()) == rows


def test_a_seller_without_facts_or_rules_has_a_standing_that_says_so() -> None:
    empty = a_seller()
    elsewhere = a_seller(platform="upwork")
    a_history(elsewhere)
    recompute_sellers(seller_ids=[empty.pk, elsewhere.pk], now=NOW)
    for seller in (empty, elsewhere):
        standing = EligibilityStanding.objects.get(seller=seller)
        assert (standing.held, standing.phase, standing.gigs_total) == (None, 0, 0)
        assert not RuleSpan.objects.filter(seller=seller).exists()
    assert list(check_eligibility([empty.pk, elsewhere.pk])) == []


def test_a_score_behind_its_facts_is_waited_for() -> None:
    seller = a_seller()
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    Seller.objects.filter(pk=seller.pk).update(revision=7)
    assert recompute_eligibility(seller_ids=[seller.pk], now=NOW) == 0
    assert list(sellers_behind()) == []
    assert EligibilityStanding.objects.get(seller=seller).revision == 0


def test_changed_rules_make_sellers_due_and_the_task_judges_them(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = a_seller()
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert list(sellers_behind()) == []
    settings.STANDING_RULES_OFF = ("promoted-2020/private-feedback",)
    rule_sets_by_id.cache_clear()
    try:
        assert list(sellers_behind()) == [seller]
        sent: list[list[int]] = []
        monkeypatch.setattr(
            tasks.recompute_some, "apply_async", lambda args, **_options: sent.append(args[0])
        )
        tasks.recompute_due()
        assert sent == [[seller.pk]]
        tasks.recompute_some(sent[0])
        assert list(sellers_behind()) == []
        spans = RuleSpan.objects.filter(seller=seller, rule_set="promoted-2020")
        assert not spans.filter(rule="private-feedback").exists()
    finally:
        rule_sets_by_id.cache_clear()


def test_more_sellers_need_no_more_queries() -> None:
    def queries_for(sellers: list[Seller]) -> int:
        ids = [seller.pk for seller in sellers]
        recompute_sellers(seller_ids=ids, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            recompute_eligibility(seller_ids=ids, now=NOW, from_scratch=True)
        return len(queries)

    first, *others = [a_seller() for _ in range(6)]
    for seller in (first, *others):
        a_history(seller, gigs=2)
    assert queries_for([first]) == queries_for(others) <= 24


def test_the_check_finds_a_changed_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    seller = a_seller()
    a_history(seller, orders=12)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    call_command("check_recompute", "--all")
    assert "stored equals recomputed" in capsys.readouterr().out
    span = RuleSpan.objects.filter(seller=seller, rule="level-1/rating").latest("start")
    span.verdict = Verdict.UNKNOWN
    span.save()
    EligibilityStanding.objects.filter(seller=seller).update(gigs_met=4)
    with pytest.raises(CommandError, match="2 differences in 1 sellers"):
        call_command("check_recompute", "--seller", seller.handle)
    said = capsys.readouterr().out
    assert f"seller {seller.pk}: 2 rule spans differ" in said
    assert "eligibility gigs_met stored 4, recomputed 0" in said


def test_the_command_judges_here_and_now(capsys: pytest.CaptureFixture[str]) -> None:
    seller = a_seller()
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    RuleSpan.objects.all().delete()
    call_command("recompute_eligibility", "--seller", seller.handle, "--from-scratch")
    assert "1 of 1 sellers judged" in capsys.readouterr().out
    assert list(check_eligibility([seller.pk])) == []


def test_a_span_outlives_the_order_that_began_it_until_the_recompute() -> None:
    seller = a_seller()
    a_varied_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    spans = RuleSpan.objects.filter(seller=seller, rule="level-1/earnings")
    span = spans.filter(cause_order__isnull=False).latest("start")
    assert span.cause_order is not None
    span.cause_order.delete()
    again = RuleSpan.objects.select_related("cause_order").get(pk=span.pk)
    assert again.cause_order is None
    assert again.cause_order_id is not None
    Seller.objects.filter(pk=seller.pk).update(revision=1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert not spans.filter(pk=span.pk).exists()
    assert list(check_eligibility([seller.pk])) == []
