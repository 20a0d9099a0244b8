"""A coach's calendar address: it ends with the look, for good, and its readings are noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from metrics.forecasting.feeds import create_feed, feed_at
from sellers.access.grants import accept_grant, end_grant, give_grant
from sellers.models import Grant, Look, Scope, Seller, User
from tests.builders import a_seller, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Seller:
    return a_seller("annas", owner=a_user("anna@example.test"))


@pytest.fixture
def coach() -> User:
    return a_user("coach@example.test")


def a_look(seller: Seller, coach: User, scope: Scope = Scope.ORDERS) -> Grant:
    """Offered and accepted now."""
    assert seller.owner is not None
    grant = give_grant(
        seller=seller,
        by=seller.owner,
        email=coach.email,
        scope=scope,
        reason="our call",
        days=30,
        now=timezone.now(),
        address=str,
    )
    return accept_grant(grant=grant, user=coach, now=timezone.now())


def test_a_look_that_ends_takes_the_calendar_along_and_a_new_one_does_not_bring_it_back(
    seller: Seller, coach: User
) -> None:
    grant, now = a_look(seller, coach), timezone.now()
    feed, secret = create_feed(seller=seller, user=coach, now=now)
    assert feed_at(feed.pk, secret, now=now) == feed
    grant.refresh_from_db()
    end_grant(grant=grant, by=grant.given_by, now=now)
    assert feed_at(feed.pk, secret, now=now) is None
    a_look(seller, coach)
    assert feed_at(feed.pk, secret, now=timezone.now()) is None
    feed.refresh_from_db()
    assert feed.revoked_at == now


def test_a_calendar_of_a_look_that_ran_out_does_not_come_back_with_the_next_one(
    seller: Seller, coach: User
) -> None:
    grant = a_look(seller, coach)
    feed, secret = create_feed(seller=seller, user=coach, now=timezone.now())
    Grant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert feed_at(feed.pk, secret, now=timezone.now()) is None
    a_look(seller, coach)
    assert feed_at(feed.pk, secret, now=timezone.now()) is None


def test_readings_of_a_coach_s_calendar_are_noted_and_the_owner_s_are_not(
    seller: Seller, coach: User
) -> None:
    a_look(seller, coach)
    assert seller.owner is not None
    now = timezone.now()
    for user in (coach, seller.owner):
        feed, secret = create_feed(seller=seller, user=user, now=now)
        assert feed_at(feed.pk, secret, now=now) == feed
        assert feed_at(feed.pk, secret[:-1], now=now) is None
    noted = list(Look.objects.values_list("email", "role", "page", "times"))
    assert noted == [("coach@example.test", "coach", "metrics:age_out_feed", 1)]
