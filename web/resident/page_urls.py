"""Addresses of residents' pages."""

from __future__ import annotations

from django.urls import path

from web.installable import manifest, worker
from web.resident import activity, giving, pages, proofs
from web.resident.shell import APP

urlpatterns = [
    path("", pages.home, name="home"),
    path("code/", pages.show_code, name="resident-code"),
    path("history/", activity.show_history, name="resident-history-page"),
    path("history/<uuid:transfer_id>/", pages.show_transfer, name="resident-transfer"),
    path("history/<uuid:transfer_id>/proof/", proofs.show_proof, name="resident-proof"),
    path("gift/", giving.begin_gift, name="resident-gift"),
    path("gift/confirm/", giving.confirm_gift, name="resident-gift-confirm"),
    path("bank/", pages.link_bank, name="resident-bank"),
    path("settings/", pages.show_settings, name="resident-settings"),
    path("offline/", pages.offline, name="resident-offline"),
    path("manifest.webmanifest", manifest, {"app": APP}, name="resident-manifest"),
    path("sw.js", worker, {"app": APP}, name="resident-worker"),
]
