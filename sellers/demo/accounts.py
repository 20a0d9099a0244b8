"""The accounts of the demo, and the one rule about when they may exist.

Their passwords are public. They are made only where that is meant: while developing
(DEBUG) or where STANDING_DEMO says so, as `make run` does on its private address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password

from sellers.models import User

DEMO_PASSWORD = "demo-standing"  # noqa: S105 - public on purpose, see above


class DemoAccount(NamedTuple):
    """One account, with a sentence on who it stands for."""

    email: str
    password: str
    role: str


DEMO_ACCOUNTS = (
    DemoAccount(
        "demo-admin@standing.test",
        DEMO_PASSWORD,
        "An admin: sees all thirteen sellers, imports for any of them and looks after the runs.",
    ),
    DemoAccount(
        "demo-seller@standing.test",
        DEMO_PASSWORD,
        "A seller with five accounts, each one a case: a perfect order, a thin window, "
        "nothing happened, forty-one cancellations, the promoted gate.",
    ),
    DemoAccount(
        "demo-writer@standing.test",
        DEMO_PASSWORD,
        "A seller with one ordinary, healthy account.",
    ),
    DemoAccount(
        "demo-coach@standing.test",
        DEMO_PASSWORD,
        "A coach whom nine of the sellers let look: at the standing only, at orders, or at all.",
    ),
)
ADMIN, CASES, WRITER, COACH = (account.email for account in DEMO_ACCOUNTS)

#: Who owns which demo seller; the others belong to the admin.
OWNERS: Mapping[str, str] = {
    "demo-perfect-order": CASES,
    "demo-thin-window": CASES,
    "demo-nothing-happened": CASES,
    "demo-case-pack": CASES,
    "demo-promoted-gate": CASES,
    "demo-ordinary-writer": WRITER,
}


class DemoNotAllowedError(Exception):
    """Accounts with a public password would be a hole on this deployment."""


def check_demo_allowed() -> None:
    """Raise :class:`DemoNotAllowedError` unless DEBUG or STANDING_DEMO is on."""
    if not (settings.DEBUG or settings.STANDING_DEMO):
        raise DemoNotAllowedError(
            "The demo brings accounts whose password everybody can read. It is loaded only where "
            "STANDING_DEMO=1 (or DEBUG=1) is set; do not set it where others can reach the site."
        )


def create_demo_accounts() -> dict[str, User]:
    """The demo accounts by e-mail; those that exist stay as they are, password included.

    They share one hash: hashing is slow on purpose, and there is nothing to protect here.
    """
    check_demo_allowed()
    users = {}
    hashed = ""
    for account in DEMO_ACCOUNTS:
        user = User.objects.filter(email__iexact=account.email).first()
        if user is None:
            is_admin = account.email == ADMIN
            hashed = hashed or make_password(DEMO_PASSWORD)
            user = User.objects.create_user(
                account.email,
                first_name="Demo",
                last_name=account.email.partition("@")[0].removeprefix("demo-"),
                is_staff=is_admin,
                is_superuser=is_admin,
            )
            user.password = hashed
            user.save(update_fields=["password"])
        users[account.email] = user
    return users


def existing_demo_accounts() -> list[DemoAccount]:
    """The demo accounts that exist and can be entered with the password above."""
    known = {
        user.email: user
        for user in User.objects.filter(
            email__in=[account.email for account in DEMO_ACCOUNTS], is_active=True
        )
    }
    tried: dict[str, bool] = {}
    for user in known.values():
        if user.password not in tried:
            tried[user.password] = user.check_password(DEMO_PASSWORD)
    return [
        account
        for account in DEMO_ACCOUNTS
        if account.email in known and tried[known[account.email].password]
    ]
