"""
Residents from a bank's file: a customer becomes an unclaimed resident with a wallet, earning at once.

A chunk costs a fixed number of queries whatever its size, and taking the same rows in again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from branches.models import Bank, Branch, Neighborhood
from core.errors import DomainError, ErrorKind
from core.limits import CLAIM_CODE_AGE, FILE_CHUNK_ROWS
from core.outbox.services import publish
from core.rows import Row
from core.secrets import encrypt_text
from identity.phones import phone_hash
from imports.services import ChunkResult, RowProblem
from points.parties import open_wallets
from residents.claim_codes import code_hash
from residents.models import BankLink, ClaimCode, Resident
from residents.queries import customer_hash
from residents.rows import ResidentRow, read_resident

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"


class UnknownBranch(DomainError):
    code = "unknown_branch"
    kind = ErrorKind.INVALID
    message = _("The bank has no branch “%(branch)s”.")


class UnknownNeighborhood(DomainError):
    code = "unknown_neighborhood"
    kind = ErrorKind.INVALID
    message = _("The branch has no neighborhood “%(neighborhood)s”; a neighborhood needs its branch.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentsJoined:
    """A bank's customers became residents: events that waited for them can be posted. Hashes in hex, at most 500."""

    topic: ClassVar[str] = "residents.joined"
    bank_id: int
    customer_hashes: list[str]


@dataclass(slots=True)
class _Places:
    """A bank's branches and neighborhoods, by their codes."""

    branches: dict[str, int]
    neighborhoods: dict[tuple[str, str], int]


@dataclass(slots=True)
class _Plan:
    """What a chunk comes to, before anything is written."""

    residents: list[Resident] = field(default_factory=list)
    links: list[BankLink] = field(default_factory=list)
    changed_links: dict[int, BankLink] = field(default_factory=dict)
    changed_residents: dict[int, Resident] = field(default_factory=dict)
    outcomes: dict[bytes, str] = field(default_factory=dict)


def import_residents(*, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
    """
    Take up to 500 rows of a bank's residents in, inside the caller's transaction; a chunk handler of file imports.

    A link that is claimed keeps the resident's own name and neighborhood; the bank goes on naming its branch.
    """
    assert len(rows) <= FILE_CHUNK_ROWS, "a chunk is a lock time"
    Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)  # one import of a bank's residents at a time
    places = _places(bank)
    wanted, problems = _read(rows, bank=bank, places=places)
    plan = _plan(wanted, bank=bank, places=places, at=at)
    _write(plan, at=at)
    _write_codes(wanted, bank=bank, plan=plan, at=at)
    if plan.links:
        joined = [bytes(link.customer_hash).hex() for link in plan.links]
        publish(ResidentsJoined(bank_id=bank.pk, customer_hashes=joined), at=at)
    counts = dict.fromkeys((NEW, CHANGED, UNCHANGED), 0)
    for found in plan.outcomes.values():
        counts[found] += 1
    counts[UNCHANGED] += len(rows) - len(problems) - len(plan.outcomes)  # the same customer twice in a chunk
    return ChunkResult(counts=counts, problems=problems)


def _places(bank: Bank) -> _Places:
    branches = dict(Branch.objects.filter(bank=bank).values_list("code", "pk"))
    served = Neighborhood.objects.filter(branch__bank=bank).values_list("branch__code", "code", "pk")
    return _Places(branches=branches, neighborhoods={(branch, code): pk for branch, code, pk in served})


def _read(rows: Iterable[Row], *, bank: Bank, places: _Places) -> tuple[dict[bytes, ResidentRow], list[RowProblem]]:
    """The rows by customer hash, and those that can't be used. Rows of one customer are equal: others were refused before."""
    wanted: dict[bytes, ResidentRow] = {}
    problems: list[RowProblem] = []
    shape = bank.customer_shape
    for row in rows:
        try:
            read = read_resident(row.fields, line=row.line, shape=shape)
            _check_places(read, places)
        except DomainError as error:
            problems.append(RowProblem(line=row.line, error=error))
        else:
            wanted[customer_hash(bank_code=bank.code, customer=read.customer)] = read
    return wanted, problems


def _check_places(row: ResidentRow, places: _Places) -> None:
    if row.branch and row.branch not in places.branches:
        raise UnknownBranch(branch=row.branch)
    if row.neighborhood and (row.branch, row.neighborhood) not in places.neighborhoods:
        raise UnknownNeighborhood(neighborhood=row.neighborhood)


def _plan(wanted: Mapping[bytes, ResidentRow], *, bank: Bank, places: _Places, at: datetime) -> _Plan:
    known = BankLink.objects.filter(bank=bank, customer_hash__in=list(wanted)).select_related("resident")
    links = {bytes(link.customer_hash): link for link in known}
    plan = _Plan()
    for found, row in wanted.items():
        link = links.get(found)
        if link is None:
            _plan_new(plan, row, bank=bank, found=found, places=places, at=at)
        else:
            plan.outcomes[found] = CHANGED if _plan_change(plan, link, row, places) else UNCHANGED
    return plan


def _plan_new(plan: _Plan, row: ResidentRow, *, bank: Bank, found: bytes, places: _Places, at: datetime) -> None:
    resident = Resident(name=row.name, neighborhood_id=places.neighborhoods.get((row.branch, row.neighborhood)), joined_at=at)
    link = BankLink(
        resident=resident,
        bank=bank,
        branch_id=places.branches.get(row.branch),
        customer_encrypted=encrypt_text(row.customer),
        customer_hash=found,
        phone_hash=phone_hash(row.phone) if row.phone else None,
        phone_encrypted=encrypt_text(row.phone) if row.phone else None,
        made_at=at,
    )
    plan.residents.append(resident)
    plan.links.append(link)
    plan.outcomes[found] = NEW


def _plan_change(plan: _Plan, link: BankLink, row: ResidentRow, places: _Places) -> bool:
    """Note what the row changes; what the row doesn't say stays."""
    changed = False
    branch = places.branches.get(row.branch, link.branch_id)
    phone = phone_hash(row.phone) if row.phone else link.phone_hash and bytes(link.phone_hash)
    known = link.phone_hash and bytes(link.phone_hash)
    lacking = bool(row.phone) and link.phone_encrypted is None
    if lacking or (branch, phone) != (link.branch_id, known):
        if lacking or phone != known:
            link.phone_encrypted = encrypt_text(row.phone)
        link.branch_id, link.phone_hash = branch, phone
        plan.changed_links[link.pk] = link
        changed = True
    resident = link.resident
    if resident.user_id is not None:
        return changed
    name = row.name or resident.name
    neighborhood = places.neighborhoods.get((row.branch, row.neighborhood), resident.neighborhood_id)
    if (name, neighborhood) != (resident.name, resident.neighborhood_id):
        resident.name, resident.neighborhood_id = name, neighborhood
        plan.changed_residents[link.pk] = resident
        changed = True
    return changed


def _write(plan: _Plan, *, at: datetime) -> None:
    if plan.residents:
        Resident.objects.bulk_create(plan.residents)
        open_wallets([resident.wallet_id for resident in plan.residents], at=at)
        BankLink.objects.bulk_create(plan.links)
    if plan.changed_links:
        BankLink.objects.bulk_update(plan.changed_links.values(), ["branch", "phone_hash", "phone_encrypted"])
    if plan.changed_residents:
        Resident.objects.bulk_update(plan.changed_residents.values(), ["name", "neighborhood"])


def _write_codes(wanted: Mapping[bytes, ResidentRow], *, bank: Bank, plan: _Plan, at: datetime) -> None:
    """Keep the hashes of codes the file brings for links nobody claimed; a code that is known stays as it is."""
    brought = {
        found: code_hash(bank_code=bank.code, customer=row.customer, code=row.claim_code) for found, row in wanted.items() if row.claim_code
    }
    if not brought:
        return
    unclaimed = BankLink.objects.filter(bank=bank, customer_hash__in=list(brought), claimed_at__isnull=True)
    links = {pk: bytes(found) for found, pk in unclaimed.values_list("customer_hash", "pk")}
    known = ClaimCode.objects.filter(link__in=list(links)).values_list("link_id", "code_hash")
    have = {(link, bytes(found)) for link, found in known}
    new = [
        ClaimCode(link_id=link, code_hash=brought[found], made_at=at, expires_at=at + CLAIM_CODE_AGE)
        for link, found in links.items()
        if (link, brought[found]) not in have
    ]
    ClaimCode.objects.bulk_create(new)
    for code in new:
        found = links[code.link_id]
        if plan.outcomes[found] == UNCHANGED:
            plan.outcomes[found] = CHANGED
