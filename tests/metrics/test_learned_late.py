"""What was known on a day, and what became known later, has lines of its own that add up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from metrics.engine.changes import Leg
from metrics.engine.types import Cause
from metrics.explain import explain
from metrics.explanation import SUM_TOLERANCE
from sellers.importing.known import Learned, learned_since
from sellers.models import ImportBatch, ImportState, Seller
from tests.builders import PASSWORD, an_admin
from tests.sellers.importing.files import import_files, orders_file, reviews_file

pytestmark = pytest.mark.django_db

START, END = dt.date(2024, 5, 1), dt.date(2024, 5, 20)
FIRST_IMPORT = dt.datetime(2024, 4, 20, 12, tzinfo=dt.UTC)
SECOND_IMPORT = dt.datetime(2024, 5, 10, 12, tzinfo=dt.UTC)


def orders(numbers: range, day: str, **more: str) -> str:
    return orders_file(
        *(
            {
                "order_ref": f"FO{n}",
                "ordered_at": f"{day}T09:00:00Z",
                "due_at": f"{day}T23:00:00Z",
                "delivered_at": f"{day}T20:00:00Z",
                "completed_at": f"{day}T21:00:00Z",
                "amount": "100.00",
                "disputes": "0",
                **more,
            }
            for n in numbers
        )
    )


def imported(folder: Path, at: dt.datetime, **files: Any) -> ImportBatch:
    """An import that ended at a moment."""
    batch = import_files(folder, **files)
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=at)
    return batch


@pytest.fixture
def seller(tmp_path: Path) -> Seller:
    """Six fine orders known in April; in May three old ones turn up, one of them disputed, with
    bad reviews, and one of the six turns out to have been late."""
    imported(tmp_path, FIRST_IMPORT, orders=[orders(range(6), "2024-03-10")])
    late = orders(range(1), "2024-03-10", delivered_at="2024-03-13", completed_at="2024-03-14")
    old = orders(range(6, 9), "2024-02-10", disputes="1")
    stars = [{"order_ref": f"FO{n}", "posted_at": "2024-02-12", "stars": "1"} for n in range(6, 9)]
    imported(tmp_path, SECOND_IMPORT, orders=[old, late], reviews=[reviews_file(*stars)])
    return Seller.objects.get()


def test_the_earlier_day_is_as_it_was_known_and_the_ledger_still_adds_up(
    seller: Seller, tmp_path: Path
) -> None:
    now = explain(seller=seller, start=START, end=END)
    then = explain(seller=seller, start=START, end=END, known_day=START)
    assert then.before.score is not None
    assert now.before.score is not None
    # Without the three bad orders and the late delivery the estimate was better.
    assert then.before.score > now.before.score
    assert then.after.score == now.after.score
    assert then.change is not None
    assert abs(then.total - then.change) <= SUM_TOLERANCE
    assert then.adds_up
    learned = then.lines.cause == Cause.LEARNED_LATE
    assert learned.any()
    assert set(then.lines.leg[learned].tolist()) == {int(Leg.DATA)}
    # The part that was learned late is exactly what separates the two estimates of the day.
    part = float(then.lines.amount[learned].sum())
    assert part == pytest.approx(now.before.score - then.before.score, abs=1e-9)
    assert not (now.lines.cause == Cause.LEARNED_LATE).any()


def test_what_was_known_equals_a_world_without_the_later_import(
    seller: Seller, tmp_path: Path
) -> None:
    then = explain(seller=seller, start=START, end=END, known_day=START)
    other = imported(
        tmp_path,
        FIRST_IMPORT,
        orders=[orders(range(6), "2024-03-10").replace("mira", "tom")],
    )
    alone = explain(
        seller=Seller.objects.get(handle="tom"), start=START, end=START + dt.timedelta(days=1)
    )
    assert other.rows_new == 6
    assert then.before.score == pytest.approx(alone.before.score, abs=1e-12)


def test_one_day_before_and_after_an_import_can_be_compared(seller: Seller) -> None:
    same = explain(seller=seller, start=START, end=START, known_day=START)
    assert same.adds_up
    assert set(same.lines.cause.tolist()) == {int(Cause.LEARNED_LATE)}


def test_before_anything_was_known_there_was_no_score(seller: Seller) -> None:
    day = FIRST_IMPORT.date() - dt.timedelta(days=5)
    first = explain(seller=seller, start=day, end=END, known_day=day)
    assert first.before.score is None
    assert first.before.reason == "no order is known yet"
    assert first.adds_up


def test_each_import_says_what_it_told_late(seller: Seller) -> None:
    second = ImportBatch.objects.order_by("-pk")[0]
    found = learned_since(seller, dt.datetime(2024, 5, 2, tzinfo=dt.UTC))
    assert found == [
        Learned(
            batch_id=second.pk,
            at=SECOND_IMPORT,
            old_orders=3,
            new_orders=0,
            changed_orders=1,
            reviews=3,
        )
    ]
    assert learned_since(seller, SECOND_IMPORT) == []
    # What an import brought is there while somebody looks what its undo would do.
    ImportBatch.objects.filter(pk=second.pk).update(state=ImportState.UNDO_TRIAL)
    assert learned_since(seller, dt.datetime(2024, 5, 2, tzinfo=dt.UTC)) == found


def page(seller: Seller, **asked: str) -> str:
    client = Client()
    client.login(username=an_admin().email, password=PASSWORD)
    answer = client.get(reverse("metrics:why", args=[seller.pk]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_names_imports_that_came_later_and_leads_to_what_was_known(
    seller: Seller,
) -> None:
    second = ImportBatch.objects.order_by("-pk")[0]
    said = f"import {second.pk} (10 May 2024) added 3 old orders, changed 1 order and"
    asked = {"from": START.isoformat(), "to": END.isoformat()}
    text = page(seller, **asked)
    assert said in text
    assert "known=2024-05-01" in text
    text = page(seller, **asked, known=START.isoformat())
    assert said in text
    assert "The earlier day is as it was known on 1 May 2024" in text
    assert "learned late" in text
    assert "Take both days as they are known now" in text


def test_the_page_says_nothing_where_nothing_was_learned_late(seller: Seller) -> None:
    text = page(seller, **{"from": "2024-05-15", "to": END.isoformat()})
    assert "Learned" not in text


def test_the_page_says_nothing_about_a_history_that_came_as_a_whole(seller: Seller) -> None:
    """On 15 April no order was known, so there was no estimate that could have changed."""
    text = page(seller, **{"from": "2024-04-15", "to": END.isoformat()})
    assert "Learned" not in text


def test_a_day_that_is_none_is_answered_in_words(seller: Seller) -> None:
    client = Client()
    client.login(username=an_admin().email, password=PASSWORD)
    asked = {"from": "2024-05-01", "to": "2024-05-20", "known": "soon"}
    answer = client.get(reverse("metrics:why", args=[seller.pk]), asked)
    assert answer.status_code == 422
    assert "Known on: This is not a day" in answer.content.decode()
