"""Promises: written down by either side, decided by people, with the facts beside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sellers.access.grants import end_grant
from sellers.models import CancelledBy, OrderStatus, Promise, Scope, Seller, User, WrittenAs
from sellers.promises.facts import facts_beside
from sellers.promises.page import when_words
from sellers.promises.services import MOST_OPEN, decide_promise
from tests.builders import NOW, a_gig, a_grant, a_promise, a_seller, a_user, an_admin, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

HTMX = {"HX-Request": "true", "HX-Target": "promises"}
DATA = {
    "promise-text": "deliver everything on time",
    "promise-side": "seller",
    "promise-day": "2024-06-01",
    "promise-due": "2024-06-30",
    "promise-measure": "late",
}


@pytest.fixture(autouse=True)
def _noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def seller(db: None) -> Seller:
    return a_seller("mira", owner=a_user("owner@example.test"))


def address(name: str, seller: Seller, *more: int) -> str:
    return reverse(f"sellers:{name}", args=[seller.pk, *more])


def browser(person: User | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def test_a_promise_is_kept_with_its_days_and_with_who_wrote_it(seller: Seller) -> None:
    coach = a_user("coach@x.test")
    a_grant(seller, coach, Scope.STANDING)
    extra = {"author": "1", "promise-author": "1", "promise-state": "kept", "state": "kept"}
    response = browser(coach).post(address("promise_new", seller), DATA | extra)
    assert response["Location"] == f"/sellers/{seller.pk}/#promises"
    row = Promise.objects.values(
        "seller", "side", "text", "made_on", "due", "measure", "author", "written_as", "state"
    ).get()
    assert row == {
        "seller": seller.pk,
        "side": "seller",
        "text": "deliver everything on time",
        "made_on": date(2024, 6, 1),
        "due": date(2024, 6, 30),
        "measure": "late",
        "author": coach.pk,
        "written_as": "coach",
        "state": "open",
    }
    owner = browser(seller.owner).get(address("promises", seller)).content.decode()
    assert "Written down by coach coach@x.test" in owner
    # 30 June less 12 June
    assert "18 days left" in owner
    assert "Written down by you" in browser(coach).get(address("promises", seller)).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"promise-text": ""}, "This field is required"),
        ({"promise-text": "x" * 201}, "at most 200 characters"),
        ({"promise-text": "a\0b"}, "Null characters are not allowed"),
        ({"promise-side": "admin"}, "not one of the available choices"),
        ({"promise-day": "2024-06-13"}, "has not come yet"),
        ({"promise-due": "2024-05-31"}, "lies before the first"),
        # a leap year lies between: 12 June 2024 + 366 days = 13 June 2025
        ({"promise-due": "2025-06-14"}, "more than a year away"),
        ({"promise-due": "soon"}, "Enter a valid date"),
        ({"promise-measure": "stars"}, "not one of the available choices"),
    ],
)
def test_what_does_not_hold_is_given_back(seller: Seller, data: dict[str, str], words: str) -> None:
    owner = browser(seller.owner)
    for headers in ({}, HTMX):
        response = owner.post(address("promise_new", seller), DATA | data, headers=headers)
        assert response.status_code == 422
        html = response.content.decode()
        assert words in html
        assert ("<html" in html) == (headers == {})
    assert not Promise.objects.exists()


def test_either_side_decides_and_opens_again(seller: Seller) -> None:
    coach = a_user("coach@x.test")
    a_grant(seller, coach, Scope.STANDING)
    promise = a_promise(seller)
    decide = address("promise_decide", seller, promise.pk)
    html = browser(coach).post(decide, {"decision-state": "kept"}, headers=HTMX).content.decode()
    assert html.lstrip().startswith('<section class="card" id="promises"')
    assert "decided by you on 12 Jun 2024" in html
    promise.refresh_from_db()
    assert (promise.state, promise.decided_by, promise.decided_as) == ("kept", coach, "coach")
    owner = browser(seller.owner)
    assert (
        "decided by coach coach@x.test" in owner.get(address("promises", seller)).content.decode()
    )
    # A second decision does not overwrite the first; it is opened again for that.
    late = owner.post(decide, {"decision-state": "broken"}, headers=HTMX).content.decode()
    assert "Somebody was faster" in late
    owner.post(decide, {"decision-state": "open"})
    owner.post(decide, {"decision-state": "broken"})
    promise.refresh_from_db()
    assert (promise.state, promise.decided_by, promise.decided_as) == (
        "broken",
        seller.owner,
        "owner",
    )
    for state in ("", "perfect"):
        answer = owner.post(decide, {"decision-state": state})
        assert answer.status_code == 422
        assert "Choose kept, broken or withdrawn" in answer.content.decode()


def test_one_decision_of_two_at_once_stands(seller: Seller) -> None:
    promise = a_promise(seller)
    assert seller.owner is not None
    common: dict[str, Any] = {"by": seller.owner, "decided_as": WrittenAs.OWNER, "now": NOW}
    # Both read it while it was open.
    first = decide_promise(promise=promise, state=Promise.State.KEPT, **common)
    second = decide_promise(promise=promise, state=Promise.State.BROKEN, **common)
    promise.refresh_from_db()
    assert (first, second, promise.state) == (True, False, "kept")


def test_who_may_not_look_learns_nothing_of_promises(seller: Seller) -> None:
    promise = a_promise(seller)
    other = a_seller("other", owner=a_user("other@x.test"))
    foreign = a_promise(other, text="of another")
    coach = a_user("coach@x.test")
    grant = a_grant(seller, coach, Scope.EVERYTHING)
    assert seller.owner is not None
    end_grant(grant=grant, by=seller.owner, now=NOW)
    for person in (coach, other.owner, a_user("eve@x.test")):
        eyes = browser(person)
        assert eyes.get(address("promises", seller)).status_code == 404
        assert eyes.post(address("promise_new", seller), DATA).status_code == 404
        decide = address("promise_decide", seller, promise.pk)
        assert eyes.post(decide, {"decision-state": "kept"}).status_code == 404
    # Another seller's promise is not decided through one's own address.
    swapped = address("promise_decide", seller, foreign.pk)
    assert browser(seller.owner).post(swapped, {"decision-state": "kept"}).status_code == 404
    assert set(Promise.objects.values_list("state", flat=True)) == {"open"}
    assert Promise.objects.count() == 2


def test_an_ended_look_leaves_the_promises_with_the_seller(seller: Seller) -> None:
    coach = a_user("coach@x.test")
    a_promise(seller, author=coach, written_as=WrittenAs.COACH)
    coach.delete()
    html = browser(seller.owner).get(address("promises", seller)).content.decode()
    assert "Written down by a coach whose account is gone" in html


def test_the_list_of_open_promises_is_finite(seller: Seller) -> None:
    for _ in range(MOST_OPEN):
        a_promise(seller)
    response = browser(seller.owner).post(address("promise_new", seller), DATA)
    assert response.status_code == 422
    assert "50 open promises are the most" in response.content.decode()


def test_a_script_in_a_promise_is_text(seller: Seller) -> None:
    data = DATA | {"promise-text": "<script>alert(1)</script>"}
    owner = browser(seller.owner)
    owner.post(address("promise_new", seller), data)
    html = owner.get(address("promises", seller)).content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_an_admin_reads_and_writes_like_the_seller(seller: Seller) -> None:
    admin = an_admin("boss@x.test")
    browser(admin).post(address("promise_new", seller), DATA | {"promise-side": "coach"})
    html = browser(seller.owner).get(address("promises", seller)).content.decode()
    assert "<b>The coach:</b>" in html
    assert "Written down by admin boss@x.test" in html


def test_the_page_costs_the_same_queries_for_one_promise_and_for_twenty(
    seller: Seller, django_assert_max_num_queries: Any
) -> None:
    a_promise(seller, measure="late")
    a_promise(seller, measure="cancelled")
    owner = browser(seller.owner)
    owner.get(address("promises", seller))
    for _ in range(2):
        # session, user, access, three of the header, open and decided promises, three of facts
        with django_assert_max_num_queries(11):
            owner.get(address("promises", seller))
        for number in range(18):
            a_promise(seller, measure=("late", "cancelled", "")[number % 3])


def test_lateness_is_counted_by_the_day_on_which_orders_were_due(seller: Seller) -> None:
    # 1 to 12 June; noon of the 12th is now
    promise = a_promise(seller, measure="late", made_on=date(2024, 6, 1), due=date(2024, 6, 20))
    gig = a_gig(seller)
    start = datetime(2024, 6, 1, tzinfo=UTC)
    hour = timedelta(hours=1)

    def order(due: datetime | None, delivered: datetime | None, **fields: Any) -> None:
        values = {"ordered_at": start, "due_at": due, "delivered_at": delivered, **fields}
        ordered = values.pop("ordered_at")
        an_order(gig, ordered, completed_at=None, **values)

    order(start + hour, start + hour)  # on the minute: on time
    order(start + 2 * hour, start + 3 * hour)  # late
    # late for its first due time, on time for the extended one
    order(start + hour, start + 3 * hour, extended_due_at=start + 4 * hour)
    order(start - hour, start + hour, ordered_at=start - 2 * hour)  # due before the promise
    order(NOW + hour, None, status=OrderStatus.OPEN)  # not due yet
    order(start + hour, None, status=OrderStatus.OPEN)  # not delivered
    order(start + hour, None)  # completed, delivery unknown
    order(None, start + hour)  # no due time
    order(start + hour, None, status=OrderStatus.CANCELLED, cancelled_at=start + hour)
    # due in the time: on time 2, late 1, not delivered 1, delivery unknown 1 = 5
    assert facts_beside([promise], seller, now=NOW) == {
        promise.pk: "Of 5 orders due in that time: 1 delivered late, 1 not delivered, 1 without a "
        "time of delivery. 1 order without a due time cannot be counted. The newest order in the "
        "data is of 1 Jun 2024."
    }


def test_the_days_of_a_promise_are_days_of_the_seller(seller: Seller) -> None:
    seller.time_zone = "Pacific/Auckland"
    seller.save()
    promise = a_promise(seller, measure="late", made_on=date(2024, 6, 2), due=date(2024, 6, 2))
    gig = a_gig(seller)
    # 2 June in Auckland is 1 June 12:00 to 2 June 12:00 UTC
    for hours in (11, 13, 35, 37):
        due = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(hours=hours)
        an_order(gig, due - timedelta(days=3), due_at=due, delivered_at=due + timedelta(hours=1))
    words = facts_beside([promise], seller, now=NOW)[promise.pk]
    assert words.startswith("Of 2 orders due in that time: 2 delivered late.")


def test_cancellations_are_counted_by_who_cancelled(seller: Seller) -> None:
    promise = a_promise(seller, measure="cancelled", made_on=date(2024, 6, 1))
    gig = a_gig(seller)
    on = datetime(2024, 6, 3, tzinfo=UTC)
    common: dict[str, Any] = {"status": OrderStatus.CANCELLED}
    for by in (CancelledBy.SELLER, CancelledBy.CLIENT, None):
        an_order(gig, on, cancelled_at=on, cancelled_by=by, **common)
    an_order(gig, on, cancelled_by=CancelledBy.SELLER, **common)
    before = on - timedelta(days=9)
    an_order(gig, before, cancelled_at=before, cancelled_by=CancelledBy.SELLER, **common)
    assert facts_beside([promise], seller, now=NOW)[promise.pk] == (
        "1 order cancelled by the seller in that time. 1 order cancelled, by whom is not in the "
        "data. 1 order cancelled by the seller on a day that is not in the data. The newest order "
        "in the data is of 3 Jun 2024."
    )


def test_nothing_to_count_is_said(seller: Seller) -> None:
    late = a_promise(seller, measure="late")
    free = a_promise(seller)
    assert facts_beside([late, free], seller, now=NOW) == {
        late.pk: "No order in the data was due in that time. No order is in the data yet."
    }


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2024, 6, 18), "6 days left"),
        (date(2024, 6, 13), "1 day left"),
        (date(2024, 6, 12), "the last day is today"),
        (date(2024, 6, 11), "its last day was yesterday: how did it go?"),
        (date(2024, 6, 9), "its last day was 3 days ago: how did it go?"),
    ],
)
def test_how_long_a_promise_runs_in_words(due: date, words: str) -> None:
    assert when_words(due, NOW.date()) == words
