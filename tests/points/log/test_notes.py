"""Signed notes and cosignatures are those of C2SP: its example verifies, and no changed bit does."""

from __future__ import annotations

import pytest

from points.log.notes import WITNESS_KEY, NotANote, PublicKey, Signer, cosigned_at, signed_by, signed_note, split_note

# The example of https://pkg.go.dev/golang.org/x/mod/sumdb/note, which C2SP's signed-note keeps.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SEED = bytes(range(32))
TEXT = "example.com/points\n17\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def flipped(text: str, bit: int) -> str:
    """The text with one bit of its bytes changed; latin-1 keeps every byte readable as text."""
    raw = bytearray(text.encode())
    raw[bit // 8] ^= 1 << bit % 8
    return raw.decode("utf-8", errors="replace")


def test_the_example_of_the_specification_verifies() -> None:
    text, (line,) = split_note(NOTE)

    assert signed_by(PublicKey.read(NEUMANN), text, line)
    assert str(PublicKey.read(NEUMANN)) == NEUMANN


def test_what_the_log_signs_verifies_under_each_of_its_keys() -> None:
    first, second = Signer.of_seed("example.com/points", SEED), Signer.of_seed("example.com/points", bytes(32))

    text, lines = split_note(signed_note(TEXT, [first, second]))

    assert text == TEXT
    assert [signed_by(first.key, text, line) for line in lines] == [True, False]
    assert [signed_by(second.key, text, line) for line in lines] == [False, True]


def test_a_cosignature_says_when() -> None:
    witness = Signer.of_seed("east.example/witness", SEED, kind=WITNESS_KEY)

    line = witness.cosign(TEXT, seconds=1_774_000_000)

    assert cosigned_at(witness.key, TEXT, line) == 1_774_000_000
    assert not signed_by(Signer.of_seed("east.example/witness", SEED).key, TEXT, line)  # it is no signature of a log


@pytest.mark.parametrize("bit", range(len(TEXT.encode()) * 8))
def test_no_bit_of_a_signed_text_can_change(bit: int) -> None:
    log = Signer.of_seed("example.com/points", SEED)
    witness = Signer.of_seed("east.example/witness", SEED, kind=WITNESS_KEY)

    assert not signed_by(log.key, flipped(TEXT, bit), log.sign(TEXT))
    assert cosigned_at(witness.key, flipped(TEXT, bit), witness.cosign(TEXT, seconds=1)) is None


@pytest.mark.parametrize("kind", ["log", "witness"])
def test_no_bit_of_a_signature_line_can_change(kind: str) -> None:
    log = Signer.of_seed("example.com/points", SEED)
    witness = Signer.of_seed("east.example/witness", SEED, kind=WITNESS_KEY)
    line = (log.sign(TEXT) if kind == "log" else witness.cosign(TEXT, seconds=1)).removesuffix("\n")

    for bit in range(len(line.encode()) * 8):
        changed = flipped(line, bit)
        assert not signed_by(log.key, TEXT, changed)
        assert cosigned_at(witness.key, TEXT, changed) is None


@pytest.mark.parametrize(
    "text",
    ["", "name", NEUMANN.replace("c74f", "c74e"), NEUMANN[:-1], NEUMANN.replace("+AR", "+BR"), NEUMANN.replace("Peter", "Petra")],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotANote):
        PublicKey.read(text)


@pytest.mark.parametrize("note", ["", TEXT, f"{TEXT}\n", f"{TEXT}\nhello\n", f"{TEXT}\n— unfinished"])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NotANote):
        split_note(note)
