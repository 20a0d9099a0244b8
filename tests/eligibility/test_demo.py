"""The demo's stories of eligibility, through the whole path: what was told is what is judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.test import TestCase, override_settings

from eligibility.checking import check_eligibility
from eligibility.models import EligibilityStanding, LevelSpan, Notice, RuleSpan
from eligibility.outcomes import agreements, compare, unexplained_refusals
from eligibility.rules.types import Kind, Phase, Verdict
from metrics.services import recompute_sellers
from sellers.demo.loader import load_demo
from sellers.demo.stories import on_grace, one_of_four, promoted_gate
from sellers.models import Seller

ANCHOR = date(2026, 11, 20)


def day(offset: int) -> date:
    return ANCHOR + timedelta(days=offset)


@override_settings(STANDING_DEMO=True)
class TestDemo(TestCase):
    """One load of the demo, which these tests share and do not change."""

    sellers: dict[str, Seller]

    @classmethod
    def setUpTestData(cls) -> None:
        load_demo(anchor=ANCHOR)
        cls.sellers = {seller.handle: seller for seller in Seller.objects.all()}
        now = datetime.combine(ANCHOR, time(12), UTC)
        recompute_sellers(seller_ids=[seller.pk for seller in cls.sellers.values()], now=now)

    def standing(self, handle: str) -> EligibilityStanding:
        return EligibilityStanding.objects.get(seller=self.sellers[handle])

    def test_what_is_stored_is_what_the_facts_give(self) -> None:
        assert list(check_eligibility([seller.pk for seller in self.sellers.values()])) == []

    def test_promoted_gate_every_published_rule_is_met_and_three_gigs_are_refused(self) -> None:
        standing = self.standing(promoted_gate.HANDLE)
        assert (standing.held, standing.most, standing.phase) == (1, 1, Phase.HOLDS)
        assert (standing.gigs_met, standing.gigs_total) == (4, 4)
        compared = compare([self.sellers[promoted_gate.HANDLE]])
        refusals = unexplained_refusals(compared)
        assert refusals is not None
        # Two gigs refused three times each, the one that flaps three times of five: 6 + 3 = 9.
        assert (refusals.refusals, refusals.gigs) == (9, 3)
        assert (refusals.first_day, refusals.last_day) == (day(-62), day(-9))
        assert refusals.rule_sets == ("Promoted gigs, since March 2024",)
        assert refusals.is_finding
        [levels, promotion] = agreements(compared)
        assert promotion.rule_set.id == "promoted-2024"
        # Allowed: three times the first gig, twice the flapping one.
        assert promotion.counts == {(1, Verdict.MET): 5, (0, Verdict.MET): 9}
        assert (promotion.agreed, promotion.disagreed, promotion.unclear) == (5, 9, 0)
        assert levels.rule_set.kind is Kind.LEVELS
        assert levels.counts == {(1, 1): 3}
        assert (levels.agreed, levels.total) == (3, 3)

    def test_on_grace_the_clock_runs_from_the_day_after_the_missed_message(self) -> None:
        standing = self.standing(on_grace.HANDLE)
        assert (standing.held, standing.phase) == (2, Phase.GRACE)
        # The message of day −13 counts once its 24 hours are over; thirty days from there.
        assert standing.grace_end == day(on_grace.MISSED_DAY + 1 + 30)
        span = RuleSpan.objects.get(
            seller=standing.seller, rule="level-2/response-rate", verdict=Verdict.NOT_MET
        )
        assert (span.start, span.end) == (day(-12), None)
        assert span.cause_inquiry is not None
        assert span.cause_inquiry.first_reply_at is None
        assert span.cause_inquiry.first_message_at.date() == day(on_grace.MISSED_DAY)
        # 27/31 − 90/100 = −9/310
        assert span.margin is not None
        assert abs(span.margin + 9 / 310) < 1e-12
        before = LevelSpan.objects.get(seller=standing.seller, end=day(-12))
        assert (before.held, before.phase) == (2, Phase.HOLDS)
        notice = Notice.objects.get(seller=standing.seller)
        assert (notice.kind, notice.day) == (Notice.Kind.GRACE_STARTED, day(-12))
        assert (notice.level, notice.grace_end) == (2, standing.grace_end)

    def test_one_gig_of_four_is_eligible_and_each_other_fails_its_own_rule(self) -> None:
        standing = self.standing(one_of_four.HANDLE)
        assert (standing.gigs_met, standing.gigs_not_met, standing.gigs_unknown) == (1, 3, 0)
        failed = RuleSpan.objects.filter(
            seller=standing.seller, rule_set="promoted-2024", end=None, verdict=Verdict.NOT_MET
        ).exclude(rule="")
        assert set(failed.values_list("gig__ref", "rule")) == {
            (one_of_four.CLOSED_GIGS[0], "category"),
            (one_of_four.CLOSED_GIGS[1], "category"),
            (one_of_four.PAUSED_GIG, "gig-active"),
        }
        # What the platform said of three of them agrees with the published rules.
        [_, promotion] = agreements(compare([standing.seller]))
        assert (promotion.agreed, promotion.disagreed) == (3, 0)
        assert unexplained_refusals(compare([standing.seller])) is None

    def test_years_of_imported_history_make_a_handful_of_notices(self) -> None:
        assert Notice.objects.filter(day__lte=day(-14)).count() == 0
        assert 0 < Notice.objects.count() < 2 * len(self.sellers)
