"""Loading the demo: through the import, all or nothing, twice as once, real data untouched."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import TestCase, override_settings

from metrics.models import Move, Standing
from metrics.services import recompute_sellers
from sellers.access import sellers_visible_to
from sellers.demo.accounts import (
    ADMIN,
    CASES,
    COACH,
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    WRITER,
    DemoNotAllowedError,
    create_demo_accounts,
    existing_demo_accounts,
)
from sellers.demo.files import DemoImportError, import_story
from sellers.demo.loader import DemoConflictError, DemoLoaded, load_demo, remove_demo
from sellers.demo.rows import StoryFacts
from sellers.demo.stories import (
    STORIES,
    case_pack,
    edited_reviews,
    new_seller,
    one_of_four,
    perfect_order,
)
from sellers.models import (
    Gig,
    ImportBatch,
    ImportState,
    Inquiry,
    Note,
    Observation,
    Order,
    OrderStatus,
    Review,
    Seller,
    User,
    WaitingReview,
)
from tests.scenarios.reading import scenario

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

ANCHOR = date(2026, 11, 20)
EARLIER = date(2026, 3, 29)
#: Tables that the demo writes to.
TABLES = (
    User,
    Seller,
    Gig,
    Order,
    Review,
    WaitingReview,
    Inquiry,
    Observation,
    Note,
    ImportBatch,
)


@pytest.fixture(autouse=True)
def _demo_wanted(settings: LazySettings) -> None:
    settings.STANDING_DEMO = True


@pytest.fixture
def real_seller() -> Iterator[Seller]:
    owner = User.objects.create_user("owner@example.org", "secret-enough")
    seller = Seller.objects.create(handle="a-real-seller", owner=owner)
    gig = Gig.objects.create(seller=seller, ref="g", title="I will")
    Order.objects.create(
        seller=seller,
        gig=gig,
        ref="FO0000000001",
        status=1,
        currency="USD",
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC),
        completed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    yield seller
    seller.refresh_from_db()
    assert seller.revision == 0
    assert seller.orders.count() == 1
    assert User.objects.filter(email="owner@example.org").exists()


def contents() -> dict[str, list[dict[str, Any]]]:
    """Every row of the demo's tables."""
    return {
        model.__name__: [dict(row) for row in model._default_manager.order_by("pk").values()]
        for model in TABLES
    }


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


@override_settings(STANDING_DEMO=True)
class TestLoaded(TestCase):
    """What is there after one load, which these tests share."""

    loaded: DemoLoaded
    seconds: float

    @classmethod
    def setUpTestData(cls) -> None:
        begun = time.process_time()
        cls.loaded = load_demo(anchor=ANCHOR)
        cls.seconds = time.process_time() - begun

    def test_everything_is_loaded_through_the_import(self) -> None:
        stories = [tell(ANCHOR) for tell in STORIES.values()]
        assert (self.loaded.changed, self.loaded.unchanged) == (13, 0)
        orders = sum(len(story.orders) for story in stories)
        reviews = sum(len(story.reviews) for story in stories)
        assert self.loaded.orders == Order.objects.count() == orders
        assert self.loaded.reviews == Review.objects.count() == reviews
        assert WaitingReview.objects.count() == 0
        batches = ImportBatch.objects.all()
        assert [batch.state for batch in batches] == [ImportState.DONE] * 13
        assert not any(batch.rows_rejected or batch.rows_waiting for batch in batches)

    def test_every_order_says_where_it_came_from(self) -> None:
        order = Order.objects.filter(seller__handle=perfect_order.HANDLE).earliest("ordered_at")
        # Line 1 is the header, so the first order stands on line 2.
        assert order.source_line == 2
        assert order.source_file is not None
        assert order.source_file.name == "demo-perfect-order-orders.csv"
        assert not Order.objects.filter(source_file=None).exists()

    def test_what_no_file_brings_is_written_too(self) -> None:
        stories = [tell(ANCHOR) for tell in STORIES.values()]
        assert Inquiry.objects.count() == sum(len(story.inquiries) for story in stories)
        assert Observation.objects.count() == sum(len(story.observations) for story in stories)
        assert Note.objects.count() == sum(len(story.notes) for story in stories)
        for observation in Observation.objects.select_related("gig", "seller"):
            observation.full_clean(exclude=["created_by"])
        paused = Gig.objects.filter(is_active=False).values_list("seller__handle", "ref")
        assert set(paused) == {
            (edited_reviews.HANDLE, "old-theme"),
            (one_of_four.HANDLE, one_of_four.PAUSED_GIG),
        }

    def test_loading_works_for_less_than_ten_seconds(self) -> None:
        # Its own processor time: how busy the machine is otherwise is not its matter.
        assert self.seconds < 10

    def test_loading_again_changes_nothing(self) -> None:
        before = contents()
        loaded = load_demo(anchor=ANCHOR)
        assert (loaded.changed, loaded.unchanged) == (0, 13)
        assert contents() == before

    def test_another_anchor_moves_the_story_and_keeps_sellers_and_accounts(self) -> None:
        ids = dict(Seller.objects.values_list("handle", "pk"))
        users = list(User.objects.order_by("pk").values())
        revisions = dict(Seller.objects.values_list("handle", "revision"))
        load_demo(anchor=EARLIER)
        assert dict(Seller.objects.values_list("handle", "pk")) == ids
        assert list(User.objects.order_by("pk").values()) == users
        assert all(
            seller.revision > revisions[seller.handle] for seller in Seller.objects.iterator()
        )
        stories = [tell(EARLIER) for tell in STORIES.values()]
        assert Order.objects.count() == sum(len(story.orders) for story in stories)
        assert Note.objects.count() == sum(len(story.notes) for story in stories)
        latest = Order.objects.filter(
            seller__handle=perfect_order.HANDLE, status=OrderStatus.COMPLETED
        ).latest("completed_at")
        assert latest.completed_at is not None
        assert (latest.completed_at.date() - EARLIER).days == perfect_order.DROP_DAY

    def test_removing_takes_out_the_demo_and_its_accounts(self) -> None:
        assert remove_demo() == 13
        assert [model.__name__ for model in TABLES if model._default_manager.exists()] == []
        assert remove_demo() == 0

    def test_the_accounts_see_what_their_sentence_says(self) -> None:
        for email, count in ((ADMIN, 13), (CASES, 5), (WRITER, 1)):
            user = User.objects.get(email=email)
            assert user.check_password(DEMO_PASSWORD)
            assert sellers_visible_to(user).count() == count, email
        assert list(User.objects.filter(is_staff=True).values_list("email", flat=True)) == [ADMIN]

    def test_a_changed_password_stays_and_is_no_longer_printed(self) -> None:
        user = User.objects.get(email=CASES)
        user.set_password("chosen-by-its-owner")
        user.save(update_fields=["password"])
        assert load_demo(anchor=ANCHOR).changed == 0
        user.refresh_from_db()
        assert user.check_password("chosen-by-its-owner")
        assert [account.email for account in existing_demo_accounts()] == [ADMIN, WRITER, COACH]
        assert CASES not in said("--if-empty", "--print-accounts")

    def test_if_empty_leaves_a_loaded_demo_where_it_is(self) -> None:
        before = contents()
        assert "not loaded" in said("--if-empty", "--anchor", "2026-10-01")
        assert contents() == before

    def test_stored_days_equal_the_reference_on_the_rows_of_the_story(self) -> None:
        """Facts by way of import, tables and kernel against the rows read a second way."""
        for seller in Seller.objects.all():
            noon = datetime(2026, 11, 20, 12, tzinfo=seller.zone)
            assert recompute_sellers(seller_ids=[seller.pk], now=noon) == 1
            told = scenario(seller.handle, ANCHOR)
            standing = Standing.objects.get(seller=seller)
            assert standing.as_of == ANCHOR
            assert standing.displayed == told.displayed(0)
            assert standing.score == close_to(told.state(0).score)
            for move in Move.objects.filter(seller=seller).order_by("-day")[:5]:
                offset = (move.day - ANCHOR).days
                before, after = told.state(offset - 1), told.state(offset)
                stored = (move.displayed_before, move.displayed_after)
                assert stored == (before.displayed, after.displayed), move
                assert move.score_before == close_to(before.score)
                assert move.score_after == close_to(after.score)

    def test_the_stored_moves_of_the_perfect_order_end_with_10_to_9(self) -> None:
        seller = Seller.objects.get(handle=perfect_order.HANDLE)
        recompute_sellers(seller_ids=[seller.pk], now=datetime(2026, 11, 20, 12, tzinfo=UTC))
        last = Move.objects.filter(seller=seller).latest("day")
        assert (last.day - ANCHOR).days == perfect_order.DROP_DAY
        assert (last.displayed_before, last.displayed_after) == (10, 9)
        assert last.score_before == close_to(9.55604230770611)
        assert last.score_after == close_to(9.483456412005403)


def close_to(score: float | None) -> object:
    return None if score is None else pytest.approx(score, abs=1e-9, rel=0)


@pytest.mark.usefixtures("real_seller")
def test_a_real_seller_is_never_touched() -> None:
    load_demo(anchor=ANCHOR)
    remove_demo()
    assert list(Seller.objects.values_list("handle", flat=True)) == ["a-real-seller"]


def test_a_real_seller_with_a_demo_name_stops_everything_before_anything_is_written() -> None:
    owner = User.objects.create_user("owner@example.org", "secret-enough")
    Seller.objects.create(handle=case_pack.HANDLE, owner=owner)
    before = contents()
    with pytest.raises(DemoConflictError, match="demo-case-pack"):
        load_demo(anchor=ANCHOR)
    with pytest.raises(DemoConflictError):
        remove_demo()
    assert contents() == before


def test_an_unclaimed_seller_with_a_demo_name_counts_as_real() -> None:
    Seller.objects.create(handle=case_pack.HANDLE)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_demo")


def test_a_load_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents()
    seen: list[str] = []

    def fail_at_the_third(facts: StoryFacts, *, seller: Seller, by: User) -> None:
        seen.append(facts.handle)
        if len(seen) == 3:
            raise DemoImportError("told to fail")
        import_story(facts, seller=seller, by=by)

    monkeypatch.setattr("sellers.demo.loader.import_story", fail_at_the_third)
    with pytest.raises(DemoImportError):
        load_demo(anchor=ANCHOR)
    assert contents() == before


def test_a_story_with_a_wrong_row_is_not_taken_in_part() -> None:
    facts = STORIES[new_seller.HANDLE](ANCHOR)
    broken = [{**facts.orders[0], "amount": "a lot"}, *facts.orders[1:]]
    owner = User.objects.create_user("someone@example.org", "secret-enough")
    seller = Seller.objects.create(handle=facts.handle, owner=owner)
    with pytest.raises(DemoImportError, match="all 4 rows"), transaction.atomic():
        import_story(dataclasses.replace(facts, orders=broken), seller=seller, by=owner)
    assert Order.objects.count() == 0


def test_without_the_setting_no_account_with_a_public_password_is_made(
    settings: LazySettings,
) -> None:
    settings.STANDING_DEMO = settings.DEBUG = False
    with pytest.raises(DemoNotAllowedError, match="STANDING_DEMO"):
        create_demo_accounts()
    with pytest.raises(CommandError, match="STANDING_DEMO"):
        call_command("load_demo")
    assert User.objects.count() == 0
    settings.DEBUG = True
    assert len(create_demo_accounts()) == User.objects.count() == len(DEMO_ACCOUNTS)


def test_the_password_that_all_share_is_hashed_once_and_tried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_demo_accounts()
    assert User.objects.values("password").distinct().count() == 1
    tried: list[str] = []

    def check_password(user: User, given: str) -> bool:
        tried.append(user.email)
        return given == DEMO_PASSWORD

    monkeypatch.setattr(User, "check_password", check_password)
    assert tuple(existing_demo_accounts()) == DEMO_ACCOUNTS
    assert len(tried) == 1


def test_the_command_loads_an_empty_deployment_and_prints_the_accounts() -> None:
    first = said("--if-empty", "--anchor", "2026-11-20", "--print-accounts")
    assert "13 sellers loaded" in first
    assert all(account.email in first and account.role in first for account in DEMO_ACCOUNTS)


@pytest.mark.usefixtures("real_seller")
def test_if_empty_leaves_a_deployment_with_sellers_alone() -> None:
    assert "not loaded" in said("--if-empty")
    assert Seller.objects.count() == 1


def test_an_anchor_in_the_future_or_no_day_at_all_is_refused() -> None:
    with pytest.raises(CommandError, match="lies ahead"):
        call_command("load_demo", "--anchor", "2999-01-01")
    with pytest.raises(CommandError, match="anchor"):
        call_command("load_demo", "--anchor", "yesterday")
