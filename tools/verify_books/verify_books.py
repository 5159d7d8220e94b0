#!/usr/bin/env python3
"""
Check the sealed log of a points alliance without trusting anyone. docs/proving.md explains what that proves.

    verify_books.py receipt FILE     a receipt, as a file or as the text of its QR code, with nothing but the file
    verify_books.py export FILE      a bank's own leaves against the whole log, and the bank's totals out of them
    verify_books.py witness          look at the log, check that it was only added to, and cosign it

It needs Python 3.11 or newer and the package `cryptography`; it is one file, to be read before it is trusted.
Exit status: 0 all is well, 2 something is wrong, 1 it could not be checked (a file, the network, the arguments).
The functions below name the checks by the numbers that README.md beside this file gives them.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import fcntl
import http.client
import json
import os
import struct
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

OK, NOT_CHECKED, WRONG = 0, 1, 2  # exit statuses
LOG_KEY, WITNESS_KEY = 1, 4  # the two types of keys
HASH, KEY_ID, SIGNATURE, ID, NUMBER = 32, 4, 64, 16, 8  # lengths in bytes
DASH, COSIGNED = "\N{EM DASH} ", "cosignature/v1\ntime {}\n{}"  # a signature begins with one; a witness signs the other
TRANSFER, REFUSAL, DECLARATION = b"transfer", b"refusal", b"declaration"  # what a leaf may be
POSTING = struct.Struct(">BBq16s16s")
KINDS = ("lot", "hold", "arrears", "issuance", "payable", "breakage", "retired", "transit")
WALLETS = ("lot", "hold", "arrears")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TILE_WIDTH = 256
TIMEOUT_SECONDS, AGAIN_SECONDS, LONGEST_WAIT_SECONDS = 30, 3, 86_400
REFUSALS = (400, 403, 404, 410)  # HTTP statuses of a server that was reached and doesn't give
LARGEST, MOST_LINES, MOST_BYTES = 2**63 - 1, 256, 1 << 24  # a number of the log; signatures of a note; what is read at once
# Anyone can "sign" anything with one of these keys: the points of small order, by their y (RFC 8032, 5.1).
PRIME = 2**255 - 19
EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7
SMALL_ORDER = (0, 1, PRIME - 1, EIGHTH, PRIME - EIGHTH)
# What reading raises when the input isn't what it should be.
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, RecursionError, struct.error)


class Wrong(Exception): ...  # something is not as it was promised


class NotChecked(Exception): ...  # it could not be checked


class Refused(NotChecked): ...  # the log answered, and does not give what it was asked for


# --- Signed notes: https://c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature ---------------------------
class Key(NamedTuple):  # a public key, written name+id+base64
    name: str
    kind: int
    raw: bytes

    @classmethod
    def read(cls, text: str) -> Key:
        """Read a key. Its id must be its own, and it must be a key under which forging is hard."""
        name, _plus, rest = text.partition("+")
        raw = decode(rest.partition("+")[2])
        key = cls(name, int.from_bytes(raw[:1], "big"), raw[1:])
        if str(key) != text or len(key.raw) != HASH or key.kind not in (LOG_KEY, WITNESS_KEY) or not is_name(name):
            raise ValueError("not a public key of a log or a witness, or its id is another's")
        if not is_strong(key.raw):
            raise ValueError("a key under which anything counts as signed")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes that name the key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:KEY_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.raw)}"

    def signed(self, text: str, line: str) -> bool:
        """Whether the line is this key's good signature under the text."""
        name, raw = read_signature(line)
        length = KEY_ID + SIGNATURE + (NUMBER if self.kind == WITNESS_KEY else 0)
        if name != self.name or raw[:KEY_ID] != self.id or len(raw) != length:
            return False
        if self.kind == WITNESS_KEY:  # it says when it signed
            text = COSIGNED.format(int.from_bytes(raw[KEY_ID:-SIGNATURE], "big"), text)
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(raw[-SIGNATURE:], text.encode())
        except InvalidSignature:
            return False
        return True


def is_name(name: str) -> bool:
    """Whether this may name a key: something, without spaces and `+`."""
    return bool(name) and name.isprintable() and not any(letter.isspace() or letter == "+" for letter in name)


def is_strong(raw: bytes) -> bool:
    """Whether a public key is written in the one way there is, and isn't of small order."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return y < PRIME and y not in SMALL_ORDER


def read_signature(line: str) -> tuple[str, bytes]:
    """The name in a signature line, and what follows it: the key's id and the signature."""
    name, _space, encoded = line.removeprefix(DASH).removesuffix("\n").partition(" ")
    raw = decode(encoded)
    if line != f"{DASH}{name} {encoded}\n" or not is_name(name) or len(raw) <= KEY_ID:
        raise ValueError("a line under the checkpoint is no signature")
    return name, raw


class Checkpoint(NamedTuple):  # what the log signed of itself: so many leaves, this root, a hash over each issuer's number of parts
    note: str
    text: str
    lines: Sequence[str]
    origin: str
    size: int
    root: bytes
    parts: bytes  # empty in a checkpoint from before there was such a line

    @classmethod
    def read(cls, note: object, keys: Sequence[Key]) -> Checkpoint:
        """Read one. Check 1: one of these keys of the log signed it."""
        if not isinstance(note, str) or not note.endswith("\n") or len(note) > MOST_BYTES:
            raise ValueError("not a checkpoint")
        text, gap, signatures = note.partition("\n\n")
        lines = [f"{line}\n" for line in signatures.removesuffix("\n").split("\n")]
        origin, size, root, *more = text.split("\n")
        parts = [decode(line.removeprefix("parts ")) for line in more if line.startswith("parts ")]
        found = cls(note, text + "\n", lines, origin, int(size), decode(root), b"".join(parts))
        if not gap or str(found.size) != size or len(found.root) != HASH or not 0 < found.size <= LARGEST or not is_name(origin):
            raise ValueError("not a checkpoint")
        if not all(more) or len(parts) > 1 or any(len(each) != HASH for each in parts) or len(lines) > MOST_LINES:
            raise ValueError("not a checkpoint")
        for line in lines:
            read_signature(line)
        own = [key for key in keys if key.kind == LOG_KEY and key.name == origin]
        if not any(key.signed(found.text, line) for key in own for line in lines):
            raise Wrong("The checkpoint is not signed by the log: no signature of a key you gave is good.")
        return found

    def witnessed(self, keys: Sequence[Key], quorum: int) -> list[str]:
        """Check 2: at least as many of these witnesses cosigned it as were asked for; their names."""
        found = {key.name for key in keys if key.kind == WITNESS_KEY for line in self.lines if key.signed(self.text, line)}
        if len(found) < quorum:
            raise Wrong(f"{len(found)} of your witnesses cosigned the log of {self.size} leaves; you asked for {quorum}.")
        return sorted(found)


# --- The tree: RFC 9162 --------------------------------------------------------------------------------------
def node(left: bytes, right: bytes) -> bytes:
    """The hash over two hashes."""
    return sha256(b"\x01" + left + right).digest()


def inclusion_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """For check 3: the root that a proof leads to from the hash of a leaf (2.1.3)."""
    if (size == 1) != (not path):
        raise Wrong("The proof is not as long as the tree is high.")
    if size == 1:
        return leaf
    half = 1 << ((size - 1).bit_length() - 1)  # how many leaves are on the left
    if index < half:
        return node(inclusion_root(leaf, index, half, path[:-1]), path[-1])
    return node(path[-1], inclusion_root(leaf, index - half, size - half, path[:-1]))


def consistency_roots(old: int, new: int, path: Sequence[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """For check 5: both roots that a proof leads to (2.1.4); `known` is the old one while that tree is a whole subtree."""
    if (len(path) != (known is None)) if old == new else not path:
        raise Wrong("The proof of consistency is not as long as the trees ask for.")
    if old == new:
        found = path[0] if known is None else known
        return found, found
    half, last = 1 << ((new - 1).bit_length() - 1), path[-1]
    if old <= half:
        left_old, left_new = consistency_roots(old, half, path[:-1], known)
        return left_old, node(left_new, last)
    right_old, right_new = consistency_roots(old - half, new - half, path[:-1], None)
    return node(last, right_old), node(last, right_new)


def grow(edge: list[bytes], size: int, leaf: bytes) -> None:
    """For check 10: put a leaf on a tree of this size, of which `edge` keeps the roots of its whole subtrees, the largest first."""
    hashed = leaf
    while size & 1:
        hashed, size = node(edge.pop(), hashed), size >> 1
    edge.append(hashed)


# --- Leaves and their parts: docs/proving.md -----------------------------------------------------------------
def read_leaf(data: bytes) -> tuple[bytes, bytes, bytes, list[bytes]]:
    """What a leaf says in the open: what it is, its reason, its times; and the commitments to its parts."""
    version, what, fact, reason, wallet, times, follows, facts, key, parts = split(data)
    if version != b"cf-leaf-1" or what not in (TRANSFER, REFUSAL, DECLARATION) or not reason.decode().isprintable():
        raise ValueError("not a leaf of the first version")
    lengths = [len(each) for each in (fact, wallet, times, facts, key)]
    if lengths != [ID, HASH, 2 * NUMBER, HASH, KEY_ID] or len(follows) not in (0, ID):
        raise ValueError("a leaf with a field that is too long or too short")
    return what, reason, times, rows(parts)


def read_part(data: bytes) -> tuple[bytes, bytes, list[bytes]]:
    """An opened part: its issuer, a commitment to its place among the issuer's parts, and its postings or the declaration."""
    version, issuer, placed, *entries = split(data)
    if version != b"cf-part-1" or len(issuer) != ID or len(placed) != HASH or not entries:
        raise ValueError("not a part of the first version")
    return issuer, placed, entries


def read_posting(entry: bytes) -> tuple[str, str, int, bytes, bytes]:
    """From what kind of account to which, how many points, and who is on either side."""
    source, target, points, giver, taker = POSTING.unpack(entry)
    if points <= 0:
        raise ValueError("a posting that moves nothing")
    return KINDS[source], KINDS[target], points, giver, taker


def postings(part: bytes) -> Iterator[tuple[str, str, str, int, str]]:
    """Whose points moved, from what kind of account to which, how many, and the merchant where there is one."""
    issuer, _placed, entries = read_part(part)
    for source, target, points, giver, taker in map(read_posting, entries):
        merchant = {source: giver, target: taker}.get("payable")
        yield str(uuid.UUID(bytes=issuer)), source, target, points, str(uuid.UUID(bytes=merchant)) if merchant else ""


def commitment(blinding: bytes, data: bytes) -> bytes:
    """What hides the data until both are shown."""
    if len(blinding) != HASH:
        raise ValueError("what blinds is not as long as a hash")
    return sha256(blinding + data).digest()


def split(data: bytes) -> list[bytes]:
    """Fields: each has its length in front, four bytes; nothing is left over."""
    found, end = [], 0
    while end < len(data):
        start = end + 4
        end = start + int.from_bytes(data[end:start], "big")
        found.append(data[start:end])
    if end != len(data):
        raise ValueError("a field is cut off")
    return found


def rows(data: bytes) -> list[bytes]:
    """The hashes of a row of them."""
    if len(data) % HASH:
        raise ValueError("a row of hashes that is cut off")
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


# --- JSON and base64, each written in the one way there is ---------------------------------------------------
def read_json(text: str) -> Any:
    """A value of JSON; an object that names a member twice says two things, so neither is taken."""
    return json.loads(text, object_pairs_hook=once, parse_constant=whole)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members have a name each."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object that names a member twice")
    return found


def members(value: object, *names: str, perhaps: Sequence[str] = ()) -> dict[str, Any]:
    """An object with these members and no others."""
    if not isinstance(value, dict) or not set(names) <= set(value) <= {*names, *perhaps}:
        raise ValueError(f"it should be an object with {', '.join(names)}, and nothing else")
    return value


def whole(value: object) -> int:
    """A number of the log: a whole one, written as such."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise ValueError(f"{value!r} should be a whole number")
    return value


def hashes(values: object) -> list[bytes]:
    """Hashes, each in base64."""
    found = [decode(each) for each in values] if isinstance(values, list) else [b""]
    if any(len(each) != HASH for each in found):
        raise ValueError("it should be a row of hashes")
    return found


def encode(raw: bytes) -> str:
    """Bytes as base64."""
    return binascii.b2a_base64(raw, newline=False).decode()


def decode(text: str) -> bytes:
    """Bytes from base64, written in the one way there is."""
    raw = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    if encode(raw) != text:
        raise ValueError("base64 with loose ends")
    return raw


# --- Receipts ------------------------------------------------------------------------------------------------
class Receipt(NamedTuple):  # a leaf with its number, its parts opened, the proof, and the checkpoint that the proof leads to
    number: int
    leaf: bytes
    parts: list[tuple[bytes, bytes]]  # what blinds it, and the part
    path: list[bytes]
    checkpoint: str


def check_receipt(text: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Checks 1 to 4 with nothing but the receipt and the keys; with the log, check 5 too."""
    receipt = read_receipt(text)
    checkpoint = Checkpoint.read(receipt.checkpoint, asked.key)
    witnesses = checkpoint.witnessed(asked.witness, asked.quorum)
    if not 0 < receipt.number <= checkpoint.size:
        raise Wrong(f"Number {receipt.number} lies beyond the checkpoint, which has {checkpoint.size} leaves.")
    leaf = sha256(b"\x00" + receipt.leaf).digest()
    if inclusion_root(leaf, receipt.number - 1, checkpoint.size, receipt.path) != checkpoint.root:  # check 3
        raise Wrong("The receipt is not in the log: its proof does not lead to the root that the log signed.")
    what, reason, times, commitments = read_leaf(receipt.leaf)
    if [commitment(*pair) for pair in receipt.parts] != commitments:  # check 4
        raise Wrong("The parts of the receipt are not those that its leaf was sealed with, each once and in their order.")
    recorded = EPOCH + timedelta(microseconds=int.from_bytes(times[NUMBER:], "big", signed=True))
    moved = [posting for _blinding, part in receipt.parts if what == TRANSFER for posting in postings(part)]
    said = [
        f"Number {receipt.number} of the log {checkpoint.origin}: {reason.decode()}, recorded {recorded:%Y-%m-%d %H:%M:%S} UTC.",
        *(f"{points} points of issuer {issuer}: {source} to {target} {shop}" for issuer, source, target, points, shop in moved),
        f"It is in the log of {checkpoint.size} leaves, which the log signed; cosigned by: {', '.join(witnesses) or '-'}.",
    ]
    if asked.log:
        now = asked.log.checkpoint(asked.key)
        compare(checkpoint, now, asked.log, Path("receipt" if str(asked.file) == "-" else asked.file))
        said.append(f"The log has {now.size} leaves now, and none of those before was rewritten.")
    return {"said": said, "number": receipt.number, "reason": reason.decode(), "size": checkpoint.size, "moved": moved}


def read_receipt(text: str) -> Receipt:
    """A receipt from the text of a QR code, or of a file, which is JSON."""
    if text.strip().startswith("CFRECEIPT1."):
        return read_code(text.strip())
    body = members(read_json(text), "format", "number", "leaf", "parts", "hashes", "checkpoint")
    if body["format"] != "cf-receipt-1":
        raise ValueError("not a receipt of the first version")
    parts = (members(each, "blinding", "part") for each in body["parts"])
    pairs = [(decode(part["blinding"]), decode(part["part"])) for part in parts]
    return Receipt(whole(body["number"]), decode(body["leaf"]), pairs, hashes(body["hashes"]), body["checkpoint"])


def read_code(text: str) -> Receipt:
    """A receipt from the text of its QR code: base32 of its fields."""
    encoded = text.partition(".")[2]
    packed = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
    if base64.b32encode(packed).decode().rstrip("=") != encoded:
        raise ValueError("base32 with loose ends")
    number, leaf, parts, path, note = split(packed)
    flat = split(parts)
    if len(number) != NUMBER:
        raise ValueError("a number should have eight bytes")
    return Receipt(int.from_bytes(number, "big"), leaf, list(zip(flat[::2], flat[1::2], strict=True)), rows(path), note.decode())


# --- The log, at an address or in a folder -------------------------------------------------------------------
class Log:
    """What the log publishes, at `https://…/api/v1/log` or in a folder with the same paths in it."""

    def __init__(self, place: str) -> None:
        self.url = urlsplit(place.rstrip("/"))
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        kind = kinds.get(self.url.scheme)
        try:
            self.link = kind(self.url.netloc, timeout=TIMEOUT_SECONDS) if kind else None
        except http.client.InvalidURL as error:
            raise ValueError("not an address") from error
        self.folder = Path(place)

    def read(self, path: str, body: str | None = None) -> bytes:
        """What is at the path; with a body, the answer to it."""
        try:
            if self.link is None:
                return (self.folder / path).read_bytes()
            status, found = self._ask(self.link, path, body)
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            self.close()
            raise NotChecked(f"The log could not be read at {path}: {error}") from error
        if status != http.HTTPStatus.OK:
            raise (Refused if status in REFUSALS else NotChecked)(f"The log answered {status} at {path}.")
        return found

    def _ask(self, link: http.client.HTTPConnection, path: str, body: str | None) -> tuple[int, bytes]:
        """Ask over the one connection that is kept: the answer's status and text."""
        link.request("POST" if body else "GET", f"{self.url.path}/{path}", body, {"Content-Type": "application/json"})
        answer = link.getresponse()
        found: bytes = answer.read(MOST_BYTES)
        if answer.read(1):
            raise http.client.HTTPException("the answer is too long")
        return answer.status, found

    def close(self) -> None:
        """Let the connection go; the next question opens another."""
        if self.link:
            self.link.close()

    def checkpoint(self, keys: Sequence[Key]) -> Checkpoint:
        """The newest checkpoint."""
        return Checkpoint.read(self.read("checkpoint").decode(errors="replace"), keys)

    def consistency(self, old: int, new: int, *, again: bool = True) -> list[bytes]:
        """The proof that the log of `new` leaves begins with the log of `old` leaves, asked for twice at most."""
        if old == new:
            return []
        try:
            return hashes(read_json(self.read(f"proof/consistency?from={old}&to={new}").decode())["hashes"])
        except Refused as error:
            if again:
                time.sleep(AGAIN_SECONDS)  # one of several servers may not have all of it yet
                return self.consistency(old, new, again=False)
            raise Wrong(f"The log signed {new} leaves, and can't or won't show that they begin with {old} it signed. {error}") from error

    def leaves(self, size: int) -> Iterator[bytes]:
        """The hashes of all leaves in their order, out of the tiles."""
        for index in range(-(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            *above, last = f"{index:,}".split(",")
            place = "".join(f"x{each:0>3}/" for each in above) + f"{last:0>3}"
            row = self.read(f"tile/0/{place}" + (f".p/{width}" if width < TILE_WIDTH else ""))
            if len(row) != width * HASH:
                raise Wrong(f"The log's tile {place} does not have its {width} hashes.")
            yield from rows(row)


# --- A bank's own leaves -------------------------------------------------------------------------------------
def check_export(lines: Iterator[Any], asked: argparse.Namespace) -> dict[str, Any]:
    """Checks 1, 2, 4 and 6 to 10, in one walk over all leaves of the log; and what the bank's leaves add up to."""
    issuer, after, checkpoint, total = read_header(next(lines, None), asked.key)
    witnesses = checkpoint.witnessed(asked.witness, asked.quorum)
    last_place = getattr(asked, "last_place", None) if after else None
    own, edge = OwnLeaves(lines, issuer, after, last_place), list[bytes]()
    for number, leaf in enumerate(progress(asked.log.leaves(checkpoint.size), checkpoint.size), 1):
        own.compare(number, leaf)
        grow(edge, number - 1, leaf)
    count = own.check_end(checkpoint.size)
    if reduce(lambda right, left: node(left, right), reversed(edge)) != checkpoint.root:  # check 10
        raise Wrong("The log's tiles do not add up to the root that it signed.")
    is_complete, about_the_end = complete(own.places, after, total, last_place)
    said = [
        f"All {count} leaves of the export are in the log of {checkpoint.size} leaves; none between them is left out.",
        about_the_end,
        f"The log signed it; cosigned by: {', '.join(witnesses) or '-'}.",
    ]
    if after and own.places:
        said.append(f"The bank's own leaf number {own.places[0]} is the first; whether you have those before is for you to say.")
    if after:
        said.append(f"The export begins after number {after}; what follows is since then.")
    totals = add_up(own.moved)
    said += [f"{name}: {points}" for name, points in totals.items()]
    found = {"issuer": str(issuer), "size": checkpoint.size, "complete": is_complete, "places": own.places}
    return {"said": said, **found, "totals": {"leaves": count, **totals}}


def read_header(line: Any, keys: Sequence[Key]) -> tuple[uuid.UUID, int, Checkpoint, int | None]:
    """Whose leaves these are, after which number, up to which signed checkpoint, and how many the bank has there by the log's word."""
    header = members(line, "format", "issuer", "after", "checkpoint", perhaps=["parts"])
    issuer, opened = uuid.UUID(header["issuer"]), header.get("parts")
    if header["format"] not in ("cf-leaves-1", "cf-leaves-2") or str(issuer) != header["issuer"]:
        raise ValueError("not an export of the first or second version")
    checkpoint = Checkpoint.read(header["checkpoint"], keys)
    if not checkpoint.parts and opened is None:
        return issuer, whole(header["after"]), checkpoint, None
    if opened is None:
        raise Wrong("The checkpoint says how many leaves each bank has, and the export does not show the bank's own number.")
    return issuer, whole(header["after"]), checkpoint, open_total(opened, issuer, checkpoint)


def open_total(opened: Any, issuer: uuid.UUID, checkpoint: Checkpoint) -> int:
    """For check 9: how many leaves the bank has, as the log signed it without showing it to others."""
    count = whole(members(opened, "count", "commitments", perhaps=["blinding"])["count"])
    commitments = hashes(opened["commitments"])
    if sha256(b"".join(commitments)).digest() != checkpoint.parts:
        raise Wrong("The numbers of the banks' leaves that the export shows are not those that the log signed.")
    if ("blinding" in opened) != (count > 0):
        raise ValueError("the bank's number of leaves can't be opened")
    if count and commitment(decode(opened["blinding"]), issuer.bytes + count.to_bytes(NUMBER, "big")) not in commitments:
        raise Wrong(f"The log did not sign that the bank has {count} leaves.")
    return count


class OwnLeaves:
    """A bank's leaves, line by line beside all leaves of the log."""

    def __init__(self, lines: Iterator[Any], issuer: uuid.UUID, after: int, last_place: int | None) -> None:
        self.lines, self.issuer, self.after, self.last_place = lines, issuer.bytes, after, last_place
        self.line: Any = next(lines, None)  # the one that is due
        self.places: list[int] = []  # the first and the last
        self.moved = Counter[bytes]()  # points, by the kinds of the two accounts

    def compare(self, number: int, hashed: bytes) -> None:
        """Checks 4 and 6 to 8 of the line that is due, if it has this number of the log."""
        if not number_of(self.line) == number > self.after:
            return
        place = own_place(self.line, hashed, self.issuer, self.moved)
        due = self.places[-1] + 1 if self.places else 1 + (self.last_place or 0)
        is_known = self.places or not self.after or self.last_place is not None  # else nobody told which place was the last
        if is_known and place != due:
            raise Wrong(f"Before number {number} the export leaves out {place - due} of the bank's leaves.")
        self.places[1:] = [place]
        self.line = next(self.lines, None)

    def check_end(self, size: int) -> int:
        """The last line says how many leaves there were, and where they end; nothing follows it."""
        count = self.places[-1] - self.places[0] + 1 if self.places else 0
        is_last = isinstance(self.line, dict) and self.line.get("leaves") == count
        if not is_last or next(self.lines, self.lines) is not self.lines:
            raise Wrong(f"The export was cut off, or is not in the order of the log, at number {number_of(self.line) or size}.")
        if whole(members(self.line, "end", "leaves")["end"]) != size or whole(self.line["leaves"]) != count:
            raise Wrong("The export ends elsewhere than its checkpoint.")
        return count


def number_of(line: Any) -> int:
    """The number of the log in a line of the export; 0 if it has none."""
    return whole(line["number"]) if isinstance(line, dict) and "number" in line else 0


def own_place(line: Any, hashed: bytes, issuer: bytes, moved: Counter[bytes]) -> int:
    """Checks 6, 4 and 7 of one line: which of the bank's parts it opens. `moved` goes up by its points."""
    data = decode(members(line, "number", "leaf", "parts", perhaps=["words"])["leaf"])
    if sha256(b"\x00" + data).digest() != hashed:  # check 6
        raise Wrong(f"Number {line['number']} of the export is not the leaf that the log has there.")
    what, _reason, _times, commitments = read_leaf(data)
    place, entries = own_part(line, commitments, issuer)
    if what == REFUSAL or (what == DECLARATION) != ("words" in line):
        raise ValueError("words belong to a declaration, parts to what happened")
    if what == DECLARATION:
        if sha256(line["words"].encode()).digest() != entries[0][:HASH]:
            raise Wrong(f"Number {line['number']} of the export says other words than those that were sealed.")
        return place
    for entry in entries:
        moved[entry[:2]] += read_posting(entry)[2]
    return place


def own_part(line: Any, commitments: list[bytes], issuer: bytes) -> tuple[int, list[bytes]]:
    """Checks 4 and 7: the part is sealed in the leaf, is the bank's, and has this place among the bank's parts."""
    (shown,) = line["parts"]
    data, place = decode(members(shown, "blinding", "part", "place", "place_blinding")["part"]), whole(shown["place"])
    if commitment(decode(shown["blinding"]), data) not in commitments:
        raise Wrong(f"Number {line['number']} of the export opens a part that is not the one that its leaf was sealed with.")
    found, placed, entries = read_part(data)
    if found != issuer:
        raise Wrong(f"Number {line['number']} of the export opens a part of another bank.")
    if commitment(decode(shown["place_blinding"]), place.to_bytes(NUMBER, "big")) != placed:
        raise Wrong(f"Number {line['number']} of the export is counted otherwise than it was sealed.")
    return place, entries


def complete(places: list[int], after: int, total: int | None, last_place: int | None) -> tuple[bool, str]:
    """Check 9: whether nothing is left out at the end, and what to say of it."""
    if total is None:
        return False, "NOT PROVEN: that none is left out at the end. This old checkpoint does not say how many leaves the bank has."
    if places or not after or last_place is not None:
        last = places[-1] if places else last_place or 0
        if last != total:
            raise Wrong(f"The log signed that the bank has {total} leaves, and the export ends with its leaf number {last}.")
    if places or (last_place and total):
        return True, f"The log signed that the bank has {total} leaves: none is left out at the end."
    if after:
        return False, f"NOT PROVEN: that nothing is new. The log signed that the bank has {total} leaves: compare with what you have."
    return False, "NOT PROVEN: that the bank has no leaves. Nothing can show that."


def add_up(moved: Counter[bytes]) -> dict[str, int]:
    """The totals of the bank's books: what moved from one kind of account to another."""
    totals = dict.fromkeys(("issued", "taken back", "redeemed", "given back", "expired", "outstanding"), 0)
    for kinds, points in moved.items():
        source, target = (KINDS[kind] for kind in kinds)
        totals["issued"] += points * (source == "issuance")
        totals["taken back"] += points * (target == "issuance")
        totals["redeemed"] += points * (target == "payable")
        totals["given back"] += points * (source == "payable" and target in WALLETS)
        totals["expired"] += points * ((target == "breakage") - (source == "breakage"))
        totals["outstanding"] += points * ((target in WALLETS) - (source in WALLETS))
    return totals


def progress(items: Iterator[bytes], total: int) -> Iterator[bytes]:
    """The items, while a terminal shows how far it is, how fast, and how long it will still take."""
    began = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if (done % 5000 == 0 or done == total) and sys.stderr.isatty():
            rate = done / (time.monotonic() - began)
            told = f"\r{100 * done // total:3d} % of {total} leaves, {rate:.0f}/s, {(total - done) / rate:.0f} s left  "
            sys.stderr.write(told + "\n" * (done == total))


# --- The witness ---------------------------------------------------------------------------------------------
def witness(asked: argparse.Namespace) -> dict[str, Any]:
    """Checks 1 and 5, then cosign. What this witness signs is on its disk before anyone hears of it."""
    if not asked.secret.exists() and asked.name:
        write_safely(asked.secret, f"{asked.name} {os.urandom(HASH).hex()}\n")
        return {"said": [f"Give this public key to the operator of the log: {own_key(asked.secret)[0]}"]}
    key, private = own_key(asked.secret)
    with asked.state.with_name(f"{asked.state.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new = asked.log.checkpoint(asked.key)
        seen = last_seen(asked.state, asked.key)
        if seen:
            compare(seen, new, asked.log, asked.state)
        if seen and new.size < seen.size:
            return {"said": [f"The log showed its {new.size} first leaves, after {seen.size} before. Not cosigned."]}
        at = int(time.time())
        signature = private.sign(COSIGNED.format(at, new.text).encode())
        line = f"{DASH}{key.name} {encode(key.id + at.to_bytes(NUMBER, 'big') + signature)}\n"
        write_safely(asked.state, json.dumps({"seen": new.note}))
    asked.log.read("cosignatures", json.dumps({"size": new.size, "line": line}))
    begins = f"It begins with the {seen.size} leaves seen before." if seen else "It is the first that this witness saw."
    return {"said": [f"Cosigned the log of {new.size} leaves. {begins}"], "size": new.size}


def last_seen(state: Path, keys: Sequence[Key]) -> Checkpoint | None:
    """What this witness signed last, out of its own file."""
    kept = members(read_json(state.read_text()), "seen")["seen"] if state.exists() else None
    try:
        return Checkpoint.read(kept, keys) if kept is not None else None
    except Wrong as error:
        raise NotChecked("No key you gave signed what this witness saw last: give the log's earlier key too (--key again).") from error


def compare(seen: Checkpoint, new: Checkpoint, log: Log, beside: Path) -> None:
    """Check 5: one log begins with the other. If not, both signed checkpoints are kept beside a file, as evidence."""
    (old, late), path = sorted((seen, new), key=lambda each: each.size), list[bytes]()
    try:
        path = log.consistency(old.size, late.size)
        if consistency_roots(old.size, late.size, path, old.root) == (old.root, late.root):
            return
        problem: object = f"The log of {late.size} leaves does not begin with the log of {old.size} leaves: it was forked or rewritten."
    except (Wrong, *UNREADABLE) as error:
        problem = error
    raise Wrong(f"{problem} {keep_evidence(seen, new, path, beside)}")


def keep_evidence(seen: Checkpoint, new: Checkpoint, path: Sequence[bytes], beside: Path) -> str:
    """Write both signed checkpoints down; the sentence that says where they are."""
    file = beside.with_name(f"{beside.name}.fork-{new.size}-{new.root.hex()[:8]}.json")
    evidence = json.dumps({"seen": seen.note, "shown": new.note, "proof": [each.hex() for each in path]}, indent=1)
    try:
        write_safely(file, evidence)
    except OSError as failed:
        return f"Keep this, which could not be written ({failed}), and show it to the other banks: {evidence}"
    return f"Both checkpoints are kept in {file}: show them to the other banks."


def own_key(path: Path) -> tuple[Key, Ed25519PrivateKey]:
    """A witness's key, out of a file with its name and its seed."""
    try:
        name, seed = path.read_text().split()
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    except ValueError as error:
        raise NotChecked(f"The secret in {path} is not one that this program made.") from error
    return Key(name, WITNESS_KEY, private.public_key().public_bytes_raw()), private


def write_safely(path: Path, text: str) -> None:
    """Whole or not at all, on the disk when this returns, readable only by its owner."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


# --- The command line ----------------------------------------------------------------------------------------
def arguments() -> argparse.ArgumentParser:
    """What can be asked."""
    parser = argparse.ArgumentParser(description="Check the sealed log of a points alliance without trusting anyone.")
    commands = parser.add_subparsers(dest="command", required=True)
    of_log, of_witness = partial(of_kind, LOG_KEY), partial(of_kind, WITNESS_KEY)
    making = "make that file, for a witness of this name (as east.example/witness), and no more"
    for name in ("receipt", "export", "witness"):
        one = commands.add_parser(name)
        one.add_argument("--key", type=of_log, action="append", required=True, help="a public key of the log; may be repeated")
        one.add_argument("--log", type=Log, required=name != "receipt", help="the log's address (…/api/v1/log) or a folder")
        one.add_argument("--json", action="store_true", help="say it as JSON")
        if name == "witness":
            one.add_argument("--secret", type=Path, required=True, help="file of this witness's key")
            one.add_argument("--name", type=name_of_a_key, help=making)
            one.add_argument("--state", type=Path, required=True, help="file of what was seen; never lose it")
            one.add_argument("--every", type=seconds, metavar="SECONDS", help="go on looking; without it, look once")
        else:
            one.add_argument("file", type=Path)
            one.add_argument("--witness", type=of_witness, action="append", default=[], help="a witness's public key; may be repeated")
            one.add_argument("--quorum", type=whole_argument, default=0, help="how many of them must have cosigned")
        if name == "export":
            one.add_argument("--last-place", type=whole_argument, help="the last of the bank's own leaf numbers that you have already")
    return parser


def of_kind(kind: int, text: str) -> Key:
    """A public key of the kind that is asked for."""
    try:
        key = Key.read(text)
    except UNREADABLE as error:
        raise argparse.ArgumentTypeError(f"it can't be used: {error}") from error
    if key.kind != kind:
        raise argparse.ArgumentTypeError("it is a witness's key where a log's belongs, or the other way round")
    return key


def whole_argument(text: str) -> int:
    """A number, 0 or more."""
    if not text.isascii() or not text.isdecimal():
        raise ValueError("not a whole number")
    return whole(int(text))


def seconds(text: str) -> float:
    """A time to wait."""
    if not 0 < float(text) <= LONGEST_WAIT_SECONDS:
        raise ValueError("not a time between 0 and a day")
    return float(text)


def name_of_a_key(text: str) -> str:
    """A name that a key may have."""
    if not is_name(text):
        raise ValueError("a name has no spaces and no +")
    return text


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Do what is asked once; the exit status, and what was found."""
    try:
        return OK, checked(asked)
    except (Wrong, *UNREADABLE) as error:
        why = error if isinstance(error, Wrong) else f"What was given can't be read as what it should be ({error!r})."
        return WRONG, {"said": [f"WRONG: {why}"]}
    except (NotChecked, OSError) as error:
        return NOT_CHECKED, {"said": [f"Not checked: {error}"]}


def checked(asked: argparse.Namespace) -> dict[str, Any]:
    """What the command found."""
    if asked.command == "witness":
        return witness(asked)
    if asked.quorum > len({key.name for key in asked.witness}):
        raise NotChecked(f"You ask for {asked.quorum} witnesses, and gave fewer of their keys (--witness).")
    with sys.stdin if str(asked.file) == "-" else asked.file.open(encoding="utf-8") as file:
        if asked.command == "export":
            return check_export(read_lines(file), asked)
        return check_receipt(file.read(MOST_BYTES), asked)


def read_lines(file: Iterable[str]) -> Iterator[Any]:
    """A value of JSON from each line."""
    for line in file:
        if len(line) > MOST_BYTES:
            raise ValueError("a line that is too long")
        yield read_json(line)


def main() -> int:
    """Do what the arguments say, say what was found, and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # input may hold what can't be written
    try:
        asked = arguments().parse_args()
    except SystemExit as end:  # argparse ends with 2 over bad arguments, which means something else here
        return NOT_CHECKED if end.code else OK
    while True:
        status, found = run(asked)
        print(json.dumps({"status": status, **found}) if asked.json else "\n".join(found["said"]), flush=True)
        if status == WRONG or getattr(asked, "every", None) is None:
            return status
        asked.log.close()
        time.sleep(asked.every)


if __name__ == "__main__":
    sys.exit(main())
