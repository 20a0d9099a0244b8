"""The ledger as CSV: every digit, nothing that runs."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from metrics.ledger_csv import HEAD
from sellers.models import User
from sellers.spreadsheets import neutralised
from tests.builders import PASSWORD, a_gig, a_seller, a_user
from tests.metrics.why_story import DAY_BEFORE, TURN, WhyStory, finished_order, the_perfect_order

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def owner(client: Client) -> User:
    user = a_user("owner@example.test")
    client.login(username=user.email, password=PASSWORD)
    return user


@pytest.fixture
def story(owner: User) -> WhyStory:
    return the_perfect_order(owner=owner)


def rows_of(client: Client, seller: int, **query: str) -> list[list[str]]:
    address = reverse("metrics:why_csv", args=[seller])
    asked = {"from": DAY_BEFORE.isoformat(), "to": TURN.isoformat(), **query}
    response = client.get(address, asked)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode(), newline="")))


def split(rows: list[list[str]]) -> tuple[list[list[str]], dict[str, list[str]]]:
    """Lines of the ledger, and the rows that prove them by what they say."""
    proofs = {row[4]: row for row in rows[1:] if row[4] and not row[3]}
    return [row for row in rows[1:] if row[3]], proofs


def test_the_amounts_add_up_to_the_last_digit(client: Client, story: WhyStory) -> None:
    rows = rows_of(client, story.seller.pk)
    assert tuple(rows[0]) == HEAD
    lines, proofs = split(rows)
    scores = [float(row[6]) for row in rows if row[4] == "score"]
    total = math.fsum(float(row[6]) for row in lines)
    assert abs(total - (scores[1] - scores[0])) <= 1e-10
    assert math.isclose(total, float(proofs["sum of the whole ledger"][6]), abs_tol=1e-14)
    rounding = float(proofs["rounding to the displayed number"][6])
    assert scores[1] + rounding == float(proofs["displayed"][6]) == 9


def test_it_holds_every_line_of_the_filter_and_folds_none(client: Client, story: WhyStory) -> None:
    everything, proofs = split(rows_of(client, story.seller.pk))
    folded, _ = split(rows_of(client, story.seller.pk, lines="", page="1"))
    faded, kept = split(rows_of(client, story.seller.pk, cause="faded"))
    assert len(everything) == len(folded) > 100
    assert {row[4] for row in faded} == {"faded"}
    assert len(faded) == sum(row[4] == "faded" for row in everything)
    assert kept["sum of the whole ledger"] == proofs["sum of the whole ledger"]


def test_a_line_names_order_day_gig_area_cause_and_fact(client: Client, story: WhyStory) -> None:
    lines, _ = split(rows_of(client, story.seller.pk))
    mine = [row for row in lines if row[0] == story.opener.ref]
    assert [story.opener.ref, "2024-06-05", "Query letters"] == mine[0][:3]
    assert ["client satisfaction", "new review", "5 stars"] in [row[3:6] for row in mine]
    assert ["the whole gig", "gig began to count", "with this order, completed"] in [
        row[3:6] for row in mine
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "FO61B8", "I will edit", "5 stars", "a=b"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text


def test_no_cell_of_the_data_is_a_formula_and_amounts_stay_numbers(
    client: Client, owner: User
) -> None:
    seller = a_seller(owner=owner)
    gig = a_gig(seller, title='=HYPERLINK("http://evil.example","click")')
    for number, day in enumerate((date(2024, 5, 1), date(2024, 5, 20), TURN)):
        finished_order(gig, day, ref=f"-FO{number}")
    lines, _ = split(rows_of(client, seller.pk))
    assert lines
    for row in lines:
        assert row[0].startswith("'-FO")
        assert row[2].startswith("'=HYPERLINK")
        assert math.isfinite(float(row[6]))


def test_two_days_without_a_score_are_a_file_that_says_so(client: Client, owner: User) -> None:
    seller = a_seller(owner=owner)
    lines, proofs = split(rows_of(client, seller.pk))
    assert lines == []
    assert proofs["score"][6] == "not scored"
    assert "sum of the whole ledger" not in proofs


def test_the_file_is_named_after_seller_and_days(client: Client, owner: User) -> None:
    seller = a_seller('évil"\r\nname', owner=owner)
    address = reverse("metrics:why_csv", args=[seller.pk])
    response = client.get(address, {"from": "2024-06-04", "to": "2024-06-05"})
    assert response["Content-Disposition"] == (
        'attachment; filename="why-evil-name-2024-06-04-2024-06-05.csv"'
    )
