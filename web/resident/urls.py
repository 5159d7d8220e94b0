"""Addresses of residents' JSON."""

from __future__ import annotations

from django.urls import path

from web.resident.views import codes, devices, history, links, points, present

urlpatterns = [
    path("links", links, name="resident-links"),
    path("points", points, name="resident-points"),
    path("history", history, name="resident-history"),
    path("devices", devices, name="resident-devices"),
    path("codes", codes, name="resident-codes"),
    path("now", present, name="resident-now"),
]
