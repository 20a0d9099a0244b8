"""Two sellers with everything that a page can show, and people of every role.

The walks over every address (``tests/test_every_address.py``, ``tests/security``) read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from eligibility.models import Notice
from metrics.forecasting.feeds import create_feed
from metrics.services import recompute_sellers
from sellers.importing.batches import NewFile
from sellers.importing.drafts import start_draft
from sellers.models import (
    FileRole,
    ImportBatch,
    ImportMapping,
    Letter,
    Note,
    Observation,
    Scope,
    Seller,
    User,
)
from tests.builders import NOW, a_grant, a_history, a_promise, a_seller, a_user, an_admin

ROLES = ("anonymous", "stranger", "other owner", "owner", "admin")
#: Coaches by what their grant opens: nothing where it is over, ended or not accepted.
COACHES = {
    "coach standing": Scope.STANDING,
    "coach orders": Scope.ORDERS,
    "coach everything": Scope.EVERYTHING,
    "coach expired": None,
    "coach revoked": None,
    "coach waiting": None,
}
#: A list whose columns nobody has named yet.
DRAFT = b"Auftrag;Angebot;Bestellt;Stand\nA-1;logo;05/06/2024;fertig\n"


@dataclass(frozen=True)
class Things:
    """What there is of one seller: values of the arguments of addresses."""

    seller_id: int
    order_ref: str
    note_id: int
    observation_id: int
    promise_id: int
    batch_id: int
    draft_id: int
    draft_file_id: int
    move_id: int
    mapping_id: int
    file_id: int
    mail_id: int
    grant_id: int
    feed_id: int
    feed_secret: str
    token: str
    gig_id: int
    notice_id: int


@dataclass(frozen=True)
class Scene:
    """A seller, who may see them, and the seller of somebody else."""

    things: Things
    others: Things
    people: dict[str, User]


def a_scene() -> Scene:
    """Needs the database; letters are those of the page that keeps them."""
    owner, other = a_user("owner@example.test"), a_user("other@example.test")
    seller, second = a_seller("theirs", owner=owner), a_seller("another", owner=other)
    people = {
        **_coaches(seller),
        "stranger": a_user("stranger@example.test"),
        "other owner": other,
        "owner": owner,
        "admin": an_admin("admin@example.test"),
    }
    _coaches(second, "second ")
    for one in (seller, second):
        a_history(one, gigs=2)
    recompute_sellers(seller_ids=[seller.pk, second.pk], now=NOW)
    return Scene(_things(seller), _things(second, "second "), people)


def _coaches(seller: Seller, which: str = "") -> dict[str, User]:
    """A coach of every kind, each with the grant that the name says."""
    now = timezone.now()
    found = {}
    for role, scope in COACHES.items():
        coach = a_user(f"{which}{role}@example.test".replace(" ", "-"))
        token = f"token of {which}{role}"
        grant = a_grant(seller, coach, scope or Scope.EVERYTHING, token=token)
        if role == "coach expired":
            grant.expires_at = now - timedelta(seconds=1)
        elif role == "coach revoked":
            grant.ended_at = now
        elif role == "coach waiting":
            grant.coach = grant.accepted_at = None
        grant.save()
        found[role] = coach
    return found


def _things(seller: Seller, which: str = "") -> Things:
    owner, order = seller.owner, seller.orders.earliest("pk")
    assert owner is not None
    batch = ImportBatch.objects.create(seller=seller, state="done", finished_at=timezone.now())
    file = batch.files.create(role="orders", name="o.csv", size=1, sha256="0" * 64)
    batch.rejections.create(file=file, line=2, reason="It is blank.", fix="Fill it in.")
    new = NewFile(FileRole.ORDERS, "own.csv", SimpleUploadedFile("own.csv", DRAFT))
    draft = start_draft(files=[new], created_by=owner, seller=seller)
    feed, secret = create_feed(seller=seller, user=owner, now=NOW)
    waiting = f"{which}coach-waiting@example.test".replace(" ", "-")
    return Things(
        seller_id=seller.pk,
        order_ref=order.ref,
        note_id=_note(seller, owner).pk,
        observation_id=_observation(seller).pk,
        promise_id=a_promise(seller).pk,
        batch_id=batch.pk,
        draft_id=draft.pk,
        draft_file_id=draft.files.get().pk,
        move_id=seller.moves.earliest("day").pk,
        mapping_id=_mapping(owner).pk,
        file_id=file.pk,
        mail_id=_letter().pk,
        grant_id=seller.grants.get(email=waiting).pk,
        feed_id=feed.pk,
        feed_secret=secret,
        token=f"token of {which}coach waiting",
        gig_id=order.gig_id,
        notice_id=_notice(order).pk,
    )


def _note(seller: Seller, author: User) -> Note:
    day = NOW.date() - timedelta(days=5)
    return Note.objects.create(seller=seller, day=day, text="two weeks ill", author=author)


def _observation(seller: Seller) -> Observation:
    day = NOW.date() - timedelta(days=3)
    return Observation.objects.create(seller=seller, day=day, kind=Observation.Kind.SCORE, value=8)


def _mapping(owner: User) -> ImportMapping:
    return ImportMapping.objects.create(
        owner=owner, name="lists", fingerprint="0" * 64, role="orders", mapping={"columns": {}}
    )


def _letter() -> Letter:
    return Letter.objects.create(to="a@example.test", subject="Hello", text="", written_at=NOW)


def _notice(order: Any) -> Notice:
    return Notice.objects.create(
        seller=order.seller,
        gig=order.gig,
        day=NOW.date(),
        kind=Notice.Kind.GIG_GAINED,
        rule_set="promoted-2024",
        created_at=NOW,
    )
