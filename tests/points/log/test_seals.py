"""What a receipt's page says of its place in the log."""

from __future__ import annotations

from uuid import uuid4

from pytest_django import DjangoAssertNumQueries, Settings

from core.clock import now
from points.log.checkpoints import checkpoint_over, cosign, latest_checkpoint, make_checkpoint
from points.log.notes import split_note
from points.log.sealing import seal_all
from points.log.seals import seal_of_fact, seal_of_number
from points.models import Sealed
from tests.ledger_world import LedgerWorld
from tests.points.log.world import EAST_WITNESS, WEST_WITNESS


def test_a_fact_waits_then_is_sealed_then_is_cosigned(
    ledger: LedgerWorld, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key), str(WEST_WITNESS.key)], 2
    wallet = ledger.wallet(10)
    spent = ledger.redeem(wallet, 3)
    assert spent.transfer_id is not None
    assert seal_of_fact(party=wallet, fact=spent.transfer_id) is None
    assert seal_of_number(number=None) is None

    seal_all()
    row = Sealed.objects.get(fact_id=spent.transfer_id)
    found = seal_of_fact(party=wallet, fact=spent.transfer_id)
    assert found is not None
    assert (found.number, found.sealed_at, found.witnesses) == (3, row.sealed_at, [])

    make_checkpoint(at=now())
    ledger.wallet(1)
    seal_all()
    make_checkpoint(at=now())
    latest = latest_checkpoint()
    assert latest is not None
    for seconds, witness in enumerate((WEST_WITNESS, EAST_WITNESS)):
        line = witness.cosign(split_note(latest.note)[0], seconds=int(now().timestamp()) - 10 + seconds)
        cosign(size=latest.size, line=line, at=now())
        with django_assert_num_queries(1):
            found = seal_of_number(number=3)
        proven = checkpoint_over(number=3)
        assert found is not None
        assert proven is not None
        assert found.witnesses == [each.witness for each in proven.cosignatures]
    assert found.witnesses == ["west.example/witness", "east.example/witness"]
    assert seal_of_fact(party=uuid4(), fact=spent.transfer_id) is None
