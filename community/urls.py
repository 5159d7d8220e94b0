"""Every address of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from web.health import healthz, readyz
from web.metrics import metrics

handler400 = "web.failures.bad_request"
handler403 = "web.failures.forbidden"
handler404 = "web.failures.not_found"
handler500 = "web.failures.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("openapi.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("web.staff.urls")),
    path("", include("web.urls")),
]
