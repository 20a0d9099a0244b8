"""Clients side by side: two to four that one may see, each at its own scope."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.models import RuleSpan
from eligibility.rules.flips import FlipCause
from eligibility.rules.types import Verdict
from sellers.models import Look, Scope, Seller
from tests.builders import a_user
from tests.eligibility.coaching.conftest import TODAY, MakeClient, a_loss, moved, stood

pytestmark = pytest.mark.django_db


def compare(client: Client, *sellers: object) -> str:
    query = {"seller": [str(getattr(one, "pk", one)) for one in sellers]}
    answer = client.get(reverse("eligibility:compare"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def judged(seller: Seller, rule: str, verdict: Verdict) -> None:
    RuleSpan.objects.create(
        seller=seller, rule_set="levels-2024", rule=rule, verdict=verdict,
        start=TODAY - timedelta(days=9), cause=FlipCause.BEGAN,
    )  # fmt: skip


def test_scores_levels_rules_and_moves_stand_side_by_side(
    client: Client, a_client: MakeClient
) -> None:
    anna, bert = a_client("anna", score=9.2, held=3), a_client("bert", Scope.STANDING)
    a_loss(anna, 4)
    moved(bert, TODAY - timedelta(days=2))
    moved(bert, TODAY - timedelta(days=90))
    for seller in (anna, bert):
        judged(seller, "level-2/rating", Verdict.NOT_MET)
    html = compare(client, bert, anna)
    text = words(html)
    assert text.index("bert, anna") > 0, "in the order asked for"
    assert "9.20" in text
    assert "Top Rated" in text
    assert "in 4 days" in text
    assert text.count("fell from 9 to 8") == 1, "a move of 90 days ago is no longer listed"
    # Rules of a client who shows the standing only stay hidden.
    row = text[text.index("Rating not") : text.index("Rating not") + 40]
    assert row.startswith("Rating not shown not met")
    assert "Rules stay empty for those who show you their standing only." in text
    assert '"name": "anna"' in html
    assert set(Look.objects.values_list("page", "seller")) == {
        ("eligibility:compare", anna.pk), ("eligibility:compare", bert.pk),
    }  # fmt: skip


def test_who_may_not_be_seen_is_left_out_as_if_it_did_not_exist(
    client: Client, a_client: MakeClient
) -> None:
    anna, bert = a_client("anna"), a_client("bert")
    hidden = stood("hidden", a_user("elsewhere@example.test"))
    with_hidden = words(compare(client, anna, hidden, bert))
    assert with_hidden == words(compare(client, anna, hidden.pk + 1000, bert))
    assert "hidden" not in with_hidden
    assert "Choose two to four sellers" in compare(client, anna, hidden)
    assert not Look.objects.filter(seller=hidden).exists()


@pytest.mark.parametrize("named", [(), ("x", "-1", "1e9"), ("9" * 40, "9" * 19), ("",)])
def test_nonsense_asks_for_two_to_four(
    client: Client, a_client: MakeClient, named: tuple[str, ...]
) -> None:
    a_client("anna")
    assert "Choose two to four sellers" in compare(client, *named)


def test_one_named_twice_is_one_and_a_fifth_is_said_to_be_left_out(
    client: Client, a_client: MakeClient
) -> None:
    sellers = [a_client(f"client-{number}") for number in range(5)]
    assert "Choose two to four sellers" in compare(client, sellers[0], sellers[0])
    text = words(compare(client, *sellers))
    assert "The first four are shown" in text
    assert "client-4" not in text


def test_four_take_as_many_queries_as_two(client: Client, a_client: MakeClient) -> None:
    sellers = [a_client(f"client-{number}") for number in range(4)]
    for seller in sellers:
        moved(seller, TODAY - timedelta(days=3))
        a_loss(seller, 4)
        judged(seller, "level-2/rating", Verdict.MET)
    compare(client, *sellers)
    counts = []
    for some in (sellers[:2], sellers):
        with CaptureQueriesContext(connection) as queries:
            compare(client, *some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
