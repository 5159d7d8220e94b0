"""Addresses of cashiers' pages. They end in a slash; the JSON beside them doesn't."""

from __future__ import annotations

from django.urls import path

import core.paths  # noqa: F401 - numbers in addresses
from web.installable import manifest, worker
from web.merchant import pages, proofs, statements
from web.merchant.shell import APP

urlpatterns = [
    path("", pages.show_till, name="merchant-till"),
    path("today/", pages.show_today, name="merchant-today-page"),
    path("receipts/<str:number>/", pages.show_receipt, name="merchant-receipt-page"),
    path("receipts/<str:number>/proof/", proofs.show_receipt_proof, name="merchant-receipt-proof"),
    path("statements/", statements.show_statements, name="merchant-statements"),
    path("statements/<uuid:statement_id>/", statements.show_statement, name="merchant-statement"),
    path("lines/<number:number>/", statements.show_line, name="merchant-line"),
    path("lines/<number:number>/proof/", proofs.show_line_proof, name="merchant-line-proof"),
    path("settings/", pages.show_settings, name="merchant-settings"),
    path("outlet/", pages.choose_outlet, name="merchant-outlet"),
    path("offline/", pages.offline, name="merchant-offline"),
    path("manifest.webmanifest", manifest, {"app": APP}, name="merchant-manifest"),
    path("sw.js", worker, {"app": APP}, name="merchant-worker"),
]
