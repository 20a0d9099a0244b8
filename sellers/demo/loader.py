"""Puts the demo story into the database: files by way of the import, the rest by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from sellers.demo.accounts import (
    ADMIN,
    COACH,
    DEMO_ACCOUNTS,
    OWNERS,
    check_demo_allowed,
    create_demo_accounts,
)
from sellers.demo.coach import let_coach_look
from sellers.demo.files import import_story, is_loaded
from sellers.demo.rows import StoryFacts
from sellers.demo.stories import STORIES
from sellers.models import (
    Gig,
    ImportBatch,
    Inquiry,
    Note,
    Observation,
    Order,
    Platform,
    Seller,
    User,
    WaitingReview,
    WrittenAs,
)


class DemoConflictError(Exception):
    """A seller with the name of a demo seller exists and is not of the demo."""


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """How many demo sellers were loaded or found as they should be, and what they hold."""

    changed: int
    unchanged: int
    orders: int
    reviews: int


@transaction.atomic
def load_demo(*, anchor: date) -> DemoLoaded:
    """Bring the demo to ``anchor``: all of it or nothing.

    A demo seller that was loaded with the same files stays as it is. One that was loaded
    with another anchor loses its orders, reviews, notes and observations, and gets those
    of the new one.

    Raises
    ------
    DemoNotAllowedError
        Public passwords are not wanted on this deployment.
    DemoConflictError
        A real seller bears the name of a demo seller; nothing is touched.
    """
    check_demo_allowed()
    _check_names()
    users = create_demo_accounts()
    stories = [tell(anchor) for tell in STORIES.values()]
    changed = [facts for facts in stories if not is_loaded(facts)]
    for facts in changed:
        _load_story(facts, owner=users[OWNERS.get(facts.handle, ADMIN)], admin=users[ADMIN])
    let_coach_look(coach=users[COACH], now=timezone.now())
    return DemoLoaded(
        changed=len(changed),
        unchanged=len(stories) - len(changed),
        orders=sum(len(facts.orders) for facts in stories),
        reviews=sum(len(facts.reviews) for facts in stories),
    )


@transaction.atomic
def remove_demo() -> int:
    """Take out the demo sellers with all that is known of them, and the demo accounts.

    Returns
    -------
    The number of sellers that were removed.
    """
    _check_names()
    sellers = Seller.objects.filter(platform=Platform.FIVERR, handle__in=STORIES)
    _forget_facts(sellers)
    count = sellers.count()
    # Each points to the other: the imports go first.
    ImportBatch.objects.filter(seller__in=sellers).delete()
    sellers.delete()
    User.objects.filter(email__in=[account.email for account in DEMO_ACCOUNTS]).delete()
    return count


def _check_names() -> None:
    """A demo seller is one with a demo name that belongs to a demo account."""
    foreign = (
        Seller.objects.filter(handle__in=STORIES)
        .exclude(owner__email__in=[account.email for account in DEMO_ACCOUNTS])
        .values_list("handle", flat=True)
    )
    if foreign:
        raise DemoConflictError(
            f"The seller “{foreign[0]}” has the name of a demo seller but does not belong to a "
            "demo account. Nothing was changed. Rename it, or do without the demo."
        )


def _load_story(facts: StoryFacts, *, owner: User, admin: User) -> None:
    seller, _ = Seller.objects.update_or_create(
        platform=Platform.FIVERR,
        handle=facts.handle,
        defaults={
            "category": facts.category,
            "joined_on": facts.joined_on,
            "time_zone": facts.time_zone,
            "currency": "USD",
            "owner": owner,
        },
    )
    _forget_facts(Seller.objects.filter(pk=seller.pk))
    import_story(facts, seller=seller, by=admin)
    Gig.objects.filter(seller=seller, ref__in=facts.paused_gigs).update(is_active=False)
    _write_by_hand(facts, seller=seller, author=owner)


def _forget_facts(sellers: Iterable[Seller]) -> None:
    for model in (WaitingReview, Inquiry, Observation, Note, Order):
        model.objects.filter(seller__in=sellers).delete()


def _write_by_hand(facts: StoryFacts, *, seller: Seller, author: User) -> None:
    """What no file brings: first contacts, what the platform showed, notes."""
    gigs = {gig.ref: gig for gig in Gig.objects.filter(seller=seller)}
    Inquiry.objects.bulk_create(
        Inquiry(
            seller=seller,
            ref=row.ref,
            first_message_at=row.first_message_at,
            first_reply_at=row.first_reply_at,
        )
        for row in facts.inquiries
    )
    Observation.objects.bulk_create(
        Observation(
            seller=seller,
            gig=gigs[row.gig] if row.gig else None,
            day=row.day,
            kind=row.kind,
            area=row.area,
            value=None if row.value is None else Decimal(row.value),
            label=row.label,
            words=row.words,
            created_by=author,
        )
        for row in facts.observations
    )
    Note.objects.bulk_create(
        Note(
            seller=seller,
            author=author,
            written_as=WrittenAs.OWNER,
            day=row.day,
            until=row.until,
            text=row.text,
        )
        for row in facts.notes
    )
