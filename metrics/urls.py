"""Addresses of the pages about numbers."""

from __future__ import annotations

from django.urls import URLPattern, path

from metrics.views import runs
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
]
