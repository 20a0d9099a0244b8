"""Loading the demo: through the import, all or nothing, twice as once, real data untouched."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from metrics.models import Move, Standing
from metrics.services import recompute_sellers
from sellers.demo import loader
from sellers.demo.accounts import (
    ADMIN,
    CASES,
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    OWNERS,
    WRITER,
    DemoNotAllowedError,
    existing_demo_accounts,
)
from sellers.demo.files import DemoImportError
from sellers.demo.loader import DemoConflictError, load_demo, remove_demo
from sellers.demo.rows import StoryFacts
from sellers.demo.stories import STORIES, case_pack, edited_reviews, perfect_order
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
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


def test_everything_is_loaded_through_the_import_with_its_provenance() -> None:
    loaded = load_demo(anchor=ANCHOR)
    stories = [tell(ANCHOR) for tell in STORIES.values()]
    assert (loaded.changed, loaded.unchanged) == (10, 0)
    assert loaded.orders == Order.objects.count() == sum(len(s.orders) for s in stories)
    assert loaded.reviews == Review.objects.count() == sum(len(s.reviews) for s in stories)
    assert WaitingReview.objects.count() == 0
    batches = ImportBatch.objects.all()
    assert {batch.state for batch in batches} == {ImportState.DONE}
    assert len(batches) == 10
    assert not any(batch.rows_rejected or batch.rows_waiting for batch in batches)
    order = Order.objects.filter(seller__handle=perfect_order.HANDLE).order_by("ordered_at")[0]
    # Line 1 is the header, so the first order stands on line 2.
    assert order.source_line == 2
    assert order.source_file is not None
    assert order.source_file.name == "demo-perfect-order-orders.csv"


def test_what_no_file_brings_is_written_too() -> None:
    load_demo(anchor=ANCHOR)
    stories = [tell(ANCHOR) for tell in STORIES.values()]
    assert Inquiry.objects.count() == sum(len(s.inquiries) for s in stories)
    assert Observation.objects.count() == sum(len(s.observations) for s in stories)
    assert Note.objects.count() == sum(len(s.notes) for s in stories)
    for observation in Observation.objects.select_related("gig"):
        observation.full_clean()
    paused = Gig.objects.filter(is_active=False)
    assert [(gig.seller.handle, gig.ref) for gig in paused] == [
        (edited_reviews.HANDLE, "old-theme")
    ]


def test_loading_takes_less_than_ten_seconds() -> None:
    begun = time.monotonic()
    load_demo(anchor=ANCHOR)
    assert time.monotonic() - begun < 10


def test_loading_twice_changes_nothing() -> None:
    load_demo(anchor=ANCHOR)
    before = contents()
    loaded = load_demo(anchor=ANCHOR)
    assert (loaded.changed, loaded.unchanged) == (0, 10)
    assert contents() == before


def test_another_anchor_moves_the_story_and_keeps_sellers_and_accounts() -> None:
    load_demo(anchor=EARLIER)
    ids = dict(Seller.objects.values_list("handle", "pk"))
    load_demo(anchor=ANCHOR)
    assert dict(Seller.objects.values_list("handle", "pk")) == ids
    expected = sum(len(tell(ANCHOR).orders) for tell in STORIES.values())
    assert Order.objects.count() == expected
    latest = Order.objects.filter(
        seller__handle=perfect_order.HANDLE, status=OrderStatus.COMPLETED
    ).latest("completed_at")
    assert latest.completed_at is not None
    assert (latest.completed_at.date() - ANCHOR).days == perfect_order.DROP_DAY
    assert Note.objects.count() == sum(len(tell(ANCHOR).notes) for tell in STORIES.values())


@pytest.mark.usefixtures("real_seller")
def test_a_real_seller_is_never_touched() -> None:
    load_demo(anchor=ANCHOR)
    load_demo(anchor=EARLIER)
    remove_demo()
    assert list(Seller.objects.values_list("handle", flat=True)) == ["a-real-seller"]


def test_a_real_seller_with_a_demo_name_stops_the_load_before_anything_is_written() -> None:
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
    with pytest.raises(DemoConflictError):
        load_demo(anchor=ANCHOR)


def test_a_load_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents()
    real = loader.import_story
    seen: list[str] = []

    def fail_at_the_third(facts: StoryFacts, *, seller: Seller, by: User) -> None:
        seen.append(facts.handle)
        if len(seen) == 3:
            raise DemoImportError("told to fail")
        real(facts, seller=seller, by=by)

    monkeypatch.setattr(loader, "import_story", fail_at_the_third)
    with pytest.raises(DemoImportError):
        load_demo(anchor=ANCHOR)
    assert contents() == before


def test_removing_takes_out_the_demo_and_its_accounts() -> None:
    load_demo(anchor=ANCHOR)
    assert remove_demo() == 10
    assert all(model.objects.count() == 0 for model in TABLES)
    assert remove_demo() == 0


def test_the_accounts_see_what_their_sentence_says(client: Client) -> None:
    load_demo(anchor=ANCHOR)
    for email, count in ((ADMIN, 10), (CASES, 4), (WRITER, 1)):
        assert client.login(username=email, password=DEMO_PASSWORD)
        page = client.get(reverse("sellers:roster")).content.decode()
        shown = [handle for handle in STORIES if handle in page]
        assert len(shown) == count, email
    assert User.objects.get(email=ADMIN).is_staff
    assert not User.objects.filter(is_staff=True).exclude(email=ADMIN).exists()
    assert {OWNERS.get(h, ADMIN) for h in STORIES} == {account.email for account in DEMO_ACCOUNTS}


def test_without_the_setting_no_account_with_a_public_password_is_made(
    settings: LazySettings,
) -> None:
    settings.STANDING_DEMO = False
    settings.DEBUG = False
    with pytest.raises(DemoNotAllowedError, match="STANDING_DEMO"):
        load_demo(anchor=ANCHOR)
    with pytest.raises(CommandError, match="STANDING_DEMO"):
        call_command("load_demo")
    assert User.objects.count() == 0
    settings.DEBUG = True
    assert load_demo(anchor=ANCHOR).changed == 10


def test_a_changed_password_stays_and_is_no_longer_printed() -> None:
    load_demo(anchor=ANCHOR)
    user = User.objects.get(email=CASES)
    user.set_password("chosen-by-its-owner")
    user.save(update_fields=["password"])
    load_demo(anchor=EARLIER)
    user.refresh_from_db()
    assert user.check_password("chosen-by-its-owner")
    assert [account.email for account in existing_demo_accounts()] == [ADMIN, WRITER]


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_loads_once_and_prints_the_accounts() -> None:
    first = said("--if-empty", "--anchor", "2026-11-20", "--print-accounts")
    assert "10 sellers loaded" in first
    assert all(account.email in first and account.role in first for account in DEMO_ACCOUNTS)
    before = contents()
    assert "not loaded" in said("--if-empty", "--anchor", "2026-10-01")
    assert contents() == before


@pytest.mark.usefixtures("real_seller")
def test_if_empty_leaves_a_deployment_with_sellers_alone() -> None:
    assert "not loaded" in said("--if-empty")
    assert Seller.objects.count() == 1


def test_an_anchor_in_the_future_or_no_day_at_all_is_refused() -> None:
    with pytest.raises(CommandError, match="lies ahead"):
        call_command("load_demo", "--anchor", "2999-01-01")
    with pytest.raises(CommandError, match="anchor"):
        call_command("load_demo", "--anchor", "yesterday")


@pytest.mark.parametrize("handle", STORIES)
def test_stored_days_equal_the_reference_on_the_rows_of_the_story(handle: str) -> None:
    """Facts by way of import, tables and kernel against the rows read a second way."""
    load_demo(anchor=ANCHOR)
    seller = Seller.objects.get(handle=handle)
    told = scenario(handle, ANCHOR)
    noon = datetime(ANCHOR.year, ANCHOR.month, ANCHOR.day, 12, tzinfo=ZoneInfo(seller.time_zone))
    assert recompute_sellers(seller_ids=[seller.pk], now=noon) == 1
    standing = Standing.objects.get(seller=seller)
    score = told.state(0).score
    assert standing.as_of == ANCHOR
    assert standing.displayed == told.displayed(0)
    assert standing.score == (None if score is None else pytest.approx(score, abs=1e-9))
    for move in Move.objects.filter(seller=seller):
        offset = (move.day - ANCHOR).days
        before, after = told.state(offset - 1), told.state(offset)
        assert (move.displayed_before, move.displayed_after) == (
            before.displayed,
            after.displayed,
        )
        if after.score is not None:
            assert move.score_after == pytest.approx(after.score, abs=1e-9)


def test_the_stored_moves_of_the_perfect_order_end_with_10_to_9() -> None:
    load_demo(anchor=ANCHOR)
    seller = Seller.objects.get(handle=perfect_order.HANDLE)
    recompute_sellers(seller_ids=[seller.pk], now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    last = Move.objects.filter(seller=seller).latest("day")
    assert (last.day - ANCHOR).days == perfect_order.DROP_DAY
    assert (last.displayed_before, last.displayed_after) == (10, 9)
    assert last.score_before == pytest.approx(9.55604230770611, abs=1e-9)
    assert last.score_after == pytest.approx(9.483456412005403, abs=1e-9)
