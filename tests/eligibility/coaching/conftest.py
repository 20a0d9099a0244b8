"""A coach and clients as the recompute would have left them, without computing anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from eligibility.computing import rules_key
from eligibility.models import ComingLoss, EligibilityStanding
from eligibility.rule_files import rule_sets
from eligibility.rules import RULES_VERSION
from eligibility.rules.types import Phase
from metrics.engine import ENGINE_VERSION
from metrics.models import DayStatus, GigStanding, Move, Series, Standing
from metrics.policy_files import current_policy_file
from sellers.models import Scope, Seller, User
from tests.builders import NOW, a_gig, a_grant, a_seller, a_user

TODAY = NOW.date()
HTMX = {"HX-Request": "true", "HX-Target": "roster_table"}


@pytest.fixture(autouse=True)
def _noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def coach(db: None, client: Client) -> User:
    """A coach who is logged in."""
    user = a_user("coach@example.test")
    client.force_login(user)
    return user


MakeClient = Callable[..., Seller]


@pytest.fixture
def a_client(coach: User) -> MakeClient:
    """Makes sellers whose owner lets the coach look."""
    owner = a_user("owner@example.test")

    def make(handle: str, scope: Scope = Scope.ORDERS, **fields: Any) -> Seller:
        seller = stood(handle, owner, **fields)
        a_grant(seller, coach, scope)
        return seller

    return make


def stood(
    handle: str,
    owner: User | None = None,
    *,
    score: float = 8.6,
    held: int = 2,
    phase: Phase = Phase.HOLDS,
    grace_end: date | None = None,
) -> Seller:
    """A seller with standing, level, series and one gig."""
    seller = a_seller(handle, owner=owner, category="Writing")
    stamp: dict[str, Any] = {
        "policy": current_policy_file().key,
        "engine_version": ENGINE_VERSION,
        "revision": seller.revision,
    }
    standing = Standing.objects.create(
        seller=seller,
        **stamp,
        as_of=TODAY,
        status=DayStatus.SCORED,
        score=score,
        displayed=int(score + 0.5),
        score_7_days_ago=score + 0.2,
        score_30_days_ago=score - 0.3,
        computed_at=NOW,
    )
    EligibilityStanding.objects.create(
        seller=seller,
        rules=rules_key(rule_sets("fiverr")),
        rules_version=RULES_VERSION,
        revision=seller.revision,
        score_policy=stamp["policy"],
        score_engine=ENGINE_VERSION,
        as_of=TODAY,
        level_rules="levels-2024",
        promotion_rules="promoted-2024",
        held=held,
        most=held,
        phase=phase,
        grace_end=grace_end,
        gigs_met=1,
        computed_at=NOW,
    )
    gig = a_gig(seller, ref=f"gig of {handle}")
    GigStanding.objects.create(standing=standing, gig=gig, status=0, activity=3)
    Series.objects.create(
        seller=seller, **stamp, year=2024, first_day=TODAY - timedelta(days=2),
        statuses=bytes(3), values=bytes(24),
    )  # fmt: skip
    return seller


def moved(seller: Seller, day: date, before: int = 9, after: int = 8) -> Move:
    return Move.objects.create(
        seller=seller,
        policy=current_policy_file().key,
        engine_version=ENGINE_VERSION,
        revision=seller.revision,
        day=day,
        score_before=before,
        score_after=after,
        displayed_before=before,
        displayed_after=after,
        headline={"text": "Mostly: it faded.", "form": "move", "change": None, "causes": []},
    )


def a_loss(
    seller: Seller, days: int, kind: int = ComingLoss.Kind.GRACE, **fields: Any
) -> ComingLoss:
    """A coming loss, by default of Level 2 by its response rate: 17 of 19, nearly 90%."""
    values: dict[str, Any] = {
        "day": TODAY + timedelta(days=days),
        "days_left": days,
        "level": 2,
        "rule_set": "levels-2024",
        "rule": "level-2/response-rate",
        "value_num": 17,
        "value_den": 19,
        "steps": [["answered", 1, None]],
        **fields,
    }
    return ComingLoss.objects.create(seller=seller, kind=kind, **values)
