"""Where somebody is logged in: sessions that django-allauth has noted at log-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from sellers.models import User

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One browser in which somebody is logged in."""

    key: int
    browser: str
    address: str
    since: datetime
    is_here: bool


def places_of(user: User, here: str | None) -> list[Place]:
    """The places whose session is alive, this one first, then the newest."""
    found = [
        Place(
            one.pk, browser_words(one.user_agent), one.ip, one.created_at, one.session_key == here
        )
        for one in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda place: (not place.is_here, -place.since.timestamp()))


def end_place(*, user: User, place_id: int, here: str | None) -> int:
    """End one session of this user, but not the one that asks; how many ended."""
    return _end(UserSession.objects.filter(user=user, pk=place_id), here)


def end_other_places(*, user: User, here: str | None) -> int:
    """End every session of this user but the one that asks; how many ended."""
    return _end(UserSession.objects.filter(user=user), here)


def _end(sessions: QuerySet[UserSession], here: str | None) -> int:
    ended = 0
    for session in sessions.exclude(session_key=here or ""):
        session.end()
        ended += 1
    return ended


def browser_words(agent: str) -> str:
    """“Firefox on Linux”, as far as the browser says so of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if re.search(mark, agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "A browser that does not say which"
