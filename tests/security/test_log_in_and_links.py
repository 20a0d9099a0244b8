"""Sessions that were planted, hosts that were made up, links that lead away."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.accounts.browsing import Visitor as Person
from tests.accounts.browsing import code_of
from tests.builders import a_user
from tests.scene import Scene
from tests.test_every_address import ADDRESSES, Visitor, address

EVIL = ("https://evil.example/", "//evil.example/")


def test_the_key_of_the_session_changes_with_the_second_factor_too(db: None) -> None:
    a_user("anna@example.test")
    person = Person()
    person.log_in("anna@example.test")
    secret = person.set_up_second_factor()
    visitor = Person()
    asked = visitor.log_in("anna@example.test")
    assert asked["Location"] == reverse("mfa_authenticate")
    planted = visitor.session.session_key
    visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert visitor.is_logged_in
    assert visitor.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = str(planted)
    assert thief.get(reverse("account")).status_code == 302


def test_a_log_out_leaves_no_session_behind(db: None) -> None:
    a_user("anna@example.test")
    person = Person()
    person.log_in("anna@example.test")
    key = person.session.session_key
    person.post(reverse("logout"))
    again = Client()
    again.cookies["sessionid"] = str(key)
    assert again.get(reverse("account")).status_code == 302


def test_every_address_refuses_a_made_up_host(scene: Scene) -> None:
    client = Client()
    for name in ADDRESSES:
        answer = client.get(address(name, scene.things), headers={"host": "evil.example"})
        assert answer.status_code == 400, name


def test_a_host_that_a_proxy_is_said_to_have_seen_is_in_no_letter(
    db: None, mailoutbox: list[Any]
) -> None:
    a_user("anna@example.test")
    headers = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    Client().post(
        reverse("account_reset_password"), {"email": "anna@example.test"}, headers=headers
    )
    assert "http://testserver/" in mailoutbox[0].body
    assert "evil.example" not in mailoutbox[0].body


def test_no_address_leads_to_another_site(scene: Scene) -> None:
    for place, role in (*((place, "owner") for place in EVIL), (EVIL[0], "anonymous")):
        visitor = Visitor(role, scene)
        for name, rule in ADDRESSES.items():
            url = address(name, scene.things)
            answers = [visitor.ask(name, f"{url}?next={place}")]
            if rule.who in ("public", "member"):
                answers.append(visitor.ask(name, url, {"next": place}, method="post"))
            for answer in answers:
                leads = answer.get("Location", "").partition("?")[0]
                assert "evil.example" not in leads, name
                if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
                    assert f'href="{place}' not in answer.content.decode(), name
