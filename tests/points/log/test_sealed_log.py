"""How the log grows: a leaf for each number, in the same transaction; and how its keys change."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, connections
from pytest_django import Settings

from core.clock import alliance_day, now
from core.limits import CHECKPOINT_SECONDS, SEALER_PAUSE_SECONDS
from points.audit.checks import run_checks
from points.choices import AccountKind
from points.log import sealing
from points.log.books import CHECKS
from points.log.checkpoints import checkpoint_of, latest_checkpoint, log_keys, make_checkpoint
from points.log.declarations import record_declaration
from points.log.notes import signed_by, split_note
from points.log.opened import issuer_leaves, leaf_proof
from points.log.proofs import log_size, tile
from points.log.sealing import SEAL, run_sealer, seal_all
from points.log.tree import EMPTY_ROOT, leaf_hash
from points.models import Checkpoint, Log, Sealed, Tile
from points.queries import last_sealed
from tests.ledger_world import NOON, LedgerWorld
from tests.points.log.world import sealed, spend_some, verifier


def leaf(number: int) -> bytes:
    found = leaf_proof(number=number)
    assert found is not None
    return found.opened.leaf


def test_the_leaf_of_a_number_has_the_index_before_it(ledger: LedgerWorld) -> None:
    size = sealed(ledger)

    hashes = verifier.rows(tile(level=0, index=0, width=size))

    assert hashes == [leaf_hash(leaf(number)) for number in range(1, size + 1)]
    assert (log_size(), last_sealed()) == (size, size)


def test_every_kind_of_fact_is_a_leaf(ledger: LedgerWorld) -> None:
    record_declaration(issuer=ledger.issuer, kind="rule", subject="R1/1", body="one point for each yuan", at=NOON)
    size = sealed(ledger, times=1)

    leaves = [verifier.read_leaf(leaf(number)) for number in range(1, size + 1)]

    assert [(what, reason) for what, reason, _times, _commitments in leaves] == [
        (b"declaration", b"terms"),
        (b"declaration", b"rule"),
        (b"transfer", b"earn"),
        (b"transfer", b"redeem"),
        (b"refusal", b"redeem:insufficient_points"),
        (b"transfer", b"reverse"),
    ]


def test_kinds_are_written_as_their_place_in_the_vocabulary(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select points_kind(k) from unnest(%s::text[]) with ordinality as t(k, n) order by n", [list(AccountKind.values)])
        written = [bytes(row[0]) for row in cursor.fetchall()]

    assert written == [bytes([place]) for place in range(len(AccountKind))]
    assert tuple(verifier.KINDS) == tuple(AccountKind.values)


def test_the_same_words_again_are_no_second_leaf(ledger: LedgerWorld) -> None:
    for _ in range(2):
        record_declaration(issuer=ledger.issuer, kind="rule", subject="R1/1", body="one point for each yuan", at=NOON)

    assert seal_all() == 2  # with the terms
    with pytest.raises(AssertionError, match="what was declared under a subject stays"):
        record_declaration(issuer=ledger.issuer, kind="rule", subject="R1/1", body="two points for each yuan", at=NOON)


def test_an_issuers_parts_are_counted_without_a_gap(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    for world in (ledger, other, ledger):
        world.wallet(5)
    size = sealed(ledger, times=2)

    for issuer in (ledger.issuer, other.issuer):
        parts = [part for opened in issuer_leaves(issuer=issuer, after=0, upto=size) for part in opened.parts]
        sealed_places = [verifier.read_part(part.bytes_)[1] for part in parts]

        assert [part.place for part in parts] == list(range(1, len(parts) + 1))
        assert sealed_places == [sha256(part.place_blinding + part.place.to_bytes(8, "big")).digest() for part in parts]


def test_who_comes_with_another_size_in_mind_changes_nothing(ledger: LedgerWorld) -> None:
    sealed(ledger)
    ledger.wallet(5)
    before = (Log.objects.get().size, list(Tile.objects.values_list("hashes", flat=True)))

    for size in (0, before[0] - 1, before[0] + 1):
        with connection.cursor() as cursor:
            frontier = bytes(32 * size.bit_count())
            cursor.execute(SEAL, [size, [], [], [], [], [], EMPTY_ROOT, frontier, "{}", now(), alliance_day(now())])
            assert cursor.fetchone() == (False,)

    assert (Log.objects.get().size, list(Tile.objects.values_list("hashes", flat=True))) == before
    assert seal_all() == 1


def test_leaves_of_facts_that_do_not_wait_are_refused(ledger: LedgerWorld) -> None:
    size = sealed(ledger)
    frontier = bytes(32 * (size + 1).bit_count())

    with pytest.raises(DatabaseError, match="are not those of the facts that waited"), connection.cursor() as cursor:
        cursor.execute(SEAL, [size, [10**9], [bytes(68)], [], [], [], EMPTY_ROOT, frontier, "{}", now(), alliance_day(now())])


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_numbers_from_before_there_was_a_log_get_their_leaves_first() -> None:
    ledger = LedgerWorld().open()
    size = sealed(ledger, times=5)
    with connections["owner"].cursor() as owner:
        owner.execute("truncate points_cosignature, points_checkpoint, points_tile, points_log")
        owner.execute("update points_sealed set opening = null")
    spend_some(ledger, times=2)

    assert seal_all() == size + 8

    assert (log_size(), last_sealed()) == (size + 8, size + 8)
    assert not Sealed.objects.filter(opening=None).exists()
    assert run_checks(CHECKS) == []


def test_a_checkpoint_is_made_only_when_something_is_new(ledger: LedgerWorld) -> None:
    assert not make_checkpoint(at=now())
    size = sealed(ledger)

    assert not make_checkpoint(at=now())
    found = latest_checkpoint()
    assert found is not None
    assert found.note.startswith(f"localhost/points\n{size}\n")


def test_the_sealer_signs_what_it_sealed(ledger: LedgerWorld) -> None:
    ledger.wallet(10)
    asked = iter([False, True, True])

    run_sealer(stopping=lambda: next(asked))

    found = latest_checkpoint()
    assert found is not None
    assert found.size == 2


def test_the_sealer_waits_between_checkpoints(ledger: LedgerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, asked = [100.0], count(1)
    own = SimpleNamespace(monotonic=lambda: seconds[0], sleep=lambda pause: seconds.append(seconds.pop() + pause))
    monkeypatch.setattr(sealing, "time", own)
    made: dict[int, float] = {}

    def stopping() -> bool:
        made.setdefault(Checkpoint.objects.count(), seconds[0])
        ledger.wallet(1)  # there is always something new
        return next(asked) > 40

    run_sealer(stopping=stopping)

    began = [made[number] for number in sorted(made) if number]
    assert SEALER_PAUSE_SECONDS == 1
    assert began == [100, 100 + CHECKPOINT_SECONDS, 100 + 2 * CHECKPOINT_SECONDS, 100 + 3 * CHECKPOINT_SECONDS]


def test_while_keys_change_both_sign(ledger: LedgerWorld, settings: Settings) -> None:
    (old_seed,) = settings.LOG_SIGNING_SEEDS
    old = log_keys()[0]
    first = sealed(ledger)
    settings.LOG_SIGNING_SEEDS = [b"n" * 32, old_seed]
    new = log_keys()[0]
    second = sealed(ledger)
    settings.LOG_SIGNING_SEEDS, settings.LOG_PAST_KEYS = [b"n" * 32], [str(old)]
    third = sealed(ledger)

    signers = []
    for size in (first, second, third):
        text, lines = split_note(checkpoint_of(size=size).note)
        signers.append([key.id for key in (new, old) if any(signed_by(key, text, line) for line in lines)])
    assert signers == [[old.id], [new.id, old.id], [new.id]]
    assert log_keys() == [new, old]


def test_a_new_blinding_key_leaves_old_parts_openable(ledger: LedgerWorld, settings: Settings) -> None:
    size = sealed(ledger)
    before = leaf_proof(number=2)
    settings.LOG_BLINDING_KEYS = {**settings.LOG_BLINDING_KEYS, 2: b"k" * 32}
    sealed(ledger)

    after = leaf_proof(number=2)
    newer = leaf_proof(number=size + 1)
    assert before is not None
    assert after is not None
    assert newer is not None
    assert (after.opened, before.opened.leaf[-40:]) == (before.opened, after.opened.leaf[-40:])
    assert [int.from_bytes(verifier.split(each.opened.leaf)[8], "big") for each in (after, newer)] == [1, 2]
