"""Who is signed in, for pages that lie open: a mark that says whether it is still the same person, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from identity.models import User
from web.problems import answers_json


def mark_of(user: object) -> str:
    """The person's mark; empty for nobody."""
    return salted_hmac("web.sign_in.who", str(user.pk), algorithm="sha256").hexdigest()[:16] if isinstance(user, User) else ""


@answers_json
@never_cache
@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """The mark of who is signed in. Asked every minute by each page in sight."""
    return JsonResponse({"who": mark_of(request.user)})
