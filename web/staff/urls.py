"""Addresses of the admin site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from branches.admin_base import ScopedAdmin
from web.staff import ledger_admin, security_admin
from web.staff.sign_in import change_password, sign_out

ledger_admin.register()
security_admin.register()

# Packages of others bring admin pages that know nothing of our roles; only pages that do are served.
for model, page in list(admin.site._registry.items()):  # noqa: SLF001 - no public way to the registered pages
    if not isinstance(page, ScopedAdmin):
        admin.site.unregister(model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/logout/", admin.site.admin_view(sign_out)),
    path("admin/password_change/", admin.site.admin_view(change_password, cacheable=True)),
    path("admin/", admin.site.urls),
]
