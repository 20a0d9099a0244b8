"""Admin pages of computed numbers: to look at. They are computed, nobody changes them."""

from __future__ import annotations

from django.contrib import admin

from metrics.models import BenchmarkSnapshot, GigStanding, Move, Run, RunChunk, Series, Standing
from sellers.admin import ReadOnlyAdmin


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    list_display = ("seller", "as_of", "status", "score", "displayed", "rating", "revision")
    list_filter = ("status", "displayed", "policy")
    list_select_related = ("seller",)
    search_fields = ("seller__handle",)


@admin.register(GigStanding)
class GigStandingAdmin(ReadOnlyAdmin):
    list_display = ("gig", "status", "score", "share", "activity")
    list_filter = ("status",)
    list_select_related = ("gig",)
    search_fields = ("gig__title", "gig__ref", "standing__seller__handle")
    seller_paths = ("standing__seller_id",)


@admin.register(Move)
class MoveAdmin(ReadOnlyAdmin):
    list_display = ("seller", "day", "displayed_before", "displayed_after", "policy", "revision")
    list_select_related = ("seller",)
    date_hierarchy = "day"
    search_fields = ("seller__handle",)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    """The packed days themselves are bytes; the seller's page draws them."""

    list_display = ("seller", "gig", "metric", "year", "first_day", "policy", "revision")
    list_filter = ("metric", "year")
    list_select_related = ("seller", "gig")
    search_fields = ("seller__handle", "gig__title")
    exclude = ("statuses", "values")


@admin.register(BenchmarkSnapshot)
class BenchmarkSnapshotAdmin(ReadOnlyAdmin):
    list_display = ("start", "category", "price_band", "factor", "mean", "spread", "gigs")
    list_filter = ("policy", "factor")
    date_hierarchy = "start"
    search_fields = ("category", "price_band")
    seller_paths = ()


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "state", "seller", "sellers_done", "sellers_total", "queued_at")
    list_filter = ("kind", "state")
    list_select_related = ("seller",)
    search_fields = ("seller__handle", "message")


@admin.register(RunChunk)
class RunChunkAdmin(ReadOnlyAdmin):
    list_display = ("id", "run", "is_done", "attempts")
    list_filter = ("is_done",)
    list_select_related = ("run",)
    seller_paths = ()
