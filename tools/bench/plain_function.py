"""
The least that Django can do to take points over HTTP: a function, no middleware, one `post_one`.

What a counter capture is measured against. It trusts its caller: no session, no token, no checkout, no receipt.
"""

from __future__ import annotations

import json
import os
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path

django.setup(set_prefix=False)
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__
application = WSGIHandler()

from core.clock import now  # noqa: E402  after Django is set up
from points.posting import Redeem, post_one  # noqa: E402  likewise


def take(request: HttpRequest) -> JsonResponse:
    """Take points from a wallet: `{wallet, merchant, points, key}`."""
    body = json.loads(request.body)
    at = now()
    command = Redeem(wallet=UUID(body["wallet"]), merchant=UUID(body["merchant"]), points=body["points"], key=body["key"], effective_at=at)
    result = post_one(command, at=at)
    return JsonResponse({"transfer": str(result.transfer_id)}, status=201 if result.posted else 409)


urlpatterns = [path("take", take)]
