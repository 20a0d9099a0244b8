"""Admin pages of computed eligibility: to look at. Nobody changes what is computed."""

from __future__ import annotations

from django.contrib import admin

from eligibility.models import EligibilityStanding, LevelSpan, Notice, RuleSpan
from sellers.admin import ReadOnlyAdmin


@admin.register(EligibilityStanding)
class EligibilityStandingAdmin(ReadOnlyAdmin):
    list_display = ("seller", "as_of", "held", "phase", "grace_end", "gigs_met", "gigs_not_met")
    list_filter = ("held", "phase", "level_rules")
    list_select_related = ("seller",)
    search_fields = ("seller__handle",)


@admin.register(LevelSpan)
class LevelSpanAdmin(ReadOnlyAdmin):
    list_display = ("seller", "start", "end", "held", "phase", "supported", "grace_end")
    list_filter = ("held", "phase")
    list_select_related = ("seller",)
    search_fields = ("seller__handle",)


@admin.register(RuleSpan)
class RuleSpanAdmin(ReadOnlyAdmin):
    list_display = ("seller", "gig", "rule_set", "rule", "verdict", "start", "end", "cause")
    list_filter = ("rule_set", "verdict", "cause")
    list_select_related = ("seller", "gig")
    search_fields = ("seller__handle", "gig__title", "rule")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("seller", "gig", "day", "kind", "read_at")
    list_filter = ("kind",)
    list_select_related = ("seller", "gig")
    search_fields = ("seller__handle",)
