"""Addresses of the look."""

from __future__ import annotations

from django.urls import path

from web.look.views import choose, show_error, show_parts

urlpatterns = [
    path("look/", choose, name="look"),
    path("dev/look/", show_parts, name="parts"),
    path("dev/error/<str:name>/", show_error, name="error-page"),
]
