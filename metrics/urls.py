"""Addresses of the pages about numbers."""

from __future__ import annotations

from django.urls import URLPattern, path

from metrics.views import runs, what_next
from metrics.views.seller import move_reason, seller_page
from metrics.views.why import why, why_csv

app_name = "metrics"

urlpatterns: list[URLPattern] = [
    path("runs/", runs.runs, name="runs"),
    path("runs/recompute/", runs.recompute_everything, name="recompute_everything"),
    path("sellers/<int:seller_id>/", seller_page, name="seller"),
    path("sellers/<int:seller_id>/moves/<int:move_id>/reason/", move_reason, name="move_reason"),
    path("sellers/<int:seller_id>/why/", why, name="why"),
    path("sellers/<int:seller_id>/why.csv", why_csv, name="why_csv"),
    path("sellers/<int:seller_id>/next/", what_next.what_next, name="next"),
    path("sellers/<int:seller_id>/next/age-out.csv", what_next.age_out_table, name="age_out_csv"),
    path("sellers/<int:seller_id>/next/feed/", what_next.feed_new, name="feed_new"),
    path("sellers/<int:seller_id>/next/feed/stop/", what_next.feed_revoke, name="feed_revoke"),
    path("calendar/<int:feed_id>/<str:secret>.ics", what_next.age_out_feed, name="age_out_feed"),
]
