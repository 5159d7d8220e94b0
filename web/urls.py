"""Every address of pages and JSON for people."""

from __future__ import annotations

from django.urls import include, path

from web.certificate import show_certificate
from web.inbox.views import show_inbox

urlpatterns = [
    path("merchant/", include("web.merchant.urls")),  # first what tills ask, and then phones: Django looks in this order
    path("resident/", include("web.resident.urls")),
    path("", include("web.resident.page_urls")),
    path("", include("web.sign_in.urls")),
    path("", include("web.look.urls")),
    path("merchant/", include("web.merchant.page_urls")),
    path("dev/certificate/", show_certificate, name="certificate"),
    path("dev/inbox/", show_inbox, name="inbox"),
]
