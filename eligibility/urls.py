"""Addresses of the pages about eligibility."""

from __future__ import annotations

from django.urls import URLPattern, path

from eligibility.views import (
    coaching,
    coming,
    gig,
    notices,
    open_orders,
    orders,
    outcomes,
    planning,
    seller,
    session_sheet,
)

app_name = "eligibility"

urlpatterns: list[URLPattern] = [
    path("sellers/<int:seller_id>/eligibility/", seller.seller_page, name="seller"),
    path("sellers/<int:seller_id>/eligibility/gigs/<int:gig_id>/", gig.gig_page, name="gig"),
    path("sellers/<int:seller_id>/eligibility/orders/", orders.orders_page, name="orders"),
    path("sellers/<int:seller_id>/eligibility/orders.csv", orders.orders_csv, name="orders_csv"),
    path("sellers/<int:seller_id>/eligibility/said/", outcomes.outcomes_page, name="outcomes"),
    path("sellers/<int:seller_id>/eligibility/said/new/", outcomes.new_outcome, name="outcome_new"),
    path(
        "sellers/<int:seller_id>/eligibility/said/<int:observation_id>/remove/",
        outcomes.remove_outcome,
        name="outcome_remove",
    ),
    path("sellers/<int:seller_id>/eligibility/plan/", planning.planning, name="planning"),
    path("clients/seen/", coaching.clients_seen, name="clients_seen"),
    path("clients/compare/", coaching.compare_page, name="compare"),
    path("clients/<int:seller_id>/", coaching.client_page, name="client"),
    path("clients/<int:seller_id>/snooze/", coaching.client_snooze, name="client_snooze"),
    path("sellers/<int:seller_id>/session/", session_sheet.session_sheet, name="session_sheet"),
    path("sellers/<int:seller_id>/next/standing/", coming.coming, name="coming"),
    path("sellers/<int:seller_id>/next/open-orders/", open_orders.open_orders, name="open_orders"),
    path("notices/", notices.notices_page, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:notice_id>/read/", notices.notice_read, name="notice_read"),
]
