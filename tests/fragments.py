"""Which parts of its page an address answers with, read from the code of its view."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def fragments_of(name: str) -> list[str]:
    """Targets that the view of this address asks for, itself or in a function beside it."""
    view = _views()[name]
    return sorted(_targets_of(view.__module__, view.__name__))


@cache
def _views() -> dict[str, Callable[..., Any]]:
    return dict(_named(get_resolver().url_patterns))


def _named(patterns: list[Any], space: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _named(pattern.url_patterns, space + inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", pattern.callback


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _targets_of(module: str, function: str, seen: frozenset[str] = frozenset()) -> set[str]:
    known, found = _functions(module), set[str]()
    if function not in known or function in seen:
        return found
    for node in ast.walk(known[function]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "wants_fragment":
                found.add(_text(node.args[1]))
            found |= _targets_of(module, node.func.id, seen | {function})
    return found


def _text(node: ast.expr) -> str:
    """A target that is not written out cannot be walked."""
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, str)
    return node.value
