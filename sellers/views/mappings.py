"""How one reads certain files: the saved mappings, to be renamed or removed."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sellers.access import may_import
from sellers.import_forms import MappingNameForm
from sellers.import_pages.mappings import mapping_lines
from sellers.importing.mapping.saved import remove_mapping, rename_mapping
from sellers.models import ImportMapping, User


@require_safe
@login_required
def mappings_page(request: HttpRequest) -> HttpResponse:
    """One's own saved mappings, last used first."""
    return _page(request, _importer(request))


@require_POST
@login_required
def rename(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Give a mapping another name."""
    user = _importer(request)
    mapping = _own_or_404(user, mapping_id)
    form = MappingNameForm(request.POST, mapping=mapping)
    if not form.is_valid():
        return _page(request, user, wrong=form)
    rename_mapping(saved=mapping, name=form.cleaned_data["name"])
    messages.success(request, f"The mapping is called “{mapping.name}” now.")
    return redirect("sellers:mappings")


@require_POST
@login_required
def remove(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Forget a mapping. Imports that used it keep their own copy."""
    mapping = _own_or_404(_importer(request), mapping_id)
    remove_mapping(saved=mapping)
    messages.success(request, f"The mapping “{mapping.name}” is gone. Imports stay as they are.")
    return redirect("sellers:mappings")


def _importer(request: HttpRequest) -> User:
    if not may_import(request.user):
        raise Http404
    return cast("User", request.user)


def _own_or_404(user: User, mapping_id: int) -> ImportMapping:
    try:
        return user.import_mappings.get(pk=mapping_id)
    except ImportMapping.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, user: User, wrong: MappingNameForm | None = None) -> HttpResponse:
    context = {"lines": mapping_lines(user, wrong)}
    status = 422 if wrong else 200
    return render(request, "sellers/imports/mappings.html", context, status=status)
