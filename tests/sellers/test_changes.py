"""The one place that counts revisions and tells what depends on facts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from sellers.changes import facts_changed
from sellers.models import Seller
from tests.builders import a_seller

told: list[tuple[list[int], str]] = []


def hook(*, seller_ids: list[int], reason: str) -> None:
    told.append((seller_ids, reason))


@pytest.mark.django_db
def test_revisions_count_up_and_the_hook_hears_of_it_on_commit(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.STANDING_ON_FACTS_CHANGED = f"{__name__}.hook"
    told.clear()
    one, two, other = a_seller(), a_seller(), a_seller()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        facts_changed(seller_ids=[two.pk, one.pk, one.pk], reason="import 7")
        assert told == []
    assert told == [([one.pk, two.pk], "import 7")]
    revisions = dict(Seller.objects.values_list("pk", "revision"))
    assert revisions == {one.pk: 1, two.pk: 1, other.pk: 0}


@pytest.mark.django_db
def test_no_seller_is_no_change(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.STANDING_ON_FACTS_CHANGED = f"{__name__}.hook"
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        facts_changed(seller_ids=[], reason="nothing")
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="belongs into the transaction"):
        facts_changed(seller_ids=[1], reason="loose")
