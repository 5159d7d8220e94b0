"""A resident's receipt proves itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from points.queries import sealed_number
from residents.models import Resident
from residents.queries import wallets_of
from web.proofs import Back, answer_proof
from web.resident.actors import resident_page


@require_safe
@resident_page
def show_proof(request: HttpRequest, resident: Resident, transfer_id: UUID) -> HttpResponse:
    """The proof of one line of the history; `?file=1` asks for it as a file."""
    number = sealed_number(*wallets_of(resident=resident), transfer=transfer_id)
    back = Back(address=reverse("resident-transfer", args=[transfer_id]), words=_("Receipt"))
    return answer_proof(request, "resident/proof.html", number=number, back=back, more={})
