"""Where one is logged in."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from sellers.accounts.places import browser_words
from sellers.models import User
from tests.accounts.browsing import Visitor
from tests.builders import a_user

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"


@pytest.fixture
def phone(anna: User) -> Visitor:
    found = Visitor(HTTP_USER_AGENT=PHONE)
    found.log_in(anna.email)
    return found


@pytest.fixture
def desk(anna: User, phone: Visitor) -> Visitor:
    found = Visitor(HTTP_USER_AGENT=FIREFOX)
    found.log_in(anna.email)
    return found


def test_every_log_in_is_a_place_and_this_one_comes_first(desk: Visitor) -> None:
    places = desk.get(reverse("usersessions_list")).context["places"]
    assert [(place.browser, place.is_here) for place in places] == [
        ("Firefox on Linux", True),
        ("Safari on iOS", False),
    ]


def test_one_place_is_logged_out_from_another(desk: Visitor, phone: Visitor, anna: User) -> None:
    place = UserSession.objects.get(session_key=phone.session.session_key)
    desk.post(reverse("account_end_places"), {"place": place.pk})
    assert not phone.is_logged_in
    assert desk.is_logged_in
    assert UserSession.objects.filter(user=anna).count() == 1


def test_all_others_are_logged_out_at_once(desk: Visitor, phone: Visitor) -> None:
    desk.post(reverse("account_end_places"))
    assert not phone.is_logged_in
    assert desk.is_logged_in


def test_nobody_ends_places_of_somebody_else(desk: Visitor, phone: Visitor) -> None:
    stranger = a_user("bert@example.test")
    other = Visitor()
    other.log_in(stranger.email)
    place = UserSession.objects.get(session_key=phone.session.session_key)
    other.post(reverse("account_end_places"), {"place": place.pk})
    other.post(reverse("account_end_places"))
    assert phone.is_logged_in


@pytest.mark.parametrize("place", ["", "x", "-1", "99999999999999999999999"])
def test_a_made_up_place_is_no_error(desk: Visitor, place: str) -> None:
    assert desk.post(reverse("account_end_places"), {"place": place}).status_code == 302
    assert desk.is_logged_in


def test_a_place_that_logged_out_is_gone_from_the_list(desk: Visitor, phone: Visitor) -> None:
    phone.post(reverse("logout"))
    assert len(desk.get(reverse("usersessions_list")).context["places"]) == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("curl/8.5.0", "A browser that does not say which"),
        ("", "A browser that does not say which"),
    ],
)
def test_browsers_are_named_as_far_as_they_say(agent: str, words: str) -> None:
    assert browser_words(agent) == words
