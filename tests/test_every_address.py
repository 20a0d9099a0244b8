"""The walk over every address and role, generated from the URL table.

A new view has to be given a rule here; without one the walk fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from sellers.accounts import mailbox
from sellers.models import Scope
from tests.fragments import fragments_of
from tests.scene import COACHES, ROLES, Scene, Things, a_scene

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
    #: Names of fields of :class:`tests.scene.Things` by argument of the address.
    arguments: dict[str, str] = field(default_factory=dict)


SELLER = {"seller_id": "seller_id"}
IMPORT = {"batch_id": "batch_id"}
DRAFT = {"batch_id": "draft_id"}
ADDRESSES: dict[str, Rule] = {
    "health": Rule("public"),
    "login": Rule("public"),
    "logout": Rule("public", "post"),
    "account_login": Rule("public"),
    "account_logout": Rule("public", "post"),
    "account_signup": Rule("public"),
    "account_inactive": Rule("public"),
    "account_email_verification_sent": Rule("public"),
    "account_confirm_email": Rule("public", arguments={"key": "feed_secret"}),
    "account_reset_password": Rule("public"),
    "account_reset_password_done": Rule("public"),
    "account_reset_password_from_key": Rule(
        "public", arguments={"uidb36": "batch_id", "key": "feed_secret"}
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
    "sellers:import_columns": Rule("seller", arguments=DRAFT),
    "sellers:import_file_columns": Rule("seller", arguments={**DRAFT, "file_id": "draft_file_id"}),
    "sellers:import_check": Rule("seller", arguments=IMPORT),
    "sellers:import_mendable": Rule("seller", arguments={**IMPORT, "file_id": "file_id"}),
    "sellers:import_mend": Rule("seller", "post", IMPORT),
    "sellers:import_effect": Rule("seller", arguments=IMPORT),
    "sellers:import_duplicates": Rule("seller", "post", IMPORT),
    "sellers:import_all_scores": Rule("seller", "post", IMPORT),
    "sellers:import_commit": Rule("seller", "post", IMPORT),
    "sellers:import_cancel": Rule("seller", "post", IMPORT),
    "sellers:import_undo": Rule("seller", arguments=IMPORT),
    "sellers:import_undo_look": Rule("seller", "post", IMPORT),
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
    "eligibility:clients_seen": Rule("member", "post"),
    "eligibility:compare": Rule("member"),
    "eligibility:planning": Rule("orders", arguments=SELLER),
    "eligibility:open_orders": Rule("orders", arguments=SELLER),
    "eligibility:client": Rule("standing", arguments=SELLER),
    "eligibility:client_snooze": Rule("standing", "post", SELLER),
    "eligibility:session_sheet": Rule("standing", arguments=SELLER),
    "eligibility:coming": Rule("orders", arguments=SELLER),
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


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    settings.EMAIL_BACKEND = mailbox.PATH
    return a_scene()


def address(name: str, things: Things) -> str:
    """The address of a rule for the things of one seller."""
    arguments = ADDRESSES[name].arguments
    return reverse(name, kwargs={key: getattr(things, what) for key, what in arguments.items()})


def verdict(response: Any) -> str:
    """What came back, in the words of RULES."""
    if response.status_code == 404:
        return "none"
    if response.status_code == 302 and response["Location"].startswith(f"{reverse('login')}?"):
        return "login"
    # 422: a form was refused for its content, so the door had been passed.
    assert response.status_code in (200, 302, 422), response.status_code
    return "in"


def in_vain(ask: Callable[[], Any]) -> Any:
    """What ``ask`` returns; what it changed in the database is taken back."""
    with transaction.atomic():
        found = ask()
        transaction.set_rollback(True)
    return found


@dataclass
class Visitor:
    """Somebody of a role, who asks for addresses in vain."""

    role: str
    scene: Scene

    def __post_init__(self) -> None:
        self.client = Client()
        if self.role != "anonymous":
            self.client.force_login(self.scene.people[self.role])
        self._cookies = self.client.cookies.output(header="")

    def send(
        self,
        name: str,
        url: str,
        words: dict[str, Any] | None = None,
        *,
        method: str = "",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The answer to the rule's method, or to another one."""
        self.client.cookies = SimpleCookie(self._cookies)
        posted = (method or ADDRESSES[name].method) == "post"
        send = self.client.post if posted else self.client.get
        return send(url, words or {}, headers=headers or {})

    def ask(self, name: str, url: str, words: dict[str, Any] | None = None, **how: Any) -> Any:
        """The same, and nothing of it stays, a log-out included."""
        return in_vain(lambda: self.send(name, url, words, **how))


def rows_about(seller_id: int) -> dict[str, list[Any]]:
    """All rows that name this seller."""
    return {
        model.__name__: list(
            model._default_manager.filter(seller=seller_id).order_by("pk").values()
        )
        for model in apps.get_models()
        if any(field.name == "seller" for field in model._meta.fields)
    }


def test_each_role_gets_what_the_rules_say(scene: Scene) -> None:
    for role in (*ROLES, *COACHES):
        visitor, found, wanted = Visitor(role, scene), {}, {}
        for name, rule in ADDRESSES.items():
            found[name] = verdict(visitor.ask(name, address(name, scene.things)))
            wanted[name] = expected(rule.who, role)
        assert found == wanted, role


def test_each_role_gets_the_same_of_every_fragment(scene: Scene) -> None:
    parts = [(name, part) for name in ADDRESSES for part in fragments_of(name)]
    assert len(parts) >= 15  # pages that are renewed in part: they were found
    for role in (*ROLES, *COACHES):
        visitor, found, wanted = Visitor(role, scene), {}, {}
        for name, part in parts:
            headers = {"HX-Request": "true", "HX-Target": part}
            answer = visitor.ask(name, address(name, scene.things), headers=headers)
            found[name, part] = verdict(answer)
            wanted[name, part] = expected(ADDRESSES[name].who, role)
            if answer.status_code == 200 and not answer.streaming:
                assert b"<!doctype" not in answer.content[:200].lower(), (name, part, role)
        assert found == wanted, role


def test_nobody_gets_at_things_of_another_seller_through_an_address_of_their_own(
    scene: Scene,
) -> None:
    """``/sellers/<mine>/notes/<yours>/remove/`` and all others of that kind."""
    visitor, seller_id = Visitor("other owner", scene), scene.things.seller_id
    before, answers, changing = rows_about(seller_id), {}, set()
    for name, rule in ADDRESSES.items():
        doors = rule.arguments.keys() & {"seller_id", "batch_id"}
        if not doors or len(rule.arguments) == len(doors):
            continue
        swapped = {
            key: getattr(scene.others if key in doors else scene.things, what)
            for key, what in rule.arguments.items()
        }
        with transaction.atomic():
            answers[name] = verdict(visitor.send(name, reverse(name, kwargs=swapped)))
            if answers[name] != "none" and rows_about(seller_id) != before:
                changing.add(name)
            transaction.set_rollback(True)
    assert len(answers) >= 10
    # What is taken away by its number may be answered "it is gone" where it never was.
    removals = {"sellers:note_remove", "sellers:score_remove", "eligibility:outcome_remove"}
    assert {name for name, answer in answers.items() if answer != "none"} <= removals
    assert changing == set()


def test_a_method_that_an_address_does_not_take_changes_nothing(scene: Scene) -> None:
    """What changes something is sent by a form, never followed as a link."""
    visitor = Visitor("admin", scene)
    for name, rule in ADDRESSES.items():
        if rule.method == "post" and rule.who not in ("public", "member"):
            answer = visitor.client.get(address(name, scene.things))
            assert answer.status_code in (404, 405) or name == "sellers:order_entry", name


def admin_addresses() -> Iterator[str]:
    """Every address of the admin site that needs no row, and one row of each list."""
    for pattern in admin.site.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name not in (None, "login", "logout"):
            try:
                yield reverse(f"admin:{pattern.name}")
            except NoReverseMatch:
                continue
    for model in admin.site._registry:
        kind = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        for what, arguments in (
            ("changelist", ()),
            ("add", ()),
            *((one, (row or 1,)) for one in ("change", "delete", "history")),
        ):
            yield reverse(f"{kind}_{what}", args=arguments)


def test_the_admin_site_is_for_staff_alone(scene: Scene) -> None:
    addresses = list(admin_addresses())
    assert len(addresses) > 5 * len(admin.site._registry)
    for role in ("anonymous", "stranger", "owner", "coach everything"):
        client = Visitor(role, scene).client
        for url in addresses:
            answer = client.get(url)
            assert answer.status_code == 302, (role, url)
            assert answer["Location"].startswith(reverse("admin:login")), (role, url)
    assert Visitor("admin", scene).client.get(reverse("admin:index")).status_code == 200
