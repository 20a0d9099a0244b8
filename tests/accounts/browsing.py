"""A visitor's browser, and the codes of an authenticator app."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from tests.builders import PASSWORD

LINK = re.compile(r"https?://\S+")


class Visitor(Client):
    """A browser with its own cookies; forms are sent as a person would."""

    def log_in(self, email: str, password: str = PASSWORD, **more: Any) -> Any:
        return self.post(reverse("login"), {"login": email, "password": password, **more})

    def confirm_password(self, name: str) -> Any:
        """Type the password once more on the way to a page."""
        path = reverse(name)
        asked = self.post(
            f"{reverse('account_reauthenticate')}?next={path}", {"password": PASSWORD}
        )
        assert asked["Location"] == path
        return self.get(path)

    def set_up_second_factor(self) -> str:
        """Turn on codes of an app; its secret."""
        page = self.confirm_password("mfa_activate_totp")
        secret = str(page.context["form"].secret)
        done = self.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert done.status_code == 302
        return secret

    @property
    def is_logged_in(self) -> bool:
        return self.get(reverse("account")).status_code == 200


def code_of(secret: str, steps: int = 0) -> str:
    """The code that an app shows now, or some steps of thirty seconds away."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def path_in(letter: EmailMessage) -> str:
    """The path of the first link of a letter."""
    found = LINK.search(str(letter.body))
    assert found is not None, letter.body
    return re.sub(r"^https?://[^/]+", "", found.group())
