"""What is new since somebody last looked, and as what they are told they see a page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.models import LevelSpan, RuleSpan
from eligibility.rules.types import Phase, Verdict
from eligibility.session_sheet.changes import gig_changes, level_changes
from metrics.models import Move
from metrics.services import recompute_sellers
from sellers.access.grants import end_grant
from sellers.models import Gig, ImportBatch, Note, Promise, Scope, Seller, User, Visit, WrittenAs
from sellers.visits import VISIT_GAP, Since, mark_visit
from tests.builders import NOW, a_grant, a_history, a_promise, a_seller, a_user, an_admin

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

EARLIER = NOW - timedelta(days=3)
HEAD = "Since you last looked"
NOTHING = 'since you last looked, on <time datetime="2024-06-09">9 Jun 2024</time>.'


@pytest.fixture(autouse=True)
def _noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def seller(db: None) -> Seller:
    """Orders, a score up to 12 June, no looks yet."""
    seller = a_seller("mira", owner=a_user("owner@example.test"))
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    return seller


def page(person: User | None, seller: Seller, **headers: str) -> str:
    eyes = Client()
    assert person is not None
    eyes.force_login(person)
    response = eyes.get(reverse("metrics:seller", args=[seller.pk]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def looked(person: User | None, seller: Seller) -> None:
    """This person looked three days ago, at numbers of that day."""
    assert person is not None
    mark_visit(seller=seller, user=person, as_of=EARLIER.date(), now=EARLIER)


def test_looks_within_some_hours_are_one_visit(seller: Seller) -> None:
    assert seller.owner is not None
    days = [date(2024, 6, day) for day in range(1, 7)]

    def look(hours: float, as_of: date) -> Since | None:
        now = EARLIER + timedelta(hours=hours)
        return mark_visit(seller=seller, user=seller.owner, as_of=as_of, now=now)  # type: ignore[arg-type]

    assert look(0, days[0]) is None
    assert look(1, days[0]) is None
    # The next visit begins; what is new counts from the last look of the one before.
    second = Since(EARLIER + timedelta(hours=1), days[0])
    assert look(6, days[1]) == second
    assert look(9, days[1]) == second
    # 13 h is exactly the gap after 9 h: still the same visit.
    assert timedelta(hours=4) == VISIT_GAP
    assert look(13, days[2]) == second
    assert look(24, days[3]) == Since(EARLIER + timedelta(hours=13), days[2])
    assert Visit.objects.count() == 1


def test_a_first_look_says_nothing_and_a_second_that_nothing_is_new(seller: Seller) -> None:
    for text in (page(seller.owner, seller), page(seller.owner, seller)):
        assert HEAD not in text
        assert "Nothing has changed" not in text
    Visit.objects.all().delete()
    looked(seller.owner, seller)
    text = page(seller.owner, seller)
    assert "Nothing has changed" in text
    assert NOTHING in text


def test_parts_of_the_page_are_no_look(seller: Seller) -> None:
    page(seller.owner, seller, **{"HX-Request": "true", "HX-Target": "trajectory"})
    assert not Visit.objects.exists()


def _news(seller: Seller, coach: User, admin: User) -> None:
    """Everything that can be new, by the coach, the admin and the owner."""
    common = {"seller": seller, "day": NOW.date()}
    for text, author, as_what in (
        ("from the coach", coach, "coach"),
        ("from the seller", seller.owner, "owner"),
    ):
        Note.objects.create(**common, text=text, author=author, written_as=as_what)
        secret = f"secret {text}"
        Note.objects.create(
            **common, text=secret, author=author, written_as=as_what, is_private=True
        )
    far = {"due": NOW.date() + timedelta(days=90)}
    a_promise(seller, text="by the coach", author=coach, written_as=WrittenAs.COACH, **far)
    a_promise(seller, text="by the seller", **far)
    a_promise(seller, text="due soon", due=date(2024, 6, 18), created_at=EARLIER)
    decided = a_promise(seller, text="went well", created_at=EARLIER, **far)
    Promise.objects.filter(pk=decided.pk).update(
        state="kept", decided_by=coach, decided_as="coach", decided_at=NOW
    )
    for person in (seller.owner, admin):
        batch = ImportBatch.objects.create(
            seller=seller, state="done", created_by=person, finished_at=NOW
        )
        batch.effects.create(seller=seller, orders_new=12, reviews_new=1)
    Move.objects.create(
        seller=seller,
        day=date(2024, 6, 10),
        displayed_before=10,
        displayed_after=9,
        score_before=9.52,
        score_after=9.47,
        policy="p",
        engine_version="1",
        revision=1,
        headline={"text": "x", "form": "move", "change": -0.05, "causes": []},
    )


def _ribbon(text: str) -> str:
    return text.partition('<section class="since"')[2].partition("</section>")[0]


def test_the_ribbon_tells_what_others_did_and_what_moved(seller: Seller) -> None:
    coach, admin = a_user("coach@x.test"), an_admin("boss@x.test")
    a_grant(seller, coach, Scope.EVERYTHING)
    _news(seller, coach, admin)
    for person in (seller.owner, coach, admin):
        looked(person, seller)
    owner, of_coach, of_admin = (
        _ribbon(page(person, seller)) for person in (seller.owner, coach, admin)
    )
    for text in (owner, of_coach, of_admin):
        assert "on <time" in text
        assert "Displays 10 → 9 since 10 Jun 2024" in text
        # 18 June less 12 June
        assert "Promise “due soon”: 6 days left" in text
        assert "secret" not in text
    assert "Note “from the coach” by coach coach@x.test" in owner
    assert "New promise “by the coach” until 10 Sep 2024, written down by coach" in owner
    assert "Promise “went well”: kept, decided by coach coach@x.test" in owner
    assert "12 new orders and 1 new review, by admin boss@x.test" in owner
    assert owner.count("Import ") == 1
    # It stays news while somebody looks what its undo would do.
    ImportBatch.objects.update(state="undo_trial")
    assert _ribbon(page(seller.owner, seller)).count("Import ") == 1
    for own in ("from the seller", "by the seller”"):
        assert own not in owner
    assert "Note “from the seller” by the seller" in of_coach
    assert "New promise “by the seller”" in of_coach
    for own in ("from the coach", "by the coach", "went well"):
        assert own not in of_coach
    assert ("by the seller" in of_coach, "by an admin" in of_coach) == (True, True)
    assert of_coach.count("Import ") == 2
    assert "boss@x.test" not in of_coach
    assert "/imports/" not in of_coach
    assert "Note “from the coach”" in of_admin
    assert of_admin.count("Import ") == 1


def test_the_ribbon_keeps_to_the_scope(seller: Seller) -> None:
    coach, admin = a_user("coach@x.test"), an_admin("boss@x.test")
    a_grant(seller, coach, Scope.STANDING)
    _news(seller, a_user("other@x.test"), admin)
    looked(coach, seller)
    text = _ribbon(page(coach, seller))
    assert "Displays 10 → 9" in text
    assert "New promise “by the coach” until 10 Sep 2024, written down by another coach" in text
    assert "Note “" not in text
    assert "/eligibility/" not in text


def test_many_of_a_kind_are_told_by_their_number(seller: Seller) -> None:
    looked(seller.owner, seller)
    coach = a_user("coach@x.test")
    for number in range(5):
        Note.objects.create(
            seller=seller, day=NOW.date(), text=f"note {number}", author=coach, written_as="coach"
        )
    text = _ribbon(page(seller.owner, seller))
    assert text.count("Note “") == 3
    assert "2 more notes" in text


def test_the_ribbon_costs_the_same_queries_for_little_and_for_much(
    seller: Seller, django_assert_max_num_queries: Any
) -> None:
    looked(seller.owner, seller)
    assert seller.owner is not None
    eyes = Client()
    eyes.force_login(seller.owner)
    address = reverse("metrics:seller", args=[seller.pk])
    eyes.get(address)
    with django_assert_max_num_queries(100) as little:
        eyes.get(address)
    coach, admin = a_user("coach@x.test"), an_admin("boss@x.test")
    for _ in range(3):
        Move.objects.all().delete()
        _news(seller, coach, admin)
    # The measured promises of the list cost three more at most; here none is measured.
    with django_assert_max_num_queries(len(little.captured_queries)):
        eyes.get(address)


def test_who_sees_a_page_as_what_is_told_there(seller: Seller) -> None:
    coach, admin = a_user("coach@x.test"), an_admin("boss@x.test")
    grant = a_grant(seller, coach, Scope.ORDERS, expires_at=NOW + timedelta(days=30), given_at=NOW)
    assert "You see this as" not in page(seller.owner, seller)
    # 12 June and 30 days
    said = (
        "You see this as coach: orders without names and texts, until 12 Jul 2024. The seller "
        "can read when you looked, and at what."
    )
    assert said in page(coach, seller)
    eyes = Client()
    eyes.force_login(coach)
    for name in ("sellers:orders", "eligibility:seller", "metrics:why", "sellers:promises"):
        assert said in eyes.get(reverse(name, args=[seller.pk])).content.decode()
    assert "You see this as admin: everything. The seller can" in page(admin, seller)
    # Pages that only owners and admins open say it.
    boss, ref = Client(), seller.orders.earliest("pk").ref
    boss.force_login(admin)
    for name, more in (
        *(("sellers:completeness", ()), ("sellers:order_entry", ()), ("sellers:access", ())),
        *(("sellers:order_history", (ref,)), ("eligibility:outcomes", ())),
    ):
        answer = boss.get(reverse(name, args=[seller.pk, *more]))
        assert "You see this as admin: everything." in answer.content.decode(), name
    Seller.objects.filter(pk=seller.pk).update(owner=None)
    assert "You see this as admin. Nobody owns this seller yet." in page(admin, seller)
    Seller.objects.filter(pk=seller.pk).update(owner=seller.owner)
    assert seller.owner is not None
    end_grant(grant=grant, by=seller.owner, now=NOW)
    assert eyes.get(reverse("metrics:seller", args=[seller.pk])).status_code == 404


def _level(start: int, held: int, phase: Phase, **fields: Any) -> LevelSpan:
    same = {"least": held, "most": held, "supported": held, "possible": held}
    day = date(2024, 6, start)
    return LevelSpan(start=day, held=held, phase=phase, **{**same, **fields})


def test_levels_in_words() -> None:
    grace = {"grace_start": date(2024, 6, 3), "grace_end": date(2024, 7, 3)}
    spans = [
        _level(1, 0, Phase.NO_RULES),
        _level(2, 2, Phase.HOLDS),  # what the rules begin with is no change
        _level(3, 2, Phase.GRACE, **grace),
        _level(4, 2, Phase.GRACE, supported=0, **grace),  # neither level nor phase
        _level(5, 2, Phase.HOLDS),
        _level(6, 2, Phase.REVIEW),
        _level(7, 1, Phase.HOLDS),
        _level(8, 2, Phase.HOLDS),
    ]
    titles = {1: "Level 1", 2: "Level 2"}
    told = [(c.day.day, c.words, c.is_loss) for c in level_changes(spans, titles)]
    assert told == [
        (3, "Level 2 is on grace, until 2 Jul 2024", True),
        (5, "Level 2 is out of danger", False),
        (6, "the grace of Level 2 is over: people at the platform decide", True),
        (7, "the level went from Level 2 to Level 1", True),
        (8, "the level went from Level 1 to Level 2", False),
    ]


def test_gigs_in_words() -> None:
    gig, other = Gig(pk=1, title="Book editing"), Gig(pk=2, title="Poems")

    def span(which: Gig, start: int, verdict: Verdict) -> RuleSpan:
        return RuleSpan(gig=which, start=date(2024, 6, start), verdict=verdict)

    spans = [
        span(gig, 1, Verdict.NOT_MET),
        span(gig, 2, Verdict.UNKNOWN),
        span(gig, 3, Verdict.MET),
        span(gig, 4, Verdict.UNKNOWN),
        span(gig, 5, Verdict.MET),  # as it was before it could not be told
        span(other, 1, Verdict.MET),
        span(other, 6, Verdict.NOT_MET),
    ]
    assert [(c.day.day, c.words, c.is_loss) for c in gig_changes(spans)] == [
        (3, "“Book editing” meets the rules for promoted gigs", False),
        (6, "“Poems” no longer meets the rules for promoted gigs", True),
    ]
