"""
Signed notes: a text, an empty line, and a line for each signature (https://c2sp.org/signed-note).

A log signs its checkpoints with Ed25519 (signature type 1). A witness adds a cosignature with the time at which it looked
(type 4, https://c2sp.org/tlog-cosignature). A key is written as name+id+base64, its id is a hash of the name and the key.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG_KEY: Final = 1
WITNESS_KEY: Final = 4
ID_BYTES: Final = 4
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
DASH: Final = "\N{EM DASH} "
PRIME: Final = 2**255 - 19
_EIGHTH: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7
SMALL_ORDER: Final = frozenset({0, 1, PRIME - 1, _EIGHTH, PRIME - _EIGHTH})  # the y of all eight
_TIME: Final = struct.Struct(">Q")


class NotANote(ValueError):
    """The text isn't what it should be; the sentence says where."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whose signatures can be checked: a log's, or a witness's."""

    name: str
    kind: int
    raw: bytes

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """
        A key written as name+id+base64.

        :raises NotANote: if it isn't one, or its id is another key's.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = decode(encoded)
        if len(raw) != 1 + KEY_BYTES or raw[0] not in (LOG_KEY, WITNESS_KEY):
            raise NotANote(f"{text!r} is not a public key of a log or a witness.")
        key = cls(name, raw[0], raw[1:])
        if key.id.hex() != key_id:
            raise NotANote(f"The id in {text!r} is not that of its key.")
        if not _is_strong(key.raw):
            raise NotANote(f"{text!r} is a key under which anything counts as signed.")
        return key

    @property
    def id(self) -> bytes:
        """The key's id: a hint of whose signature a line is."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.raw)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key of the log."""

    key: PublicKey
    private: Ed25519PrivateKey

    @classmethod
    def of_seed(cls, name: str, seed: bytes, *, kind: int = LOG_KEY) -> Signer:
        """The key that grows from 32 secret bytes."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(PublicKey(name, kind, private.public_key().public_bytes_raw()), private)

    def sign(self, text: str) -> str:
        """The log's signature line under a text."""
        return signature_line(self.key, self.private.sign(text.encode()))

    def cosign(self, text: str, *, seconds: int) -> str:
        """A witness's signature line under a checkpoint, with the time in seconds since 1970."""
        return signature_line(self.key, _TIME.pack(seconds) + self.private.sign(cosigned(text, seconds)))


def signed_note(text: str, signers: Iterable[Signer]) -> str:
    """The text with the signatures of all these keys."""
    return text + "\n" + "".join(signer.sign(text) for signer in signers)


def split_note(note: str) -> tuple[str, list[str]]:
    """
    A note's text and its signature lines.

    :raises NotANote: if there is no signature below it.
    """
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines(keepends=True)
    if not gap or not lines or not all(line.startswith(DASH) and line.endswith("\n") for line in lines):
        raise NotANote("The note has no signatures below an empty line.")
    return text + "\n", lines


def signed_by(key: PublicKey, text: str, line: str) -> bool:
    """Whether a signature line under the text is the log's with this key."""
    signature = _signature(key, line)
    return len(signature) == SIGNATURE_BYTES and _verifies(key, signature, text.encode())


def cosigned_at(key: PublicKey, text: str, line: str) -> int | None:
    """When the witness with this key cosigned the checkpoint, in seconds since 1970; None if the line isn't its signature."""
    signature = _signature(key, line)
    if len(signature) != _TIME.size + SIGNATURE_BYTES:
        return None
    seconds = int(_TIME.unpack_from(signature)[0])
    return seconds if _verifies(key, signature[_TIME.size :], cosigned(text, seconds)) else None


def cosigned(text: str, seconds: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def signature_line(key: PublicKey, signature: bytes) -> str:
    """A signature as it stands below a note."""
    return f"{DASH}{key.name} {encode(key.id + signature)}\n"


def encode(raw: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    """
    Bytes from base64.

    :raises NotANote: if it isn't, or isn't the one way to write these bytes.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotANote(f"{text!r} is not base64.") from error
    if encode(raw) != text:
        raise NotANote(f"{text!r} is not written as base64 is.")
    return raw


def _signature(key: PublicKey, line: str) -> bytes:
    """The signature in the line if it is named after this key, else nothing."""
    name, _, encoded = line.removeprefix(DASH).rstrip("\n").rpartition(" ")
    try:
        raw = decode(encoded)
    except NotANote:
        return b""
    return raw[ID_BYTES:] if line.startswith(DASH) and name == key.name and raw[:ID_BYTES] == key.id else b""


def _is_strong(raw: bytes) -> bool:
    """Whether a public key is written in the one way there is, and isn't a point of small order (RFC 8032, 5.1)."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return y < PRIME and y not in SMALL_ORDER


def _verifies(key: PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True
