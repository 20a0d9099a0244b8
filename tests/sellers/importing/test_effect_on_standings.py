"""What a preview says of scores and levels is what is stored after the import was saved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from eligibility.models import EligibilityStanding
from metrics.models import Standing
from metrics.services import recompute_sellers
from sellers.importing import batches
from sellers.importing.batches import NewFile, create_batch
from sellers.importing.decisions import commit_batch, preview_batch
from sellers.importing.mapping.model import ColumnMap, Mapping
from sellers.importing.run import run_batch
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportChange,
    ImportRawBlock,
    ImportState,
    Order,
    Review,
    Seller,
)
from tests.sellers.importing.files import (
    import_files,
    import_new_files,
    orders_file,
    reviews_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STANDING_ON_FACTS_CHANGED = ""
    monkeypatch.setattr(batches, "_send", lambda _batch_id: None)


def orders_of(seller: str, count: int = 6) -> list[dict[str, object]]:
    """Finished orders of the last month."""
    today = timezone.now().date()
    ordered, done = (today - dt.timedelta(days=days) for days in (30, 20))
    return [
        {
            "seller": seller,
            "order_ref": f"{seller}-{number}",
            "gig": f"{seller}-gig",
            "ordered_at": ordered,
            "completed_at": done,
            "amount": "40.00",
        }
        for number in range(count)
    ]


def stars_of(orders: list[dict[str, object]], stars: int) -> list[dict[str, object]]:
    names = ("seller", "order_ref")
    posted = timezone.now().date() - dt.timedelta(days=19)
    return [{**{n: row[n] for n in names}, "posted_at": posted, "stars": stars} for row in orders]


def recompute_everybody() -> None:
    recompute_sellers(
        seller_ids=list(Seller.objects.values_list("pk", flat=True)), now=timezone.now()
    )


def stored() -> dict[str, dict[str, Any]]:
    """By handle: the score and its display as stored, and how many gigs can be promoted."""
    found = {}
    for standing in Standing.objects.select_related("seller"):
        gigs = EligibilityStanding.objects.get(seller=standing.seller)
        found[standing.seller.handle] = {
            "score": standing.score,
            "displayed": standing.displayed,
            "met": f"{gigs.gigs_met} of {gigs.gigs_total}",
        }
    return found


def said(side: dict[str, Any]) -> dict[str, Any]:
    words = str(side.get("promoted gigs", "0 of 0"))
    return {
        "score": side.get("score"),
        "displayed": side.get("displayed"),
        "met": " ".join(words.split()[:3]),
    }


def previewed(orders: str, reviews: str) -> ImportBatch:
    texts = ((FileRole.ORDERS, orders), (FileRole.REVIEWS, reviews))
    batch = create_batch(
        files=[
            NewFile(role, f"{role}.csv", SimpleUploadedFile(f"{role}.csv", text.encode()))
            for role, text in texts
        ],
        created_by=None,
        seller=None,
        state=ImportState.COLUMNS,
    )
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READY, batch.message
    return batch


def test_both_sides_of_a_preview_are_what_is_stored_before_and_after(tmp_path: Path) -> None:
    moved, same, new = (orders_of(name) for name in ("moved", "same", "new"))
    import_files(
        tmp_path,
        orders=[orders_file(*moved, *same)],
        reviews=[reviews_file(*stars_of(moved[:4], 5), *stars_of(same, 5))],
    )
    recompute_everybody()
    before = stored()

    # Bad reviews of one seller, a history of a new one, and nothing new of the third.
    batch = previewed(
        orders_file(*moved, *same, *new),
        reviews_file(*stars_of(moved[4:], 1), *stars_of(same, 5), *stars_of(new, 4)),
    )
    shown = {row["handle"]: row for row in batch.preview.effect["sellers"]}
    assert stored() == before
    assert {name: said(shown[name]["before"]) for name in before} == before
    assert shown["new"]["before"] == {}
    assert shown["same"]["after"] == shown["same"]["before"]
    assert shown["moved"]["after"]["score"] < shown["moved"]["before"]["score"]

    commit_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    recompute_everybody()
    assert {name: said(row["after"]) for name, row in shown.items()} == stored()

    # The database does not check where rows come from, so deleting an import has to tell them.
    first, second = Order.objects.get(ref="moved-0"), Order.objects.get(ref="new-0")
    assert (first.last_batch_id, second.first_batch_id) != (batch.pk, None)
    assert ImportChange.objects.filter(batch=batch).exists()
    batch.delete()
    second.refresh_from_db()
    assert (second.first_batch_id, second.last_batch_id, second.source_file_id) == (None,) * 3
    review = Review.objects.get(order=second)
    assert (review.first_batch_id, review.source_file_id) == (None, None)
    assert not ImportChange.objects.exclude(batch=first.first_batch_id).exists()


def test_the_cells_of_a_line_that_is_an_order_and_its_review_are_kept_once(tmp_path: Path) -> None:
    of = {
        "orders": ("seller", "order_ref", "gig", "ordered_at", "status", "currency"),
        "reviews": ("seller", "order_ref", "posted_at", "stars"),
    }
    mapping = Mapping(
        role=FileRole.MIXED,
        columns={role: {name: ColumnMap((name,)) for name in ours} for role, ours in of.items()},
    )
    text = orders_file(
        {"stars": "5", "posted_at": "2024-03-09"}, {"order_ref": "FO2", "stars": "0"}
    )
    file = SimpleUploadedFile("both.csv", text.encode())
    import_new_files([NewFile(FileRole.MIXED, "both.csv", file, mapping.as_json())], joined=True)
    assert (Order.objects.count(), Review.objects.count()) == (2, 1)
    [block] = ImportRawBlock.objects.all()
    assert block.rows == 2
