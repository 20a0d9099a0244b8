"""No text that the product can produce advises what breaks the platform's terms."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from eligibility.advice import FORBIDDEN, advice_in
from tests.frontend.site import ROOT

#: The list itself has to name what it forbids.
LIST_ITSELF = ROOT / "eligibility" / "advice.py"
APPS = ("sellers", "metrics", "eligibility", "config")


def words_of_python(path: Path) -> Iterator[str]:
    """Every string of a module that may reach a page: all literals but the docstrings.

    The parts of an f-string are one text, with an ellipsis for what is filled in; literals that
    Python joins are joined.
    """
    tree = ast.parse(path.read_text())
    inside: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            inside.add(id(body[0].value))  # a docstring
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
            )
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value


def words_of_template(path: Path) -> Iterator[str]:
    """The text of a template without its tags, and the words of attributes and includes."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    yield from re.findall(r'"([^"<>{}]*)"', text)
    bare = re.sub(r"{[{%].*?[%}]}|<[^>]*>", " ", text, flags=re.DOTALL)
    yield re.sub(r"\s+", " ", unescape(bare))


def words_of_toml(path: Path) -> Iterator[str]:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from texts(one)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one)

    yield from texts(tomllib.loads(path.read_text()))


READERS = {".py": words_of_python, ".html": words_of_template, ".toml": words_of_toml}


def sources() -> list[Path]:
    """Every file whose words can stand on a page, in a file to download, or in a message."""
    found = [*(ROOT / "templates").rglob("*"), *(ROOT / "static" / "js").glob("*.js")]
    for app in APPS:
        found += (ROOT / app).rglob("*")
    return sorted(
        path
        for path in found
        if path.suffix in {*READERS, ".js"}
        and "migrations" not in path.parts
        and path != LIST_ITSELF
    )


def words_of(path: Path) -> Iterator[str]:
    reader = READERS.get(path.suffix)
    if reader is not None:
        yield from reader(path)
    else:
        yield path.read_text()


def test_the_walk_reaches_the_words_of_every_app() -> None:
    names = {str(path.relative_to(ROOT)) for path in sources()}
    assert {
        "metrics/words.py",
        "metrics/headline.py",
        "sellers/order_words.py",
        "sellers/demo/wording.py",
        "eligibility/words.py",
        "eligibility/rule_words.py",
        "templates/eligibility/seller.html",
        "templates/metrics/seller/_hero.html",
        "static/js/app.js",
        "metrics/policies/fiverr-success-2024.toml",
    } <= names
    assert "not met" in set(words_of_python(ROOT / "eligibility" / "words.py"))
    said = " ".join(words_of_template(ROOT / "templates" / "metrics" / "seller" / "_hero.html"))
    assert "What would bring it back?" in said


def test_no_text_of_the_product_gives_forbidden_advice() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {kind.key}: {words}"
        for path in sources()
        for text in words_of(path)
        for kind, words in advice_in(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("past-buyers", "Message your past buyers and offer a new gig."),
        ("past-buyers", "Reach out to former clients."),
        ("past-buyers", "Remind the client to leave a review."),
        ("asking-for-reviews", "Ask the client for a five-star review."),
        ("asking-for-reviews", "Politely request that they be so kind to leave feedback."),
        ("asking-for-reviews", "Get more clients to rate you."),
        ("changing-reviews", "Ask them to change their rating."),
        ("changing-reviews", "Offer a refund in exchange."),
        ("bought-orders", "Buy three orders to reach the threshold."),
        ("bought-orders", "Have a friend order the gig."),
        ("bought-orders", "Fake orders would do."),
        ("off-platform", "Arrange payment outside the platform."),
        ("hiding-failures", "Cancel the order to avoid a bad rating."),
        ("hiding-failures", "Deliver an empty file on time."),
    ],
)
def test_forbidden_advice_is_recognised(key: str, text: str) -> None:
    assert key in {kind.key for kind, _ in advice_in(text)}


@pytest.mark.parametrize(
    "text",
    [
        "3 more five-star reviews, or wait until 12 Mar 2025",
        "Clients rated the quality with 5 stars.",
        "cancelled by the client before the requirements were in",
        "A client changed the words or stars of a review.",
        "18 of 20 first messages answered within 24 hours",
        "An edited review took its place.",
        "Ask the administrator of this site to make you the owner.",
        "Complete 4 more orders on time.",
    ],
)
def test_plain_facts_are_let_through(text: str) -> None:
    assert list(advice_in(text)) == []


def test_every_kind_has_words_that_say_what_it_is() -> None:
    assert len({kind.key for kind in FORBIDDEN}) == len(FORBIDDEN)
    assert all(kind.words.endswith(".") for kind in FORBIDDEN)
