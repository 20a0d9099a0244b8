"""The walk over every address and role, generated from the URL table.

A new view has to be given a rule here; without one the walk fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from eligibility.models import Notice
from metrics.forecasting.feeds import create_feed
from metrics.services import recompute_sellers
from sellers.accounts import mailbox
from sellers.models import (
    ImportBatch,
    ImportMapping,
    Letter,
    Note,
    Observation,
    Order,
    Scope,
    Seller,
    User,
)
from tests.builders import (
    NOW,
    PASSWORD,
    a_grant,
    a_history,
    a_promise,
    a_seller,
    a_user,
    an_admin,
)

ROLES = ("anonymous", "stranger", "other owner", "owner", "admin")
#: Coaches by what their grant opens: nothing where it is over, ended or not accepted.
COACHES = {
    "coach standing": Scope.STANDING,
    "coach orders": Scope.ORDERS,
    "coach everything": Scope.EVERYTHING,
    "coach expired": None,
    "coach revoked": None,
    "coach waiting": None,
}

#: What a role gets. "in": the page (or what it redirects to after work done), "login": asked to
#: log in, "none": 404, as if it did not exist.
RULES: dict[str, tuple[str, str, str, str, str]] = {
    "public": ("in", "in", "in", "in", "in"),
    # Pages of a second factor, which nobody of the scene has.
    "factor": ("login", "none", "none", "none", "none"),
    "member": ("login", "in", "in", "in", "in"),
    "importer": ("login", "none", "in", "in", "in"),
    "seller": ("login", "none", "none", "in", "in"),
    "own": ("login", "none", "none", "in", "none"),
    "admin": ("login", "none", "none", "none", "in"),
    # Pages of a seller that coaches may open from a scope on.
    "standing": ("login", "none", "none", "in", "in"),
    "orders": ("login", "none", "none", "in", "in"),
    "giver": ("login", "none", "none", "in", "none"),
    # For the coach to whom the look is offered.
    "offered": ("login", "none", "none", "none", "none"),
}
LEAST_SCOPE = {"standing": Scope.STANDING, "orders": Scope.ORDERS}


def expected(who: str, role: str) -> str:
    """What a role gets by a rule."""
    if role not in COACHES:
        return RULES[who][ROLES.index(role)]
    if who in ("public", "member"):
        return "in"
    if who == "offered":
        return "in" if role == "coach waiting" else "none"
    scope, least = COACHES[role], LEAST_SCOPE.get(who)
    return "in" if scope is not None and least is not None and scope >= least else "none"


@dataclass(frozen=True)
class Rule:
    """Who may open an address, how it is asked, and with which arguments."""

    who: str
    method: str = "get"
    #: Names of objects of :class:`Scene` by argument of the address.
    arguments: dict[str, str] = field(default_factory=dict)


SELLER = {"seller_id": "seller_id"}
IMPORT = {"batch_id": "batch_id"}
ADDRESSES: dict[str, Rule] = {
    "health": Rule("public"),
    "login": Rule("public"),
    "logout": Rule("public", "post"),
    "account_login": Rule("public"),
    "account_logout": Rule("public", "post"),
    "account_signup": Rule("public"),
    "account_inactive": Rule("public"),
    "account_email_verification_sent": Rule("public"),
    "account_confirm_email": Rule("public", arguments={"key": "order_ref"}),
    "account_reset_password": Rule("public"),
    "account_reset_password_done": Rule("public"),
    "account_reset_password_from_key": Rule(
        "public", arguments={"uidb36": "batch_id", "key": "order_ref"}
    ),
    "account_reset_password_from_key_done": Rule("public"),
    "account": Rule("member"),
    "account_change_password": Rule("member"),
    "account_email": Rule("member"),
    "account_end_places": Rule("member", "post"),
    "account_reauthenticate": Rule("member"),
    "account_set_password": Rule("member"),
    "usersessions_list": Rule("member"),
    "mfa_activate_totp": Rule("member"),
    "mfa_authenticate": Rule("public"),
    "mfa_deactivate_totp": Rule("factor"),
    "mfa_download_recovery_codes": Rule("factor"),
    "mfa_generate_recovery_codes": Rule("member"),
    "mfa_index": Rule("member"),
    "mfa_reauthenticate": Rule("member"),
    "mfa_view_recovery_codes": Rule("factor"),
    "mail": Rule("admin"),
    "mail_letter": Rule("admin", arguments={"mail_id": "mail_id"}),
    "sellers:roster": Rule("member"),
    "sellers:access": Rule("seller", arguments=SELLER),
    "sellers:access_give": Rule("giver", "post", SELLER),
    "sellers:access_end": Rule("seller", "post", {**SELLER, "grant_id": "grant_id"}),
    "sellers:owner_invite": Rule("admin", "post", SELLER),
    "sellers:owner_withdraw": Rule("admin", "post", SELLER),
    "sellers:invitation": Rule("public", arguments={"token": "token"}),
    "sellers:shared": Rule("member"),
    "sellers:shared_accept": Rule("offered", "post", {"grant_id": "grant_id"}),
    "sellers:shared_end": Rule("offered", "post", {"grant_id": "grant_id"}),
    "sellers:orders": Rule("orders", arguments=SELLER),
    "sellers:order": Rule("orders", arguments={**SELLER, "ref": "order_ref"}),
    "sellers:order_history": Rule("seller", arguments={**SELLER, "ref": "order_ref"}),
    "sellers:completeness": Rule("seller", arguments=SELLER),
    "sellers:order_entry": Rule("seller", "post", SELLER),
    "sellers:notes": Rule("standing", arguments=SELLER),
    "sellers:note_new": Rule("standing", "post", SELLER),
    "sellers:note_remove": Rule("standing", "post", {**SELLER, "note_id": "note_id"}),
    "sellers:promises": Rule("standing", arguments=SELLER),
    "sellers:promise_new": Rule("standing", "post", SELLER),
    "sellers:promise_decide": Rule("standing", "post", {**SELLER, "promise_id": "promise_id"}),
    "sellers:score_new": Rule("seller", "post", SELLER),
    "sellers:score_remove": Rule("seller", "post", {**SELLER, "observation_id": "observation_id"}),
    "sellers:imports": Rule("importer"),
    "sellers:import_new": Rule("importer"),
    "sellers:import_by_hand": Rule("importer"),
    "sellers:mappings": Rule("importer"),
    "sellers:mapping_rename": Rule("own", "post", {"mapping_id": "mapping_id"}),
    "sellers:mapping_remove": Rule("own", "post", {"mapping_id": "mapping_id"}),
    "sellers:import_example": Rule("importer"),
    "sellers:import_files": Rule("seller", arguments=IMPORT),
    "sellers:import_take_out": Rule("seller", "post", {**IMPORT, "file_id": "file_id"}),
    "sellers:import_sheet": Rule("seller", "post", {**IMPORT, "file_id": "file_id"}),
    "sellers:import_columns": Rule("seller", arguments=IMPORT),
    "sellers:import_file_columns": Rule("seller", arguments={**IMPORT, "file_id": "file_id"}),
    "sellers:import_check": Rule("seller", arguments=IMPORT),
    "sellers:import_mendable": Rule("seller", arguments={**IMPORT, "file_id": "file_id"}),
    "sellers:import_mend": Rule("seller", "post", IMPORT),
    "sellers:import_effect": Rule("seller", arguments=IMPORT),
    "sellers:import_duplicates": Rule("seller", "post", IMPORT),
    "sellers:import_commit": Rule("seller", "post", IMPORT),
    "sellers:import_cancel": Rule("seller", "post", IMPORT),
    "sellers:import_undo": Rule("seller", arguments=IMPORT),
    "sellers:import": Rule("seller", arguments=IMPORT),
    "sellers:import_progress": Rule("seller", arguments=IMPORT),
    "sellers:import_rejected": Rule("seller", arguments=IMPORT),
    "metrics:seller": Rule("standing", arguments=SELLER),
    "metrics:move_reason": Rule("standing", arguments={**SELLER, "move_id": "move_id"}),
    "metrics:why": Rule("standing", arguments=SELLER),
    "metrics:why_csv": Rule("standing", arguments=SELLER),
    "metrics:next": Rule("orders", arguments=SELLER),
    "metrics:age_out_csv": Rule("orders", arguments=SELLER),
    "metrics:feed_new": Rule("orders", "post", SELLER),
    "metrics:feed_revoke": Rule("orders", "post", SELLER),
    # The address itself is the key.
    "metrics:age_out_feed": Rule(
        "public", arguments={"feed_id": "feed_id", "secret": "feed_secret"}
    ),
    "eligibility:seller": Rule("orders", arguments=SELLER),
    "eligibility:gig": Rule("orders", arguments={**SELLER, "gig_id": "gig_id"}),
    "eligibility:orders": Rule("orders", arguments=SELLER),
    "eligibility:orders_csv": Rule("orders", arguments=SELLER),
    "eligibility:outcomes": Rule("orders", arguments=SELLER),
    "eligibility:outcome_new": Rule("seller", "post", SELLER),
    "eligibility:outcome_remove": Rule(
        "seller", "post", {**SELLER, "observation_id": "observation_id"}
    ),
    "eligibility:notices": Rule("member"),
    "eligibility:notices_read": Rule("member", "post"),
    "eligibility:notice_read": Rule("seller", "post", {"notice_id": "notice_id"}),
    "metrics:runs": Rule("admin"),
    "metrics:recompute_everything": Rule("admin", "post"),
}


def names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """Names of all addresses but those of Django's own admin site."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + space)
        elif isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or f"nameless {pattern.pattern}")


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert set(names(get_resolver().url_patterns)) == set(ADDRESSES)


@dataclass(frozen=True)
class Scene:
    """A seller with everything a page can show, and people of every role."""

    seller_id: int
    order_ref: str
    note_id: int
    observation_id: int
    promise_id: int
    batch_id: int
    move_id: int
    mapping_id: int
    file_id: int
    mail_id: int
    grant_id: int
    feed_id: int
    feed_secret: str
    token: str
    gig_id: int
    notice_id: int
    people: dict[str, User]


def _note_and_score(seller: Seller, author: User) -> tuple[int, int]:
    note = Note.objects.create(seller=seller, day=NOW.date(), text="two weeks ill", author=author)
    shown = Observation.objects.create(
        seller=seller, day=NOW.date() - timedelta(days=3), kind=Observation.Kind.SCORE, value=8
    )
    return note.pk, shown.pk


def _notice(order: Order) -> Notice:
    return Notice.objects.create(
        seller=order.seller,
        gig=order.gig,
        day=NOW.date(),
        kind=Notice.Kind.GIG_GAINED,
        rule_set="promoted-2024",
        created_at=NOW,
    )


def _coaches(seller: Seller) -> dict[str, User]:
    """A coach of every kind, each with the grant that the name says."""
    now = timezone.now()
    found = {}
    for role, scope in COACHES.items():
        coach = a_user(f"{role.replace(' ', '-')}@example.test")
        grant = a_grant(seller, coach, scope or Scope.EVERYTHING, token=f"token of {role}")
        if role == "coach expired":
            grant.expires_at = now - timedelta(seconds=1)
        elif role == "coach revoked":
            grant.ended_at = now
        elif role == "coach waiting":
            grant.coach = grant.accepted_at = None
        grant.save()
        found[role] = coach
    return found


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    settings.EMAIL_BACKEND = mailbox.PATH
    owner = a_user("owner@example.test")
    seller = a_seller("theirs", owner=owner)
    order = a_history(seller, gigs=2)[0]
    recompute_sellers(seller_ids=[seller.pk], now=NOW)
    other = a_user("other@example.test")
    a_seller("another", owner=other)
    batch = ImportBatch.objects.create(seller=seller, state="done", finished_at=timezone.now())
    file = batch.files.create(role="orders", name="o.csv", size=1, sha256="0" * 64)
    batch.rejections.create(file=file, line=2, reason="It is blank.", fix="Fill it in.")
    feed, secret = create_feed(seller=seller, user=owner, now=NOW)
    note, shown = _note_and_score(seller, owner)
    people = {
        **_coaches(seller),
        "stranger": a_user("stranger@example.test"),
        "other owner": other,
        "owner": owner,
        "admin": an_admin("admin@example.test"),
    }
    move = seller.moves.earliest("day")
    mapping = ImportMapping.objects.create(
        owner=owner, name="lists", fingerprint="0" * 64, role="orders", mapping={"columns": {}}
    )
    letter = Letter.objects.create(to="a@example.test", subject="Hello", text="", written_at=NOW)
    return Scene(
        seller_id=seller.pk,
        order_ref=order.ref,
        note_id=note,
        observation_id=shown,
        promise_id=a_promise(seller).pk,
        batch_id=batch.pk,
        move_id=move.pk,
        mapping_id=mapping.pk,
        file_id=file.pk,
        mail_id=letter.pk,
        grant_id=seller.grants.get(email="coach-waiting@example.test").pk,
        feed_id=feed.pk,
        feed_secret=secret,
        token="token of coach waiting",
        gig_id=order.gig_id,
        notice_id=_notice(order).pk,
        people=people,
    )


def answer(client: Client, name: str, scene: Scene, headers: dict[str, str]) -> str:
    """What came back, in the words of RULES."""
    rule = ADDRESSES[name]
    url = reverse(name, kwargs={k: getattr(scene, v) for k, v in rule.arguments.items()})
    send = client.post if rule.method == "post" else client.get
    response = send(url, headers=headers)
    if response.status_code == 404:
        return "none"
    if response.status_code == 302 and response["Location"].startswith(f"{reverse('login')}?"):
        return "login"
    # 422: a form was refused for its content, so the door had been passed.
    assert response.status_code in (200, 302, 422), f"{name}: {response.status_code}"
    return "in"


PLAIN: dict[str, str] = {}
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("headers", [PLAIN, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("role", [*ROLES, *COACHES])
def test_each_role_gets_what_the_rules_say(
    client: Client, scene: Scene, role: str, headers: dict[str, str]
) -> None:
    found, wanted = {}, {}
    for name, rule in ADDRESSES.items():
        # A fresh scene for each address: some of them remove what they are asked about.
        with transaction.atomic():
            if role != "anonymous":
                client.force_login(scene.people[role])
            found[name] = answer(client, name, scene, headers)
            transaction.set_rollback(True)
        client.cookies.clear()
        wanted[name] = expected(rule.who, role)
    assert found == wanted


def test_a_missing_seller_and_a_hidden_one_answer_alike(client: Client, scene: Scene) -> None:
    client.login(username=scene.people["stranger"].email, password=PASSWORD)
    hidden = client.get(reverse("metrics:seller", args=[scene.seller_id]))
    missing = client.get(reverse("metrics:seller", args=[scene.seller_id + 10_000]))
    assert hidden.status_code == missing.status_code == 404
    assert len(hidden.content) == len(missing.content)


def test_the_admin_site_is_for_staff_alone(client: Client, scene: Scene) -> None:
    for role in ("stranger", "other owner", "owner"):
        client.login(username=scene.people[role].email, password=PASSWORD)
        assert client.get(reverse("admin:index")).status_code == 302
    client.login(username=scene.people["admin"].email, password=PASSWORD)
    assert client.get(reverse("admin:index")).status_code == 200
