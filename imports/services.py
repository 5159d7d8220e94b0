"""
Take in a bank's file, chunk by chunk.

A chunk of rows, its row errors, the counts and the place in the file commit together, so an import may be killed
anywhere: the next runner goes on after the last committed chunk. Every chunk is taken under the lock of the import's
row and under the name of its runner; when another runner takes over, the first one finds its name gone and stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import BinaryIO, Protocol
from uuid import UUID, uuid4

from django.core.files import File
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import get_language, gettext, override

from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.characters import shown
from core.clock import now
from core.contradictions import Contradictions, Said
from core.errors import DomainError
from core.limits import FILE_CHUNK_ROWS, FILE_ROW_ERRORS_KEPT, IMPORT_LEASE_SECONDS, IMPORT_UNHEARD_SECONDS, TEXT_FIELD
from core.outbox.services import publish
from core.rows import BadRow, MissingColumn, NoRows, Row, UnknownColumn, columns_of, read_rows, survey
from identity.models import User
from imports.choices import ImportKind, ImportState
from imports.errors import ImportTakenOver, RowsContradict
from imports.models import FileImport, FileImportError
from imports.news import ImportRegistered

ERRORS = "errors"
ROWS_BETWEEN_HEARTBEATS = 10 * FILE_CHUNK_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that was read and not accepted."""

    line: int
    error: DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkResult:
    """What became of a chunk: how many rows by outcome (errors not among them), and the rows not accepted."""

    counts: Mapping[str, int]
    problems: Sequence[RowProblem] = field(default=())


class Says(Protocol):
    """Tells of whom a row speaks, and what it says."""

    def __call__(self, *, bank: Bank, row: Row) -> Said | None:
        """None if the row can't be read; then it is an error anyway."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the header of a CSV file must and may hold; other columns are refused, or left aside and reported."""

    required: tuple[str, ...]
    known: tuple[str, ...]
    extra_refused: bool = False
    says: Says | None = None  # where rows must not contradict each other


class ChunkHandler(Protocol):
    """Takes up to `FILE_CHUNK_ROWS` rows in inside the chunk's transaction, with a bounded number of queries."""

    def __call__(self, *, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
        """Take the rows in."""
        ...


class Progress(Protocol):
    """What `core.progress.bar` gives; moved by rows."""

    def update(self, n: float | None = 1, /) -> object:
        """Move on by `n` rows."""
        ...


def register_import(
    *,
    actor: User,
    bank: Bank,
    kind: ImportKind,
    file: BinaryIO,
    name: str,
    at: datetime,
    encoding: str = "",
    background: bool = False,
) -> FileImport:
    """
    Keep a file to be taken in. The same content again goes on with its unfinished import, if there is one.

    With `background` a worker hears of it; otherwise the caller runs it.

    :raises FileRefused: if the file is empty, too big, has no rows, is in no encoding we read, or its header is broken.
    """
    found = survey(file, encoding=encoding)
    columns_of(file, encoding=found.encoding)
    if found.rows == 0:
        raise NoRows
    with transaction.atomic():
        Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)  # two uploads of one file make one import
        same = FileImport.objects.filter(
            bank=bank, kind=kind, sha256=found.sha256, state__in=[ImportState.QUEUED, ImportState.RUNNING]
        ).first()
        if same is not None:
            return same
        file.seek(0)
        kept = FileImport.objects.create(
            bank=bank,
            kind=kind,
            file=File(file, name=shown(name)),
            name=shown(name, most=TEXT_FIELD),
            sha256=found.sha256,
            encoding=found.encoding,
            encoding_why=found.why,
            size_bytes=found.size_bytes,
            rows_total=found.rows,
            made_by=actor,
            made_at=at,
        )
        record_security_event(SecurityEventKind.FILE_HANDED_IN, at=at, actor_id=actor.pk, about=kept, details={"kind": kind})
        if background:
            publish(ImportRegistered(import_id=str(kept.pk), kind=kind), at=at)
        return kept


def run_import(
    *,
    import_id: UUID,
    handle_chunk: ChunkHandler,
    columns: Columns,
    progress: Progress | None = None,
    take_over: bool = False,
    clock: Callable[[], datetime] = now,
) -> FileImport:
    """
    Take the file in from where it was left, and return the import done or failed. `take_over` stops a living runner.

    :raises ImportTakenOver: if another runner is at it, or took over meanwhile.
    """
    runner = uuid4()
    started = _start(import_id, runner=runner, take_over=take_over, at=clock())
    if started.state in {ImportState.DONE, ImportState.FAILED}:
        return started
    with override(started.made_by.language if started.made_by else get_language()):  # row errors are kept as sentences
        return _take_in(started, runner=runner, handle_chunk=handle_chunk, columns=columns, progress=progress, clock=clock)


def orphaned_imports(*, kind: ImportKind, at: datetime, most: int) -> list[UUID]:
    """Imports that wait, or whose runner gave no sign of life for a while: to be run by the sweep."""
    unheard, silent = at - timedelta(seconds=IMPORT_UNHEARD_SECONDS), at - timedelta(seconds=IMPORT_LEASE_SECONDS)
    queued = FileImport.objects.filter(kind=kind, state=ImportState.QUEUED, made_at__lt=unheard)
    stopped = FileImport.objects.filter(kind=kind, state=ImportState.RUNNING, heartbeat_at__lt=silent)
    return list((queued | stopped).order_by("made_at").values_list("pk", flat=True)[:most])


def _take_in(
    started: FileImport,
    *,
    runner: UUID,
    handle_chunk: ChunkHandler,
    columns: Columns,
    progress: Progress | None,
    clock: Callable[[], datetime],
) -> FileImport:
    import_id = started.pk
    try:
        with started.file.open("rb") as file, Contradictions() as seen:
            _check_header(started, file.file, columns)
            if columns.says is not None:
                _look_ahead(started, file.file, runner, columns.says, seen, clock)
            rows = read_rows(file.file, encoding=started.encoding, after=started.bytes_done)
            while chunk := list(islice(rows, FILE_CHUNK_ROWS)):
                if columns.says is not None:
                    chunk = _without_contradictions(chunk, started.bank, columns.says, seen)
                _take_chunk(import_id, runner, chunk, handle_chunk, clock())
                if progress is not None:
                    progress.update(len(chunk))
    except (ImportTakenOver, OperationalError, InterfaceError):
        raise  # nothing is wrong with the file: whoever comes next goes on
    except DomainError as refusal:
        return _finish(import_id, runner=runner, state=ImportState.FAILED, problem=str(refusal), at=clock())
    except Exception:
        _finish(import_id, runner=runner, state=ImportState.FAILED, problem=_unexpected(), at=clock())
        raise
    return _finish(import_id, runner=runner, state=ImportState.DONE, problem="", at=clock())


def _look_ahead(  # noqa: PLR0917
    work: FileImport, file: BinaryIO, runner: UUID, says: Says, seen: Contradictions, clock: Callable[[], datetime]
) -> None:
    """Read the whole file once, before any row of it is taken: the row that contradicts the first one may be the last."""
    rows = read_rows(file, encoding=work.encoding)
    while chunk := list(islice(rows, ROWS_BETWEEN_HEARTBEATS)):
        said = (says(bank=work.bank, row=row) for row in chunk if isinstance(row, Row))
        seen.note(each for each in said if each is not None)
        with transaction.atomic():
            alive = _locked(work.pk, runner)
            alive.heartbeat_at = clock()
            alive.save(update_fields=["heartbeat_at"])


def _without_contradictions(chunk: Sequence[Row | BadRow], bank: Bank, says: Says, seen: Contradictions) -> list[Row | BadRow]:
    said = {row.line: each for row in chunk if isinstance(row, Row) and (each := says(bank=bank, row=row)) is not None}
    lines = seen.among({each.key for each in said.values()})
    return [_checked(row, lines.get(said[row.line].key) if row.line in said else None) for row in chunk]


def _checked(row: Row | BadRow, lines: tuple[int, int] | None) -> Row | BadRow:
    if lines is None:
        return row
    first, last = lines
    return BadRow(line=row.line, end=row.end, error=RowsContradict(first=first, last=last))


def _start(import_id: UUID, *, runner: UUID, take_over: bool, at: datetime) -> FileImport:
    with transaction.atomic():
        work = FileImport.objects.select_for_update().get(pk=import_id)
        if work.state in {ImportState.DONE, ImportState.FAILED}:
            return work
        alive = work.heartbeat_at is not None and at - work.heartbeat_at < timedelta(seconds=IMPORT_LEASE_SECONDS)
        if work.state == ImportState.RUNNING and alive and not take_over:
            raise ImportTakenOver
        work.state, work.runner, work.heartbeat_at = ImportState.RUNNING, runner, at
        work.started_at, work.rows_at_start = at, work.rows_done
        work.save(update_fields=["state", "runner", "heartbeat_at", "started_at", "rows_at_start"])
        return work


def _check_header(work: FileImport, file: BinaryIO, columns: Columns) -> None:
    header = columns_of(file, encoding=work.encoding)
    if not header:
        return
    for name in columns.required:
        if name not in header:
            raise MissingColumn(column=name)
    ignored = [name for name in header if name not in columns.known]
    if ignored and columns.extra_refused:
        raise UnknownColumn(column=ignored[0])
    FileImport.objects.filter(pk=work.pk).update(ignored=ignored)


def _take_chunk(import_id: UUID, runner: UUID, chunk: Sequence[Row | BadRow], handle_chunk: ChunkHandler, at: datetime) -> None:
    with transaction.atomic():
        work = _locked(import_id, runner)
        rows = [row for row in chunk if isinstance(row, Row)]
        problems = [RowProblem(line=row.line, error=row.error) for row in chunk if isinstance(row, BadRow)]
        if rows:
            result = handle_chunk(bank=work.bank, rows=rows, at=at)
            problems.extend(result.problems)
            for outcome, number in result.counts.items():
                work.counts[outcome] = work.counts.get(outcome, 0) + number
        _keep_problems(work, problems)
        work.rows_done += len(chunk)
        work.bytes_done = chunk[-1].end
        work.heartbeat_at = at
        work.save(update_fields=["counts", "rows_done", "bytes_done", "heartbeat_at"])


def _locked(import_id: UUID, runner: UUID) -> FileImport:
    work = FileImport.objects.select_for_update(of=("self",)).select_related("bank").get(pk=import_id)
    if work.runner != runner or work.state != ImportState.RUNNING:
        raise ImportTakenOver
    return work


def _keep_problems(work: FileImport, problems: Sequence[RowProblem]) -> None:
    if not problems:
        return
    before = work.counts.get(ERRORS, 0)
    work.counts[ERRORS] = before + len(problems)
    kept = sorted(problems, key=lambda problem: problem.line)[: max(FILE_ROW_ERRORS_KEPT - before, 0)]
    FileImportError.objects.bulk_create(
        FileImportError(file_import=work, line=problem.line, code=problem.error.code, message=str(problem.error)[:300]) for problem in kept
    )


def _finish(import_id: UUID, *, runner: UUID, state: ImportState, problem: str, at: datetime) -> FileImport:
    with transaction.atomic():
        work = _locked(import_id, runner)
        work.state, work.problem, work.finished_at, work.heartbeat_at = state, problem[:500], at, at
        work.save(update_fields=["state", "problem", "finished_at", "heartbeat_at"])
        # nobody needs the file any more, and it names customers in clear
        transaction.on_commit(partial(work.file.storage.delete, str(work.file.name)))
    return work


def _unexpected() -> str:
    return gettext("An unexpected fault stopped the import; what was taken in stays. Import the file again to go on.")
