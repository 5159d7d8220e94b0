"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from branches.admin_base import ScopedAdmin
from community import ledger_admin, security_admin
from community.staff_login import change_password, sign_out
from web.health import healthz, readyz
from web.metrics import metrics

handler400 = "web.failures.bad_request"
handler403 = "web.failures.forbidden"
handler404 = "web.failures.not_found"
handler500 = "web.failures.broken"
ledger_admin.register()
security_admin.register()

# Packages of others bring admin pages that know nothing of our roles; only pages that do are served.
for model, page in list(admin.site._registry.items()):  # noqa: SLF001 - no public way to the registered pages
    if not isinstance(page, ScopedAdmin):
        admin.site.unregister(model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/logout/", admin.site.admin_view(sign_out)),
    path("admin/password_change/", admin.site.admin_view(change_password, cacheable=True)),
    path("admin/", admin.site.urls),
    path("api/", include("openapi.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("web.urls")),
]
