"""A receipt proves itself to the stand-alone verifier, and no bit of it can change."""

from __future__ import annotations

import argparse
import base64
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, connections

from points.log.checkpoints import Cosignature, checkpoint_text
from points.log.notes import WITNESS_KEY, Signer
from points.log.opened import LeafProof, issuer_leaves, leaf_proof
from points.log.sealing import seal_all
from points.posting import Earn, post_one
from tests.ledger_world import IN_A_YEAR, NOON, LedgerWorld
from tests.points.log.world import log_key, sealed, verifier

MOST_IN_A_CODE = 4296  # letters and digits in the largest QR code, with the least correction


def arguments(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"key": [verifier.Key.read(log_key())], "witness": [], "quorum": 0, "log": None, **changes})


def number_of(reason: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(s.number) from points_sealed s join points_transfer t on t.party_id = s.party_id and t.id = s.fact_id"
            " where t.reason = %s",
            [reason],
        )
        found: int = cursor.fetchone()[0]
    return found


def receipt_of(number: int) -> LeafProof:
    found = leaf_proof(number=number)
    assert found is not None
    return found


def test_every_number_proves_itself(ledger: LedgerWorld) -> None:
    size = sealed(ledger, times=5)

    for number in range(1, size + 1):
        found = verifier.check_receipt(receipt_of(number).as_json(), arguments())
        assert (found["number"], found["size"]) == (number, size)


def test_a_receipt_says_what_moved(ledger: LedgerWorld) -> None:
    sealed(ledger)

    found = verifier.check_receipt(receipt_of(number_of("redeem")).as_json(), arguments())

    assert found["reason"] == "redeem"
    assert found["moved"] == [(str(ledger.issuer), "lot", "payable", 30, str(ledger.merchant))]


def test_the_code_says_the_same_as_the_file_and_fits(ledger: LedgerWorld) -> None:
    sealed(ledger)
    receipt = receipt_of(number_of("redeem"))

    assert verifier.check_receipt(receipt.as_text(), arguments()) == verifier.check_receipt(receipt.as_json(), arguments())
    assert set(receipt.as_text()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.")


def test_a_code_holds_the_proof_of_a_large_log_with_three_witnesses(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    wallet = ledger.wallet(10)
    other.earn(wallet, 5, key="other")
    assert ledger.redeem(wallet, 12).posted
    size = sealed(ledger)
    receipt = receipt_of(number_of("redeem"))
    assert len(receipt.opened.parts) == 2
    witnesses = [Signer.of_seed(f"bank-{number}.example/witness", bytes([number]) * 32, kind=WITNESS_KEY) for number in range(3)]
    text = checkpoint_text(origin=settings.LOG_ORIGIN, size=size, root=bytes(32))
    lines = tuple(Cosignature(each.key.name, each.cosign(text, seconds=1_774_000_000), NOON) for each in witnesses)
    large = replace(receipt, hashes=24 * (bytes(32),), checkpoint=replace(receipt.checkpoint, cosignatures=lines))

    assert len(large.as_text()) <= MOST_IN_A_CODE


def test_points_of_two_issuers_are_two_parts(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    wallet = ledger.wallet(10)
    other.earn(wallet, 5, key="other")
    assert ledger.redeem(wallet, 12).posted
    sealed(ledger)

    found = verifier.check_receipt(receipt_of(number_of("redeem")).as_json(), arguments())

    assert sum(points for _issuer, _source, _target, points, _merchant in found["moved"]) == 12
    assert {issuer for issuer, *_rest in found["moved"]} == {str(ledger.issuer), str(other.issuer)}


def test_an_issuer_sees_its_own_part_and_nobody_elses(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    wallet = ledger.wallet(10)
    other.earn(wallet, 5, key="other")
    assert ledger.redeem(wallet, 12).posted
    size = sealed(ledger)
    shared = number_of("redeem")

    for issuer in (ledger.issuer, other.issuer):
        leaves = {opened.number: opened for opened in issuer_leaves(issuer=issuer, after=0, upto=size)}
        assert [part.issuer for part in leaves[shared].parts] == [issuer.bytes]
        hidden = (other if issuer == ledger.issuer else ledger).issuer.bytes
        assert all(hidden not in opened.leaf and hidden not in part.bytes_ for opened in leaves.values() for part in opened.parts)


def test_a_leaf_names_no_wallet_no_account_and_no_key(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    earn = Earn(
        wallet=wallet, issuer=ledger.issuer, terms=ledger.terms, points=5, key="the-key", expires_on=IN_A_YEAR, effective_at=NOON,
        facts={"event": "the-event"},
    )  # fmt: skip
    post_one(earn, at=NOON)
    size = sealed(ledger)
    with connection.cursor() as cursor:
        cursor.execute("select id from points_account union select id from points_wallet")
        private = [UUID(str(row[0])).bytes for row in cursor.fetchall()]

    for number in range(1, size + 1):
        receipt = receipt_of(number)
        said = receipt.opened.leaf + b"".join(part.bytes_ for part in receipt.opened.parts)
        assert not any(secret in said for secret in [*private, b"the-key", b"the-event"])


def test_no_two_leaves_show_the_same_wallet(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    for _ in range(5):
        ledger.redeem(wallet, 1)
    size = sealed(ledger)

    shown = [verifier.split(receipt_of(number).opened.leaf)[4] for number in range(1, size + 1)]

    assert len(set(shown) - {bytes(32)}) == size - 1  # all but the terms


def test_no_bit_of_leaf_part_proof_or_checkpoint_can_change(ledger: LedgerWorld) -> None:
    sealed(ledger, times=2)
    text = receipt_of(number_of("redeem")).as_text()
    packed = verifier.split(base32(text))
    assert verifier.check_receipt(text, arguments())

    for place, part in enumerate(packed):
        for bit in range(len(part) * 8):
            changed = bytearray(part)
            changed[bit // 8] ^= 1 << bit % 8
            assert_found(b"".join(with_length(bytes(changed) if at == place else each) for at, each in enumerate(packed)))


def test_a_hash_more_or_less_is_found(ledger: LedgerWorld) -> None:
    sealed(ledger)
    body = json.loads(receipt_of(2).as_json())

    for hashes in (body["hashes"][1:], body["hashes"][:-1], [*body["hashes"], body["hashes"][0]], body["hashes"][::-1], []):
        with pytest.raises(verifier.Wrong):
            verifier.check_receipt(json.dumps({**body, "hashes": hashes}), arguments())


def test_a_part_left_out_is_found(ledger: LedgerWorld) -> None:
    sealed(ledger)
    body = json.loads(receipt_of(number_of("redeem")).as_json())

    with pytest.raises(verifier.Wrong, match="each once and in their order"):
        verifier.check_receipt(json.dumps({**body, "parts": []}), arguments())


def test_a_part_doubled_swapped_or_replaced_is_found(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    wallet = ledger.wallet(10)
    other.earn(wallet, 5, key="other")
    assert ledger.redeem(wallet, 12).posted
    sealed(ledger)
    body = json.loads(receipt_of(number_of("redeem")).as_json())
    (one, two), (foreign, *_none) = body["parts"], json.loads(receipt_of(number_of("earn")).as_json())["parts"]
    longer = verifier.decode(one["blinding"]) + verifier.decode(one["part"])[:1]
    shifted = {"blinding": verifier.encode(longer), "part": verifier.encode(verifier.decode(one["part"])[1:])}
    assert verifier.check_receipt(json.dumps(body), arguments())

    for parts in ([one, one, two], [one, one], [two, one], [one, foreign], [one], [two], [one, two, foreign], [shifted, two]):
        with pytest.raises((verifier.Wrong, ValueError)):
            verifier.check_receipt(json.dumps({**body, "parts": parts}), arguments())


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_two_receipts_do_not_tell_how_much_a_bank_did_between_them() -> None:
    ledger = LedgerWorld().open()
    ledger.wallet(7)
    seal_all()
    between = 1_000_000
    with connections["owner"].cursor() as owner:
        owner.execute("update points_log set parts = jsonb_build_object(%s::text, %s::bigint)", [ledger.issuer.hex, between])
    ledger.wallet(7)
    size = sealed(ledger, times=1)

    for number, count in ((3, between + 1), (size, between + 4)):
        receipt = receipt_of(number)
        (part,) = receipt.opened.parts
        assert part.place == count
        said = [receipt.opened.leaf, part.blinding, part.bytes_, *receipt.hashes]
        assert not any(count.to_bytes(8, "big") in each or part.place_blinding in each for each in said)
        assert "place" not in receipt.as_json()
        assert verifier.encode(part.place_blinding) not in receipt.as_json()
        assert part.place_blinding not in base32(receipt.as_text())


def test_another_logs_key_is_not_enough(ledger: LedgerWorld) -> None:
    sealed(ledger)
    stranger = verifier.Key.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    with pytest.raises(verifier.Wrong, match="not signed by the log"):
        verifier.check_receipt(receipt_of(1).as_json(), arguments(key=[stranger]))


def test_a_number_without_a_checkpoint_has_no_proof_yet(ledger: LedgerWorld) -> None:
    size = sealed(ledger)
    ledger.wallet(5)

    assert leaf_proof(number=size + 1) is None


def base32(text: str) -> bytes:
    encoded = text.partition(".")[2]
    return base64.b32decode(encoded + "=" * (-len(encoded) % 8))


def with_length(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def assert_found(packed: bytes) -> None:
    text = "CFRECEIPT1." + base64.b32encode(packed).decode().rstrip("=")
    with pytest.raises((verifier.Wrong, *verifier.UNREADABLE)):
        verifier.check_receipt(text, arguments())
