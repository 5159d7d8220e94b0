"""`manage.py show_code`: the code a resident's phone would show now, for trying a till without a phone."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from uuid import UUID

import qrcode
from django.core.management.base import BaseCommand, CommandError
from qrcode.constants import ERROR_CORRECT_Q

from branches.models import Bank
from core.clock import now
from core.errors import DomainError
from redemptions.services import trial_code
from residents.models import Resident
from residents.queries import customer_hash, links_by_hash

QUIET_ZONE = 4  # modules, as the standard asks


class Command(BaseCommand):
    """Only where the whole system is for trying: nobody who runs a real one may make residents' codes."""

    help = "Print a resident's current code. Works only on an embedded system."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("resident", nargs="?", type=UUID, help="id of the resident")
        who.add_argument("--customer", metavar="BANK:NUMBER", help="a bank's code and its customer number, e.g. EB:1001")
        parser.add_argument("--qr", action="store_true", help="draw it as a QR code too")

    def handle(self, *, resident: UUID | None, customer: str | None, qr: bool, **_options: object) -> None:
        found = _by_customer(customer or "") if resident is None else Resident.objects.filter(pk=resident).first()
        if found is None:
            raise CommandError("There is no such resident. Import residents first, or check the number.")
        try:
            code = trial_code(resident=found, at=now())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        if qr:
            self.stdout.write(_drawn(code))
        self.stdout.write(code)


def _by_customer(text: str) -> Resident | None:
    bank_code, _colon, number = text.partition(":")
    bank = Bank.objects.filter(code=bank_code).first()
    if bank is None:
        return None
    found = customer_hash(bank_code=bank.code, customer=number)
    link = links_by_hash(bank_id=bank.pk, hashes=[found]).get(found)
    return Resident.objects.get(pk=link.resident_id) if link else None


def _drawn(code: str) -> str:
    picture = qrcode.QRCode(version=1, error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE)
    picture.add_data(code)
    out = io.StringIO()
    picture.print_ascii(out=out, invert=True)
    return out.getvalue()
