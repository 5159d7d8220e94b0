"""The certificate that a phone on the local network is asked to trust, while PHONE=1 tries the product there."""

from __future__ import annotations

import ssl
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.sheets import attachment

MEDIA_TYPE: Final = "application/x-x509-ca-cert"  # what phones' settings open


@require_safe
def show_certificate(_request: HttpRequest) -> HttpResponse:
    """Hand out the authority's certificate, which is no secret; elsewhere there is no such address."""
    if settings.PHONE_CERTIFICATE is None or not settings.PHONE_CERTIFICATE.exists():
        raise Http404
    told = ssl.PEM_cert_to_DER_cert(settings.PHONE_CERTIFICATE.read_text())
    return HttpResponse(told, content_type=MEDIA_TYPE, headers={"Content-Disposition": attachment("community-points.crt")})
