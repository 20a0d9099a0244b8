"""What every page may be asked: names of the fields of all forms of this site."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.forms import BaseForm, ModelChoiceField
from django.urls import get_resolver

#: Names that views read without a form.
BESIDE_FORMS = ("next", "page", "of", "show", "seller", "gig", "place", "back", "shown", "left_out")


def _subclasses(kind: type[Any]) -> set[type[Any]]:
    below = set(kind.__subclasses__())
    return below.union(*(_subclasses(one) for one in below)) if below else below


@cache
def our_forms() -> list[type[Any]]:
    """Forms of this site's own applications, those of the admin site left out."""
    assert get_resolver().url_patterns  # every view, and with it every form, is imported
    ours = ("sellers.", "metrics.", "eligibility.")
    return sorted(
        (form for form in _subclasses(BaseForm) if form.__module__.startswith(ours)),
        key=lambda form: f"{form.__module__}.{form.__qualname__}",
    )


@cache
def field_names() -> list[str]:
    """Every name under which a page may be asked something, with its prefix where it has one."""
    names = {
        f"{form.prefix}-{name}" if form.prefix else name
        for form in our_forms()
        for name in form.base_fields
    }
    return sorted({*names, *BESIDE_FORMS, "from", "to"})


def choices_of_rows() -> set[str]:
    """Fields that choose a row of a table, as “Form.field”."""
    return {
        f"{form.__name__}.{name}"
        for form in our_forms()
        for name, field in form.base_fields.items()
        if isinstance(field, ModelChoiceField)
    }
