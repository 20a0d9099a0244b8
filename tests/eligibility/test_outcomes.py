"""The platform's words beside ours: what agrees, what does not, and what cannot be told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eligibility.observed import is_allowed, level_rank
from eligibility.outcomes import agreements, compare, unexplained_refusals
from eligibility.rules.types import Verdict
from eligibility.services import note_outcome, remove_outcome
from metrics.services import recompute_sellers
from sellers.models import Gig, Observation, Seller
from tests.builders import NOW, a_gig, a_history, a_seller, a_user

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def said(seller: Seller, day: date, label: str, gig: Gig | None = None) -> Observation:
    kind = "level" if gig is None else "promotable"
    return Observation.objects.create(seller=seller, gig=gig, day=day, kind=kind, label=label)


def a_judged_seller() -> tuple[Seller, Gig]:
    """Level 1 as shown eighty days ago; every published rule for its gig is met since."""
    seller = a_seller()
    a_history(seller, orders=12)
    seller.gigs.update(category="Logo Design")
    said(seller, TODAY - timedelta(days=80), "Level 1")
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller, Gig.objects.get(seller=seller)


def test_words_are_read_and_never_guessed() -> None:
    assert [level_rank(label) for label in ("Level 2", "level one seller", "Top-Rated Seller")] == [
        2,
        1,
        3,
    ]
    assert level_rank("New Seller") == 0
    assert level_rank("Pro") is None
    assert (is_allowed("Yes"), is_allowed(" NO "), is_allowed("soon")) == (True, False, None)


def test_each_answer_is_held_against_the_rules_of_its_day() -> None:
    seller, gig = a_judged_seller()
    said(seller, TODAY - timedelta(days=50), "no", gig)
    said(seller, TODAY - timedelta(days=40), "yes", gig)
    said(seller, TODAY - timedelta(days=30), "perhaps", gig)
    # Before the rules of March 2024: the level was not known yet.
    said(seller, date(2024, 3, 10), "no", gig)
    tables = {table.rule_set.id: table for table in agreements(compare([seller]))}
    new = tables["promoted-2024"]
    assert new.counts == {(0, Verdict.MET): 1, (1, Verdict.MET): 1}
    assert (new.agreed, new.disagreed, new.unclear, new.total) == (1, 1, 0, 2)
    old = tables["promoted-2020"]
    # Twelve reviews at most, twenty are asked for: not met, and refused.
    assert old.counts == {(0, Verdict.NOT_MET): 1}
    assert old.agreed == 1


def test_a_level_is_compared_with_ours_of_the_day_before() -> None:
    seller, _ = a_judged_seller()
    said(seller, TODAY - timedelta(days=1), "Level 2")
    recompute_sellers(seller_ids=[seller.pk], now=NOW, from_scratch=True)
    [table] = agreements(compare([seller]))
    # Nothing is certain before the first word; before the second it is still Level 1.
    assert table.counts == {(1, None): 1, (2, 1): 1}
    assert (table.agreed, table.disagreed, table.unclear) == (0, 1, 1)


def test_refusals_become_a_finding_only_after_enough_of_them(settings: Any) -> None:
    seller, gig = a_judged_seller()
    settings.STANDING_REFUSALS = 3
    for days_ago in (30, 20):
        said(seller, TODAY - timedelta(days=days_ago), "no", gig)
    found = unexplained_refusals(compare([seller]))
    assert found is not None
    assert (found.refusals, found.is_finding) == (2, False)
    said(seller, TODAY - timedelta(days=10), "no", gig)
    found = unexplained_refusals(compare([seller]))
    assert found is not None
    assert (found.refusals, found.gigs, found.is_finding) == (3, 1, True)
    assert (found.first_day, found.last_day) == (
        TODAY - timedelta(days=30),
        TODAY - timedelta(days=10),
    )


def test_comparing_many_takes_no_more_queries_than_comparing_one() -> None:
    first, gig = a_judged_seller()
    said(first, TODAY, "no", gig)
    second, other = a_judged_seller()
    for days_ago in range(20):
        said(second, TODAY - timedelta(days=days_ago), "no", other)
    for sellers in ([first], [first, second]):
        with CaptureQueriesContext(connection) as queries:
            compare(sellers)
        assert len(queries) == 3


def test_an_outcome_is_removed_by_its_own_seller_alone() -> None:
    seller, gig = a_judged_seller()
    stranger, _ = a_judged_seller()
    outcome = said(seller, TODAY, "no", gig)
    score = Observation.objects.create(seller=seller, day=TODAY, kind="score", value=9)
    assert not remove_outcome(seller=stranger, observation_id=outcome.pk)
    assert not remove_outcome(seller=seller, observation_id=score.pk)
    assert remove_outcome(seller=seller, observation_id=outcome.pk)
    assert not remove_outcome(seller=seller, observation_id=outcome.pk)
    assert Observation.objects.filter(pk=score.pk).exists()


def test_a_gig_of_somebody_else_is_refused() -> None:
    seller, _ = a_judged_seller()
    foreign = a_gig(a_seller())
    with pytest.raises(ValidationError, match="another seller"):
        note_outcome(
            seller=seller, author=a_user(), day=TODAY, kind="promotable", label="no", gig=foreign
        )
