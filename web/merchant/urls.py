"""Addresses of tills' JSON."""

from __future__ import annotations

from django.urls import path

from web.merchant import views

urlpatterns = [
    path("checkouts", views.checkouts, name="merchant-checkouts"),
    path("redemptions", views.redemptions, name="merchant-redemptions"),
    path("redemptions/by-key/<str:key>", views.outcome, name="merchant-outcome"),
    path("redemptions/<str:number>/undo", views.undos, name="merchant-undo"),
    path("redemptions/<str:number>/refunds", views.refunds, name="merchant-refunds"),
    path("receipts/<str:number>", views.receipt, name="merchant-receipt"),
    path("today", views.today, name="merchant-today"),
]
