"""The log of what the platform said, and the notices: written, answered, and each to its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from eligibility.models import Notice
from sellers.models import Observation, Seller, User
from tests.builders import NOW, a_gig, a_seller, a_user
from tests.eligibility.pages.test_views import html, read, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

KINDS = (Observation.Kind.LEVEL, Observation.Kind.PROMOTABLE)


def note(client: Client, seller: Seller, **fields: str) -> tuple[int, str]:
    data = {"said-day": "2024-06-01", **{f"said-{name}": text for name, text in fields.items()}}
    url = reverse("eligibility:outcome_new", args=[seller.pk])
    with time_machine.travel(NOW, tick=False):
        answer = client.post(url, data, headers={"HX-Request": "true", "HX-Target": "said"})
    return answer.status_code, words_of(answer.content.decode())


# --- what the platform said ---------------------------------------------------------------


def test_an_answer_about_a_gig_is_noted_with_its_words(client: Client, seller: Seller) -> None:
    gig = seller.gigs.get(ref="book editing")
    status, said = note(
        client, seller, said="promotable:no", about=str(gig.pk), words="Additional quality metrics."
    )
    assert status == 200
    assert (
        "1 Jun 2024 cannot be promoted “Additional quality metrics.” Book Editing met differs"
        in said
    )
    noted = Observation.objects.get(seller=seller, kind=Observation.Kind.PROMOTABLE)
    assert (noted.gig, noted.label, noted.day) == (gig, "no", date(2024, 6, 1))


def test_a_level_is_noted_and_the_seller_is_computed_again(client: Client, seller: Seller) -> None:
    before = Seller.objects.get(pk=seller.pk).revision
    status, said = note(client, seller, said="level:Level 2")
    assert status == 200
    assert "1 Jun 2024 shows Level 2 the seller Level 2 agrees" in said
    assert Seller.objects.get(pk=seller.pk).revision == before + 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"said": "promotable:no"}, "Choose the gig that it spoke of."),
        ({"said": "level:Level 2", "day": "2024-06-13"}, "13 Jun 2024 has not come yet."),
        ({"said": "level:Level 2", "day": "soon"}, "This is not a day."),
        ({"said": "level:Level 9"}, "Select a valid choice."),
        ({"said": "promotable:yes", "about": "999999"}, "Select a valid choice."),
    ],
)
def test_what_does_not_hold_is_refused_beside_its_field(
    client: Client, seller: Seller, fields: dict[str, str], words: str
) -> None:
    before = Observation.objects.count()
    status, said = note(client, seller, **fields)
    assert status == 422
    assert words in said
    assert Observation.objects.count() == before


def test_a_level_belongs_to_no_gig(client: Client, seller: Seller) -> None:
    gig = seller.gigs.get(ref="book editing")
    status, said = note(client, seller, said="level:Level 2", about=str(gig.pk))
    assert status == 422
    assert "A level belongs to the seller, not to a gig." in said


def test_a_gig_of_another_seller_cannot_be_spoken_of(client: Client, seller: Seller) -> None:
    other = a_gig(a_seller("another"))
    assert note(client, seller, said="promotable:no", about=str(other.pk))[0] == 422


def test_what_was_noted_can_be_taken_away(client: Client, seller: Seller) -> None:
    shown = Observation.objects.get(seller=seller, kind=Observation.Kind.LEVEL)
    url = reverse("eligibility:outcome_remove", args=[seller.pk, shown.pk])
    assert client.post(url)["Location"] == reverse("eligibility:outcomes", args=[seller.pk])
    assert not Observation.objects.filter(pk=shown.pk).exists()
    # A score is no answer of this log: it stays.
    score = Observation.objects.create(seller=seller, day=date(2024, 6, 1), kind="score", value=8)
    client.post(reverse("eligibility:outcome_remove", args=[seller.pk, score.pk]))
    assert Observation.objects.filter(pk=score.pk).exists()


def test_nobody_notes_for_another_seller(client: Client, seller: Seller) -> None:
    stranger = a_user("stranger@example.test")
    client.force_login(stranger)
    assert note(client, seller, said="level:Level 2")[0] == 404
    assert Observation.objects.filter(seller=seller, kind="level").count() == 1


def test_agreement_counts_what_agrees_and_what_differs(client: Client, seller: Seller) -> None:
    gig = seller.gigs.get(ref="book editing")
    for day, label in ((1, "no"), (8, "no"), (15, "yes")):
        Observation.objects.create(
            seller=seller, gig=gig, day=date(2024, 4, day), kind="promotable", label=label
        )
    said = read(client, "outcomes", seller.pk)
    # Every published rule is met since 14 March: the yes agrees, both refusals differ.
    assert "1 of 3 answers agree, 2 differ" in said
    assert "do not explain what happened" not in said


def test_enough_refusals_are_a_finding(client: Client, seller: Seller) -> None:
    gig = seller.gigs.get(ref="book editing")
    for day in (1, 8, 15):
        Observation.objects.create(
            seller=seller, gig=gig, day=date(2024, 4, day), kind="promotable", label="no"
        )
    words = (
        "The platform refused 1 gig 3 times between 1 Apr 2024 and 15 Apr 2024 although every "
        "published rule was met"
    )
    assert words in read(client, "outcomes", seller.pk)
    assert words in read(client, "seller", seller.pk)
    assert words in read(client, "gig", seller.pk, gig.pk)
    other = seller.gigs.get(ref="tax letters")
    assert words not in read(client, "gig", seller.pk, other.pk)


# --- notices ------------------------------------------------------------------------------


def a_notice(seller: Seller, day: date, **fields: object) -> Notice:
    values = {"kind": Notice.Kind.GRACE_STARTED, "rule_set": "levels-2024", "level": 2, **fields}
    return Notice.objects.create(
        seller=seller, day=day, created_at=datetime(2024, 6, 12, tzinfo=UTC), **values
    )


def test_notices_say_what_happened_and_lead_there(client: Client, seller: Seller) -> None:
    Notice.objects.all().delete()
    gig = seller.gigs.get(ref="book editing")
    a_notice(seller, date(2024, 6, 3), grace_end=date(2024, 7, 3))
    a_notice(
        seller, date(2024, 6, 4), kind=Notice.Kind.GIG_LOST, gig=gig, rule_set="promoted-2024",
        rule="level", level=None,
    )  # fmt: skip
    said = read(client, "notices")
    assert (
        "A grace period began: Level 2 is at risk mira-writes · its last day is 2 Jul 2024" in said
    )
    assert "“Book Editing” no longer meets the rules for promoted gigs" in said
    assert "Level 1 or above, or Pro: not met since this day" in said
    page = html(client, "notices")
    assert f'href="{reverse("eligibility:gig", args=[seller.pk, gig.pk])}"' in page
    assert f'href="{reverse("eligibility:seller", args=[seller.pk])}"' in page


def test_one_is_marked_as_read_and_then_all(client: Client, seller: Seller) -> None:
    Notice.objects.all().delete()
    first, second, third = (a_notice(seller, date(2024, 6, day)) for day in (1, 2, 3))
    headers = {"HX-Request": "true", "HX-Target": "notices"}
    answer = client.post(reverse("eligibility:notice_read", args=[first.pk]), headers=headers)
    assert answer.content.decode().lstrip().startswith('<section class="card card-flush"')
    assert "Unread (2)" in words_of(answer.content.decode())
    assert client.post(reverse("eligibility:notices_read")).status_code == 302
    assert not Notice.objects.filter(read_at=None).exists()
    assert Notice.objects.get(pk=first.pk).read_at != Notice.objects.get(pk=second.pk).read_at
    assert third.day == date(2024, 6, 3)
    assert "Nothing unread" in words_of(
        client.get(reverse("eligibility:notices"), {"show": "unread"}).content.decode()
    )


def test_the_header_counts_what_is_unread_and_ones_own(client: Client, owner: User) -> None:
    mine, theirs = a_seller("mine", owner=owner), a_seller("theirs")
    a_notice(mine, date(2024, 6, 1))
    foreign = a_notice(theirs, date(2024, 6, 1))
    page = client.get(reverse("eligibility:notices")).content.decode()
    assert '<span class="notices-count">1<span' in page
    assert "theirs" not in words_of(page)
    assert client.post(reverse("eligibility:notice_read", args=[foreign.pk])).status_code == 404
    client.post(reverse("eligibility:notices_read"))
    assert Notice.objects.get(pk=foreign.pk).read_at is None


def test_without_notices_the_page_says_what_will_stand_there(client: Client, owner: User) -> None:
    assert "No notices yet" in read(client, "notices")
    assert "notices-count" not in html(client, "notices")


def test_many_notices_are_paged(client: Client, owner: User) -> None:
    mine = a_seller("mine", owner=owner)
    for number in range(51):
        a_notice(mine, date(2024, 1, 1) + timedelta(days=number))
    said = read(client, "notices")
    assert "1–50 of 51 notices" in said
