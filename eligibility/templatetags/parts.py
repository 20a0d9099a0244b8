"""Components that a long table repeats: rendered once for the same words, then remembered."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def part(component: str, /, **words: object) -> SafeString:
    """``components/_<component>.html`` with these words; they have to be hashable, and few.

    A list of a hundred rows holds some hundred icons, badges and changes, most of them alike.
    """
    return _rendered(component, tuple(sorted(words.items())))


@lru_cache(maxsize=4096)
def _rendered(component: str, words: tuple[tuple[str, object], ...]) -> SafeString:
    return render_to_string(f"components/_{component}.html", dict(words))
