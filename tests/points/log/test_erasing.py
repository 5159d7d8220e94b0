"""A salt that is erased takes the link to the person with it; the tree, the receipts and the books stand."""

from __future__ import annotations

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core.clock import now
from points.log.checkpoints import make_checkpoint
from points.log.leaves import wallet_commitment
from points.log.opened import leaf_proof
from points.log.sealing import seal_all
from points.models import Salt, Sealed
from points.parties import open_wallets
from tests.ledger_world import NOON, LedgerWorld
from tests.points.log.world import sealed, verifier

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def erase(wallet: UUID) -> None:
    call_command("erase_salt", str(wallet), stdout=StringIO())


def leaf(number: int) -> bytes:
    found = leaf_proof(number=number)
    assert found is not None
    return found.opened.leaf


def test_the_link_goes_and_the_receipts_stay() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    size = sealed(ledger)
    row = Sealed.objects.get(party_id=wallet)
    salt = bytes(Salt.objects.get(pk=wallet).salt)
    before = [leaf(number) for number in range(1, size + 1)]
    assert verifier.split(leaf(row.number))[4] == wallet_commitment(salt, row.fact_id.bytes)

    erase(wallet)

    assert not Salt.objects.filter(pk=wallet).exists()
    assert [leaf(number) for number in range(1, size + 1)] == before


def test_what_comes_later_has_commitments_that_nobody_can_open() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    salt = bytes(Salt.objects.get(pk=wallet).salt)
    erase(wallet)
    spent = ledger.redeem(wallet, 10)
    seal_all()
    make_checkpoint(at=now())

    assert spent.transfer_id is not None
    number = Sealed.objects.get(fact_id=spent.transfer_id).number
    assert verifier.split(leaf(number))[4] not in {bytes(32), wallet_commitment(salt, spent.transfer_id.bytes)}


def test_an_erased_salt_does_not_come_back() -> None:
    wallet = LedgerWorld().open().wallet(5)
    erase(wallet)

    open_wallets([wallet], at=NOON)

    assert not Salt.objects.filter(pk=wallet).exists()


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    ledger = LedgerWorld().open()
    wallet, other = ledger.wallet(5), ledger.wallet(5)

    call_command("erase_salt", str(wallet))
    assert capsys.readouterr().out.startswith("Erased.")
    with pytest.raises(CommandError, match="no salt of this wallet") as refusal:
        call_command("erase_salt", str(wallet))

    assert refusal.value.returncode == 2
    assert list(Salt.objects.values_list("pk", flat=True)) == [other]


def test_the_run_time_login_erases_nothing() -> None:
    wallet = LedgerWorld().open().wallet(5)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select points_erase_salt(%s)", [str(wallet)])

    assert Salt.objects.filter(pk=wallet).exists()
