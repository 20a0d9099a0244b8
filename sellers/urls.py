"""Addresses of the pages about facts: who, what was ordered, what was imported."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "sellers"

urlpatterns: list[URLPattern] = []
