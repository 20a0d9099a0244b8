"""Lists and rows on the admin site: whoever opens them has looked at their sellers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from sellers.access.looks import note_looks
from sellers.models import Look, Scope, User

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:  # the class takes a parameter in type checkers only
    AnyAdmin = admin.ModelAdmin


class NotedAdmin(AnyAdmin):
    """A page about rows of sellers, noted for the sellers of the rows that it shows."""

    #: Where the number of a row's seller is found from the row; () for rows about nobody.
    seller_paths: tuple[str, ...] = ("seller_id",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row, for its page of changes, of its history and of its removal."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            self._note(request, [found], str(found._meta.model_name))
        return found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, also where another row is chosen from it, and its question before removal."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            shown = context["cl"].result_list if "cl" in context else context.get("queryset", ())
            self._note(request, shown, f"{self.opts.model_name}_list")
        return response

    def _note(self, request: HttpRequest, rows: Iterable[Model], name: str) -> None:
        if not isinstance(request.user, User) or not self.seller_paths:
            return
        stored = self.get_queryset(request).filter(pk__in=[row.pk for row in rows])
        found = stored.order_by().values_list(*self.seller_paths)
        note_looks(
            seller_ids={pk for row in found for pk in row if pk is not None},
            user=request.user,
            role=Look.Role.ADMIN,
            scope=Scope.EVERYTHING,
            page=f"admin:{name}",
            now=timezone.now(),
        )
