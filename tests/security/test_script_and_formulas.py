"""Nothing that an import or a person has written is run: not by a browser, nor by a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from metrics.models import Move
from sellers.models import ImportFile, Inquiry, Order, Seller, WaitingReview
from tests.builders import NOW
from tests.fragments import fragments_of
from tests.scene import Scene
from tests.security.poison import (
    SCRIPT,
    formulas,
    poison,
    poisoned_import,
    what_would_run,
)
from tests.security.questions import field_names
from tests.test_every_address import ADDRESSES, Visitor, address, admin_addresses

pytestmark = pytest.mark.once

ADMIN = "/admin/"
DATA = ("text/csv", "text/calendar", "text/plain", "text/javascript", "application/json")


class Reader:
    """Reads pages and files as the admin and as the owner, and keeps what they hold."""

    def __init__(self, scene: Scene) -> None:
        self.visitors = [Visitor(role, scene) for role in ("admin", "owner", "coach everything")]
        self.pages = self.tables = 0
        self.text: list[str] = []

    def read(self, url: str, query: dict[str, str] | None = None, part: str = "") -> None:
        headers = {"HX-Request": "true", "HX-Target": part} if part else {}
        for visitor in self.visitors[:1] if url.startswith(ADMIN) else self.visitors:
            answer = visitor.client.get(url, query or {}, headers=headers)
            if answer.status_code in (200, 422):
                self._look(url, answer)

    def _look(self, url: str, answer: Any) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text, kind = bytes(body).decode(), answer["Content-Type"]
        self.text.append(text)
        assert answer["X-Content-Type-Options"] == "nosniff", url
        if kind.startswith("text/html"):
            self.pages += 1
            assert what_would_run(text) == [], url
        else:
            # Nothing that a browser would draw.
            assert kind.partition(";")[0] in DATA, (url, kind)
        if kind.startswith("text/csv"):
            self.tables += 1
            assert answer["Content-Disposition"].startswith("attachment"), url
            assert list(formulas(text)) == [], url


@pytest.fixture
def poisoned(scene: Scene) -> tuple[Scene, dict[str, str]]:
    seller = Seller.objects.get(pk=scene.things.seller_id)
    Inquiry.objects.create(seller=seller, ref="I-1", first_message_at=NOW)
    WaitingReview.objects.create(seller=seller, order_ref="FO1", posted_at=NOW, stars=5)
    for coach in ("coach standing", "coach everything"):
        Visitor(coach, scene).client.get(reverse("metrics:seller", args=[seller.pk]))
    marks = poison()
    order = Order.objects.filter(seller=scene.things.seller_id).latest("ordered_at")
    move = Move.objects.filter(seller=scene.things.seller_id).earliest("day")
    things = replace(scene.things, order_ref=order.ref, move_id=move.pk)
    return replace(scene, things=things), marks


def test_what_was_written_is_shown_as_text_on_every_page_and_in_every_file(
    poisoned: tuple[Scene, dict[str, str]],
) -> None:
    scene, marks = poisoned
    reader = Reader(scene)
    for name, rule in ADDRESSES.items():
        if rule.method == "get" or name == "sellers:order_entry":
            url = address(name, scene.things)
            reader.read(url)
            for part in fragments_of(name):
                reader.read(url, part=part)
    days = {"from": "2024-04-01", "to": "2024-06-12", "by": "order", "lines": "all"}
    for name in ("metrics:why", "metrics:why_csv"):
        reader.read(address(name, scene.things), days)
    for order in Order.objects.filter(seller=scene.things.seller_id)[:2]:
        reader.read(reverse("sellers:order", args=[order.seller_id, order.ref]))
    for url in admin_addresses():
        reader.read(url)
    assert reader.pages > 80
    assert reader.tables >= 6
    everything = "\n".join(reader.text)
    unseen = {field for mark, field in marks.items() if mark not in everything}
    assert unseen == set()  # a text that no page shows was not looked at


def test_an_import_of_script_is_shown_as_text_at_every_step(scene: Scene) -> None:
    seller = Seller.objects.get(pk=scene.things.seller_id)
    batch = poisoned_import(seller)
    assert batch.state == "ready"
    file = ImportFile.objects.get(batch=batch)
    reader = Reader(scene)
    for name in ("files", "columns", "check", "effect", "undo", "rejected"):
        reader.read(reverse(f"sellers:import_{name}", args=[batch.pk]))
    reader.read(reverse("sellers:import_file_columns", args=[batch.pk, file.pk]))
    reader.read(reverse("sellers:import_mendable", args=[batch.pk, file.pk]))
    reader.read(reverse("sellers:imports"))
    everything = "\n".join(reader.text)
    marks = ("~file~", "~column~", "~status~", "~refused~", "~gig~")
    assert {mark for mark in marks if mark not in everything} == set()
    assert reader.tables >= 4  # two files, for the admin and for the owner


def test_what_a_page_is_asked_is_given_back_as_text(scene: Scene) -> None:
    reader = Reader(scene)
    asked = dict.fromkeys(field_names(), f"'\"{SCRIPT}")
    for name, rule in ADDRESSES.items():
        if rule.method == "get":
            reader.read(address(name, scene.things), asked)
    assert reader.pages > 80


def test_what_a_form_holds_comes_back_as_text(scene: Scene) -> None:
    visitor, seen = Visitor("owner", scene), 0
    asked = dict.fromkeys(field_names(), f"'\"{SCRIPT}")
    for name, rule in ADDRESSES.items():
        if rule.who in ("seller", "own", "giver", "standing", "importer", "public"):
            answer = visitor.client.post(address(name, scene.things), asked)
            if answer.status_code in (200, 422) and not answer.streaming:
                seen += 1
                assert what_would_run(answer.content.decode()) == [], name
            visitor = Visitor("owner", scene) if name.endswith("logout") else visitor
    assert seen >= 10
