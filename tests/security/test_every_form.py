"""Forms of other sites, fields that are not in the form, numbers of somebody else, odd values."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.forms import BaseModelForm
from django.test import Client
from django.urls import reverse

from sellers.models import Gig, Order, Seller, User
from tests.scene import Scene
from tests.security.questions import choices_of_rows, field_names, our_forms
from tests.test_every_address import ADDRESSES, Visitor, address, admin_addresses, rows_about

pytestmark = pytest.mark.once

#: What a form holds to be accepted; "gig", "grant" … name fields of Things.
BODIES: dict[str, dict[str, str]] = {
    "sellers:access_give": {
        "email": "new@example.test",
        "scope": "1",
        "reason": "a call",
        "days": "30",
    },
    "sellers:note_new": {"note-text": "a holiday", "note-day": "2024-06-01"},
    "sellers:score_new": {"score-day": "2024-06-01", "score-value": "7"},
    "sellers:mapping_rename": {"name": "mine"},
    "eligibility:outcome_new": {"said-said": "level:Level 1", "said-day": "2024-06-01"},
}
RIGHTS = ("is_staff", "is_superuser", "is_active")


def of_people_and_owners() -> tuple[list[Any], list[Any]]:
    people = User.objects.order_by("pk").values_list("email", *RIGHTS)
    return list(people), list(Seller.objects.order_by("pk").values_list("pk", "owner"))


def test_a_form_of_another_site_does_nothing(scene: Scene) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.people["admin"])
    addresses = [address(name, scene.things) for name in ADDRESSES]
    for url in (*addresses, *admin_addresses(), reverse("admin:logout")):
        assert strict.post(url).status_code == 403, url
    strict.logout()
    for url in addresses:
        assert strict.post(url).status_code == 403, url


def test_no_form_takes_its_fields_from_a_table() -> None:
    """What a form of a model would take grows with the model; ours say what they take."""
    assert len(our_forms()) >= 10
    assert [form for form in our_forms() if issubclass(form, BaseModelForm)] == []


def test_fields_that_are_not_in_the_form_change_nothing(scene: Scene) -> None:
    owner, other = scene.people["owner"], scene.people["other owner"]
    visitor = Visitor("owner", scene)
    more: dict[str, object] = dict.fromkeys(RIGHTS, "on")
    for name in ("owner", "user", "author", "created_by", "given_by", "coach"):
        more |= {name: other.pk, f"{name}_id": other.pk}
    for name in ("seller", "seller_id", "batch", "batch_id", "gig_id", "id", "pk", "grant"):
        more[name] = scene.others.seller_id
    more |= {"revision": "99", "accepted_at": "2024-01-01", "state": "done", "written_as": "owner"}
    before, others = of_people_and_owners(), rows_about(scene.others.seller_id)
    for name, rule in ADDRESSES.items():
        if rule.method != "post":
            continue
        body = {**more, **BODIES.get(name, {})}
        with transaction.atomic():
            known = written_by(scene.things.seller_id)
            answer = visitor.client.post(address(name, scene.things), body)
            assert name not in BODIES or answer.status_code == 302, name
            assert of_people_and_owners() == before, name
            assert rows_about(scene.others.seller_id) == others, name
            new = written_by(scene.things.seller_id) - known
            assert {by for _, _, by in new} <= {owner.pk}, name
            transaction.set_rollback(True)


def written_by(seller_id: int) -> set[tuple[str, int, int]]:
    """Table, number and author of every row about a seller that somebody has written."""
    return {
        (model.__name__, *row)
        for model in apps.get_models()
        for name in ("author", "created_by", "given_by")
        if {"seller", name} <= {field.name for field in model._meta.fields}
        for row in model._default_manager.filter(
            seller=seller_id, **{f"{name}__isnull": False}
        ).values_list("pk", f"{name}_id")
    }


@pytest.fixture
def marked(scene: Scene) -> Scene:
    """Whatever names the other seller says so."""
    others = scene.others.seller_id
    Seller.objects.filter(pk=others).update(handle="zz-foreign")
    Gig.objects.filter(seller=others).update(title="zz-foreign gig")
    for order in Order.objects.filter(seller=others):
        Order.objects.filter(pk=order.pk).update(ref=f"zz-foreign-{order.pk}")
    return scene


def test_a_number_of_somebody_else_in_the_query_shows_nothing_of_theirs(marked: Scene) -> None:
    visitor = Visitor("owner", marked)
    for number in (marked.others.gig_id, marked.others.seller_id):
        asked = dict.fromkeys(field_names(), str(number))
        for name, rule in ADDRESSES.items():
            if rule.method == "get" and name != "account_logout":
                text = text_of(visitor.client.get(address(name, marked.things), asked))
                assert "zz-foreign" not in text, name


def test_a_number_of_somebody_else_in_a_form_is_refused(marked: Scene) -> None:
    """Every field that chooses a row of a table, and every number that a view reads itself."""
    assert choices_of_rows() <= {
        "CountsForm.gig",  # read from the address: the test above
        "OrdersQuery.gig",
        "ImportForm.seller",
        "OutcomeForm.about",
    }
    client, others = Visitor("owner", marked).client, marked.others
    before = rows_about(others.seller_id)
    gig = {"said-said": "promotable:yes", "said-day": "2024-06-01"}
    orders = {"order_ref": "A-1", "status": "completed", "ordered_at": "2024-06-01T10:00"}
    for name, body, refused in (
        ("eligibility:outcome_new", {**gig, "said-about": others.gig_id}, 422),
        ("eligibility:outcome_new", {**gig, "back": others.gig_id}, 404),
        ("sellers:import_new", {"pasted": "a,b\n1,2", "seller": others.seller_id}, 422),
        ("sellers:order_entry", {**orders, "gig": Gig.objects.get(pk=others.gig_id).ref}, 422),
        ("sellers:import_duplicates", {"shown": f"{others.file_id}:2"}, 302),
    ):
        answer = client.post(address(name, marked.things), body)
        assert answer.status_code == refused, name
        assert "zz-foreign" not in text_of(answer), name
    assert (
        client.get(reverse("sellers:import_by_hand"), {"seller": others.seller_id}).status_code
        == 404
    )
    assert rows_about(others.seller_id) == before


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode()


def test_odd_values_are_no_error_of_the_server(scene: Scene) -> None:
    """Digits that no column holds and Python does not read, digits of others, a zero byte."""
    visitor = Visitor("owner", scene)
    for shown, sent in (("\0", "\0"), ("9" * 30, "9" * 5000), ("²", "٣")):
        for name, rule in ADDRESSES.items():
            url = address(name, scene.things)
            if rule.method == "get":
                asked = dict.fromkeys(field_names(), shown)
                assert visitor.ask(name, url, asked).status_code < 500, name
            if rule.who not in ("public", "member", "importer"):
                asked = dict.fromkeys(field_names(), sent)
                assert visitor.ask(name, url, asked, method="post").status_code < 500, name
        path = {"seller_id": scene.things.seller_id, "ref": f"a{shown}b"}
        for name in ("sellers:order", "sellers:order_history"):
            assert visitor.ask(name, reverse(name, kwargs=path)).status_code == 404
