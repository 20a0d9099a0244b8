"""Remarks and the score that the platform showed: noted, corrected, removed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse

from metrics.services import recompute_sellers
from sellers.access.grants import end_grant
from sellers.models import ImportBatch, Note, Observation, Scope, Seller, User, WrittenAs
from sellers.notes import LISTED, observation_words
from sellers.services import MOST_NOTES
from tests.builders import NOW, PASSWORD, a_grant, a_history, a_seller, a_user, an_admin

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

HTMX = {"HX-Request": "true", "HX-Target": "notes"}


@pytest.fixture(autouse=True)
def _noon(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]


@pytest.fixture
def seller(client: Client) -> Seller:
    owner = a_user("owner@example.test")
    client.login(username=owner.email, password=PASSWORD)
    return a_seller("mira", owner=owner)


def address(name: str, seller: Seller, *more: int) -> str:
    return reverse(f"sellers:{name}", args=[seller.pk, *more])


def test_a_remark_is_kept_with_its_days_and_its_author(client: Client, seller: Seller) -> None:
    data = {"note-text": "ill", "note-day": "2024-05-01", "note-until": "2024-05-09"}
    response = client.post(address("note_new", seller), data)
    assert response["Location"] == f"/sellers/{seller.pk}/#notes"
    note = Note.objects.get()
    assert (note.seller, note.author, note.text) == (seller, seller.owner, "ill")
    assert (note.day, note.until) == (date(2024, 5, 1), date(2024, 5, 9))
    assert "ill" in client.get(address("notes", seller)).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"note-text": "", "note-day": "2024-05-01"}, "This field is required"),
        ({"note-text": "x" * 201, "note-day": "2024-05-01"}, "at most 200 characters"),
        ({"note-text": "ill", "note-day": "2024-06-13"}, "has not come yet"),
        ({"note-text": "ill", "note-day": "1899-01-01"}, "no history before 2010"),
        ({"note-text": "ill", "note-day": "soon"}, "Enter a valid date"),
        (
            {"note-text": "ill", "note-day": "2024-05-02", "note-until": "2024-05-01"},
            "lies before the first",
        ),
        (
            {"note-text": "ill", "note-day": "2024-05-02", "note-until": "2124-05-01"},
            "more than five years away",
        ),
    ],
)
def test_a_remark_that_does_not_hold_is_given_back(
    client: Client, seller: Seller, data: dict[str, str], words: str
) -> None:
    for headers in ({}, HTMX):
        response = client.post(address("note_new", seller), data, headers=headers)
        assert response.status_code == 422
        html = response.content.decode()
        assert words in html
        assert ("<html" in html) == (headers == {})
    assert not Note.objects.exists()


def test_today_is_the_day_of_the_seller(client: Client, seller: Seller) -> None:
    # noon UTC on 12 June is 13 June in Auckland, and the 12th is still on in UTC
    data = {"note-text": "up early", "note-day": "2024-06-13"}
    assert client.post(address("note_new", seller), data).status_code == 422
    Seller.objects.filter(pk=seller.pk).update(time_zone="Pacific/Auckland")
    assert client.post(address("note_new", seller), data).status_code == 302


def test_the_score_that_was_shown_is_an_observation_and_a_second_one_corrects_it(
    client: Client, seller: Seller
) -> None:
    for value in ("8", "9"):
        data = {"score-value": value, "score-day": "2024-06-01"}
        assert client.post(address("score_new", seller), data).status_code == 302
    seen = Observation.objects.get()
    assert (seen.kind, seen.value, seen.day) == ("score", Decimal(9), date(2024, 6, 1))
    assert seen.created_by == seller.owner


@pytest.mark.parametrize("value", ["0", "11", "-1", "9.5", "nine", ""])
def test_only_a_whole_number_from_1_to_10_was_ever_shown(
    client: Client, seller: Seller, value: str
) -> None:
    data = {"score-value": value, "score-day": "2024-06-01"}
    assert client.post(address("score_new", seller), data).status_code == 422
    assert not Observation.objects.exists()


def test_what_was_noted_can_be_taken_away_again(client: Client, seller: Seller) -> None:
    note = Note.objects.create(seller=seller, day=date(2024, 5, 1), text="ill")
    seen = Observation.objects.create(seller=seller, day=date(2024, 5, 1), kind="score", value=9)
    for _ in range(2):  # twice: gone is gone
        assert client.post(address("note_remove", seller, note.pk)).status_code == 302
        assert client.post(address("score_remove", seller, seen.pk)).status_code == 302
    assert (Note.objects.count(), Observation.objects.count()) == (0, 0)


def test_nobody_touches_the_notes_of_another_seller(client: Client, seller: Seller) -> None:
    other = a_seller("other")
    note = Note.objects.create(seller=other, day=date(2024, 5, 1), text="private")
    seen = Observation.objects.create(seller=other, day=date(2024, 5, 1), kind="score", value=9)
    assert client.get(address("notes", other)).status_code == 404
    assert client.post(address("note_new", other), {}).status_code == 404
    assert client.post(address("score_new", other), {}).status_code == 404
    # not under the other's address, and not under one's own
    client.post(address("note_remove", other, note.pk))
    client.post(address("note_remove", seller, note.pk))
    client.post(address("score_remove", seller, seen.pk))
    assert (Note.objects.count(), Observation.objects.count()) == (1, 1)


def test_changes_come_by_post_with_a_token_alone(seller: Seller) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert seller.owner is not None
    strict.login(username=seller.owner.email, password=PASSWORD)
    assert strict.get(address("note_new", seller)).status_code == 405
    data = {"note-text": "ill", "note-day": "2024-05-01"}
    assert strict.post(address("note_new", seller), data).status_code == 403
    assert not Note.objects.exists()


def test_htmx_gets_the_renewed_list_and_tells_the_chart(client: Client, seller: Seller) -> None:
    data = {"note-text": "ill", "note-day": "2024-05-01"}
    response = client.post(address("note_new", seller), data, headers=HTMX)
    html = response.content.decode()
    assert html.lstrip().startswith('<section class="card" id="notes"')
    assert "ill" in html
    assert response["HX-Trigger"] == "standing:noted"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "score", "value": Decimal("9.00")}, "success score 9"),
        ({"kind": "rating", "value": Decimal("4.90")}, "rating 4.9"),
        ({"kind": "response_rate", "value": Decimal(100)}, "response rate 100%"),
        ({"kind": "level", "label": "Level 2"}, "Level 2"),
        ({"kind": "promotable", "label": "no"}, "can be promoted: no"),
        (
            {"kind": "impact", "area": "order cancellations", "label": "negative"},
            "order cancellations: negative",
        ),
        ({"kind": "completed_orders", "value": Decimal("1200.00")}, "completed orders 1,200"),
        ({"kind": "earnings", "value": Decimal("80125.50")}, "earnings in US dollars 80,125.5"),
    ],
)
def test_what_was_seen_in_words(fields: dict[str, object], words: str) -> None:
    assert observation_words(Observation(**fields)) == words


SECRET = "worried about the pace"


def _page(person: User, seller: Seller) -> str:
    """Everything that shows notes: the page, its fragments, the chart's twin, the notes."""
    eyes = Client()
    eyes.force_login(person)
    parts = ("trajectory", "areas", "notes")
    pages = [
        eyes.get(reverse("metrics:seller", args=[seller.pk]) + "?range=all"),
        *(
            eyes.get(
                reverse("metrics:seller", args=[seller.pk]) + "?range=all",
                headers={"HX-Request": "true", "HX-Target": part},
            )
            for part in parts
        ),
        eyes.get(address("notes", seller)),
        eyes.get(address("notes", seller), headers=HTMX),
    ]
    return "".join(page.content.decode() for page in pages)


def test_a_private_note_is_read_by_its_writer_alone(client: Client, seller: Seller) -> None:
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    coach, other, admin = a_user("coach@x.test"), a_user("other@x.test"), an_admin("boss@x.test")
    for person in (coach, other):
        a_grant(seller, person, Scope.EVERYTHING)
    assert seller.owner is not None
    people = [seller.owner, coach, other, admin]
    for writer in people:
        eyes = Client()
        eyes.force_login(writer)
        data = {
            "note-text": f"{SECRET} {writer.pk}",
            "note-day": "2024-06-02",
            "note-is_private": "on",
        }
        assert eyes.post(address("note_new", seller), data).status_code == 302
        eyes.post(address("note_new", seller), data | {"note-text": "", "note-day": "soon"})
    for reader in people:
        text = _page(reader, seller)
        # One's own stands in the list, as a mark and in its twin; nobody else's anywhere.
        assert f"{SECRET} {reader.pk}" in text
        assert "only you: worried about" in text
        for writer in people:
            assert (f"{SECRET} {writer.pk}" in text) == (writer == reader), (writer, reader)


def test_the_admin_site_lists_no_private_note_of_others(seller: Seller) -> None:
    admin, coach = an_admin("boss@x.test"), a_user("coach@x.test")
    mine = Note.objects.create(seller=seller, author=coach, day=NOW, text=SECRET, is_private=True)
    Note.objects.create(seller=seller, author=admin, day=NOW, text="my own", is_private=True)
    eyes = Client()
    eyes.force_login(admin)
    pages = [
        eyes.get(reverse("admin:sellers_note_changelist")),
        eyes.get(reverse("admin:sellers_note_changelist") + "?q=worried"),
        eyes.get(reverse("admin:sellers_note_change", args=[mine.pk]), follow=True),
        eyes.get(reverse("admin:sellers_note_history", args=[mine.pk]), follow=True),
        eyes.get(reverse("admin:sellers_seller_delete", args=[seller.pk])),
        eyes.get(reverse("admin:sellers_user_delete", args=[coach.pk])),
    ]
    assert "my own" in pages[0].content.decode()
    assert not any(SECRET in page.content.decode() for page in pages)


def test_a_coach_writes_and_removes_notes_of_their_own_and_the_seller_reads_who_wrote(
    client: Client, seller: Seller
) -> None:
    a_history(seller)
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    coach, other = a_user("coach@x.test"), a_user("other@x.test")
    a_grant(seller, coach, Scope.STANDING)
    a_grant(seller, other, Scope.EVERYTHING)
    Note.objects.create(seller=seller, author=seller.owner, day=NOW, text="a week off")
    eyes = Client()
    eyes.force_login(coach)
    data = {
        "note-text": "new prices",
        "note-day": "2024-06-02",
        # What a form does not ask for is not taken.
        "note-author": str(seller.owner_id),
        "note-written_as": "owner",
        "author": str(seller.owner_id),
        "written_as": "owner",
        "seller": "1",
    }
    eyes.post(address("note_new", seller), data)
    note = Note.objects.get(text="new prices")
    assert (note.author, note.written_as, note.seller) == (coach, WrittenAs.COACH, seller)
    assert "by coach coach@x.test" in _page(cast("User", seller.owner), seller)
    of_other = _page(other, seller)
    assert "by another coach" in of_other
    assert "coach@x.test" not in of_other
    of_coach = _page(coach, seller)
    assert "by you" in of_coach
    assert "a week off" not in of_coach
    eyes.post(address("note_remove", seller, Note.objects.get(text="a week off").pk))
    eyes.post(address("note_remove", seller, note.pk))
    assert list(Note.objects.values_list("text", flat=True)) == ["a week off"]


def test_notes_after_the_look_has_ended(client: Client, seller: Seller) -> None:
    """The shared note stays with the seller; the private one waits for its writer, unread."""
    coach = a_user("coach@x.test")
    grant = a_grant(seller, coach, Scope.EVERYTHING)
    shared = {"seller": seller, "author": coach, "written_as": "coach", "day": NOW.date()}
    Note.objects.create(**shared, text="new prices")
    Note.objects.create(**shared, text=SECRET, is_private=True)
    end_grant(grant=grant, by=cast("User", seller.owner), now=NOW)
    eyes = Client()
    eyes.force_login(coach)
    assert eyes.get(address("notes", seller)).status_code == 404
    assert eyes.post(address("note_new", seller), {"note-text": "x"}).status_code == 404
    owner = client.get(address("notes", seller)).content.decode()
    assert ("new prices" in owner, SECRET in owner) == (True, False)
    a_grant(seller, coach, Scope.STANDING)
    assert SECRET in eyes.get(address("notes", seller)).content.decode()
    coach.delete()
    assert list(Note.objects.values_list("text", flat=True)) == ["new prices"]
    assert "a coach whose account is gone" in client.get(address("notes", seller)).content.decode()


def test_who_noted_what_the_platform_showed_is_told(client: Client, seller: Seller) -> None:
    common = {"seller": seller, "kind": "score", "value": 9}
    Observation.objects.create(**common, day=date(2024, 5, 1), created_by=seller.owner)
    boss = an_admin("boss@x.test")
    Observation.objects.create(**common, day=date(2024, 5, 2), created_by=boss)
    batch = ImportBatch.objects.create(seller=seller, state="done", finished_at=NOW)
    Observation.objects.create(**common, day=date(2024, 5, 3), first_batch=batch)
    html = client.get(address("notes", seller)).content.decode()
    for words in ("noted by you", "noted by admin boss@x.test", f"noted by import {batch.pk}"):
        assert words in html


def test_lists_of_notes_come_in_pages_and_a_page_that_is_emptied_gives_way(
    client: Client, seller: Seller, django_assert_max_num_queries: Any
) -> None:
    day = date(2024, 1, 1)
    Note.objects.bulk_create(
        Note(seller=seller, author=seller.owner, day=day + timedelta(days=n), text=f"remark {n}.")
        for n in range(LISTED + 1)
    )
    Observation.objects.bulk_create(
        Observation(seller=seller, kind="score", day=day + timedelta(days=n), value=9)
        for n in range(2 * LISTED)
    )
    pages = address("notes", seller)
    with django_assert_max_num_queries(9):
        first = client.get(pages).content.decode()
    # The newest first: remarks 20 to 1 are on the first page, remark 0 is on the second.
    assert "remark 20." in first
    assert "remark 0." not in first
    assert f'href="{pages}?remarks=2" rel="next"' in first
    assert f'href="{pages}?shown=2" rel="next"' in first
    second = client.get(f"{pages}?remarks=2&shown=2").content.decode()
    assert second.count("remark ") == 1
    assert second.count("success score 9") == LISTED
    assert f'href="{pages}?shown=2" rel="prev"' in second
    assert f'href="{pages}?remarks=2" rel="prev"' in second
    # Exactly two pages of what was shown: nothing older is promised.
    assert "shown=3" not in second
    oldest = Note.objects.get(text="remark 0.")
    gone = client.post(
        address("note_remove", seller, oldest.pk) + "?remarks=2&shown=2", headers=HTMX
    )
    answer = gone.content.decode()
    assert "remark 20." in answer
    assert f'href="{pages}" rel="prev"' in answer  # of what was shown, which stays where it was
    for nonsense in ("0", "-1", "x", "9" * 30):
        assert "remark 20." in client.get(f"{pages}?remarks={nonsense}").content.decode()


def test_one_person_has_so_many_notes_on_a_seller_and_no_more(
    client: Client, seller: Seller
) -> None:
    day = date(2024, 5, 1)
    Note.objects.bulk_create(
        Note(seller=seller, author=seller.owner, day=day, text="busy") for _ in range(MOST_NOTES)
    )
    data = {"note-text": "one more", "note-day": "2024-05-01"}
    refused = client.post(address("note_new", seller), data)
    assert refused.status_code == 422
    assert f"{MOST_NOTES} notes are the most" in refused.content.decode()
    assert Note.objects.count() == MOST_NOTES
    coach = a_user("coach@x.test")
    a_grant(seller, coach, Scope.EVERYTHING)
    client.login(username=coach.email, password=PASSWORD)
    assert client.post(address("note_new", seller), data).status_code == 302
