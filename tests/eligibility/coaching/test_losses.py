"""What is lost if nothing new happens: found in the recompute, and what then really comes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eligibility.coaching.foresight import HORIZON_DAYS
from eligibility.coaching.storing import check_losses
from eligibility.models import ComingLoss, LevelSpan, RuleSpan
from eligibility.rules.types import Phase, Verdict
from eligibility.services import recompute_eligibility
from metrics.engine.reference import display
from metrics.selectors import series_of
from metrics.services import recompute_sellers
from sellers.models import Gig, Inquiry, Observation, Order, OrderStatus, Review, Seller
from tests.builders import NOW, a_gig, a_history, a_seller

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
Losses = ComingLoss.Kind


def messages(seller: Seller, *asked: tuple[int, bool]) -> None:
    """First messages by how many days ago, and whether they were answered within the hour."""
    Inquiry.objects.bulk_create(
        Inquiry(
            seller=seller,
            ref=str(number),
            first_message_at=NOW - timedelta(days=days),
            first_reply_at=NOW - timedelta(days=days, hours=-1) if answered else None,
        )
        for number, (days, answered) in enumerate(asked)
    )


def a_level_1(*asked: tuple[int, bool]) -> Seller:
    """Shown as Level 1 ten days ago, with one gig that can be promoted."""
    seller = a_seller()
    a_history(seller)
    Gig.objects.filter(seller=seller).update(category="Logo Design")
    Observation.objects.create(
        seller=seller, day=TODAY - timedelta(days=10), kind="level", label="Level 1"
    )
    messages(seller, *asked)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def told(seller: Seller, *names: str) -> list[Any]:
    rows = ComingLoss.objects.filter(seller=seller).order_by("days_left", "kind")
    return list(rows.values_list(*names))


#: Two answered long ago, six answered and two not answered lately: 8 of 10 is 80%, what Level 1
#: asks for. Without the first two it is 6 of 8, 75%.
LATELY = (*((20 + n, True) for n in range(6)), (30, False), (31, False))


def test_a_margin_runs_out_on_the_day_on_which_good_messages_leave_their_90_days() -> None:
    # Written 85 days ago, they count on 90 days, so they leave in 5.
    seller = a_level_1((85, True), (85, True), *LATELY)
    assert told(seller, "kind", "day", "days_left", "level", "rule", "others") == [
        (Losses.GRACE, date(2024, 6, 17), 5, 1, "level-1/response-rate", 0)
    ]
    # (6 + n) of (8 + n) is 80% from n = 2 on.
    assert told(seller, "value_num", "value_den", "steps") == [(6, 8, [["answered", 2, None]])]


def test_a_grace_period_that_runs_costs_the_level_and_promotion_with_it() -> None:
    # They left 5 days ago, so grace began on 7 June; 30 days later, on 7 July, it is over. Its
    # last day, 6 July, is in 24 days.
    seller = a_level_1((95, True), (95, True), *LATELY)
    assert told(seller, "kind", "day", "days_left", "rule") == [
        (Losses.LEVEL, date(2024, 7, 7), 24, "level-1/response-rate"),
        (Losses.GIG, date(2024, 7, 7), 25, "level"),
    ]
    assert told(seller, "gig__seller") == [(None,), (seller.pk,)]


def test_nobody_loses_anything_who_recovers_by_waiting() -> None:
    # On grace since the two good ones left; the two bad ones leave in 3 days: 6 of 6.
    seller = a_level_1((95, True), (95, True), *LATELY[:6], (87, False), (87, False))
    span = LevelSpan.objects.get(seller=seller, end=None)
    assert span.phase == Phase.GRACE
    assert told(seller, "kind") == []


def test_a_seller_without_facts_or_rules_loses_nothing() -> None:
    empty, elsewhere = a_seller(), a_seller(platform="upwork")
    a_history(elsewhere)
    recompute_sellers(seller_ids=[empty.pk, elsewhere.pk], now=NOW)
    assert not ComingLoss.objects.exists()
    assert list(check_losses([empty.pk, elsewhere.pk])) == []


def test_new_facts_replace_what_was_foreseen_and_the_check_finds_what_is_not_true() -> None:
    seller = a_level_1((85, True), (85, True), *LATELY)
    assert list(check_losses([seller.pk])) == []
    ComingLoss.objects.filter(seller=seller).update(days_left=9)
    found = list(check_losses([seller.pk]))
    assert [" is only stored: " in words for words in found] == [False, True]
    Inquiry.objects.filter(seller=seller, first_reply_at=None).delete()
    Seller.objects.filter(pk=seller.pk).update(revision=1)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    assert told(seller, "kind") == []
    assert list(check_losses([seller.pk])) == []


def test_more_sellers_need_no_more_queries_to_look_ahead() -> None:
    def queries_for(sellers: list[Seller]) -> int:
        ids = [seller.pk for seller in sellers]
        with CaptureQueriesContext(connection) as queries:
            recompute_eligibility(seller_ids=ids, now=NOW, from_scratch=True)
        return len(queries)

    first, *others = [a_level_1((85, True), (85, True), *LATELY) for _ in range(4)]
    assert queries_for([first]) == queries_for(others)


# --- what is foreseen is what comes ------------------------------------------------------------


def a_life(number: int) -> Seller:
    """Two years of a seller: two gigs, good and bad orders, messages, sometimes a shown level."""
    dice = Random(number)
    zone = ("UTC", "Asia/Tokyo", "America/Los_Angeles")[number % 3]
    seller = a_seller(f"life-{number}", time_zone=zone)
    gigs = [a_gig(seller, ref=f"{number}-{name}", category="Logo Design") for name in "ab"]
    good = dice.choice((0.75, 0.9, 0.98))
    orders = []
    newest = 600 if number % 4 == 0 else 5  # one in four rests: what counts leaves day by day
    for turn in range(45):
        at = NOW - timedelta(days=dice.randint(newest, 745), hours=dice.randint(0, 23))
        gone = dice.random() > good
        orders.append(
            Order(
                seller=seller,
                gig=gigs[0] if turn % 6 else gigs[1],
                ref=f"FO{number:05X}{turn:05X}",
                status=OrderStatus.CANCELLED if gone else OrderStatus.COMPLETED,
                ordered_at=at - timedelta(days=4),
                due_at=at,
                delivered_at=None if gone else at - timedelta(hours=2),
                completed_at=None if gone else at,
                cancelled_at=at if gone else None,
                cancelled_by=1 if gone else None,
                requirements_in=True if gone else None,
                amount=Decimal(dice.choice((40, 90, 400))),
                currency="USD",
                disputes=0,
                buyer_key=f"{dice.randint(0, 40):032x}",
            )
        )
    Order.objects.bulk_create(orders)
    Review.objects.bulk_create(
        Review(
            order=order,
            stars=5 if dice.random() < good else 2,
            posted_at=order.completed_at + timedelta(days=1),
        )
        for order in orders
        if order.completed_at is not None and dice.random() < 0.7
    )
    messages(seller, *((dice.randint(0, 200), dice.random() < 0.88) for _ in range(60)))
    if number % 3:
        Observation.objects.create(
            seller=seller,
            day=TODAY - timedelta(days=dice.randint(1, 90)),
            kind="level",
            label=f"Level {1 + number % 2}",
        )
    return seller


def what_came(seller: Seller, today: date) -> set[tuple[int, int | None, date]]:
    """Kind, gig and day of the first loss of each kind after ``today``, from what is stored."""
    ahead = [today + timedelta(days=n) for n in range(1, HORIZON_DAYS + 1)]
    found: set[tuple[int, int | None, date]] = set()
    series = series_of(seller).overall
    shown = {day: _displayed(series.value_on(day)) for day in (today, *ahead)}
    falls = [day for day in ahead if shown[day] < shown[today]]
    if shown[today] and falls:
        found.add((Losses.SCORE, None, falls[0]))
    spans = list(LevelSpan.objects.filter(seller=seller).order_by("start"))
    states = {
        day: [s for s in spans if s.start <= day and (not s.end or day < s.end)] for day in shown
    }
    (now,) = states[today]
    if now.held:
        lost = [day for day in ahead if states[day][0].held < now.held]
        begins = [day for day in ahead if states[day][0].phase == Phase.GRACE]
        if lost:
            found.add((Losses.LEVEL, None, lost[0]))
        elif now.phase != Phase.GRACE and begins:
            found.add((Losses.GRACE, None, begins[0]))
    promoted = RuleSpan.objects.filter(seller=seller, rule_set="promoted-2024", rule="")
    for met in promoted.filter(verdict=Verdict.MET, start__lte=today, end__gt=today):
        not_met = promoted.filter(
            gig=met.gig_id, verdict=Verdict.NOT_MET, start__gt=today, start__lte=ahead[-1]
        )
        first = not_met.order_by("start").first()
        if first is not None:
            found.add((Losses.GIG, met.gig_id, first.start))
    return found


def _displayed(score: float | None) -> int:
    return 0 if score is None else display(score)


def test_what_is_foreseen_is_what_comes_when_nothing_new_happens() -> None:
    sellers = [a_life(number) for number in range(16)]
    ids = [seller.pk for seller in sellers]
    recompute_sellers(seller_ids=ids, now=NOW)
    assert list(check_losses(ids)) == []
    foreseen: dict[int, set[tuple[int, int | None, date]]] = {pk: set() for pk in ids}
    for loss in ComingLoss.objects.all():
        # A gig on the row of a score says why it falls; what falls is the whole score.
        gig = loss.gig_id if loss.kind == Losses.GIG else None
        foreseen[loss.seller_id].add((loss.kind, gig, loss.day))
    last_days = {seller.pk: seller.standing.as_of for seller in Seller.objects.all()}
    recompute_sellers(seller_ids=ids, now=NOW + timedelta(days=HORIZON_DAYS))
    came = {seller.pk: what_came(seller, last_days[seller.pk]) for seller in sellers}
    assert foreseen == came
    kinds = [kind for losses in came.values() for kind, _, _ in losses]
    assert set(kinds) >= {Losses.LEVEL, Losses.GRACE, Losses.GIG, Losses.SCORE}
