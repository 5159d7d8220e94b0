"""Files are taken in chunk by chunk, whoever is killed, and whoever else tries."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from branches.models import Bank
from core.errors import DomainError, ErrorKind, NotFound
from core.limits import FILE_CHUNK_ROWS, FILE_ROW_ERRORS_KEPT, IMPORT_LEASE_SECONDS, IMPORT_UNHEARD_SECONDS
from core.rows import DuplicateColumn, EmptyFile, NoRows, Row, WrongEncoding
from identity.models import User
from imports.choices import ImportKind, ImportState
from imports.errors import ImportTakenOver
from imports.models import FileImport
from imports.reports import report_csv, report_text
from imports.services import ChunkResult, Columns, RowProblem, orphaned_imports, register_import, run_import
from tests.world import BEGINNING, somebody

pytestmark = pytest.mark.django_db
COLUMNS = Columns(required=("n",), known=("n", "name"))
LONG = "n\n" + "".join(f"{n}\n" for n in range(1, 1201))


class Formula(DomainError):
    code = "formula"
    kind = ErrorKind.INVALID
    message = "=HYPERLINK(%(line)s)"


class Killed(BaseException):
    """What a kill looks like from inside."""


class Taker:
    """Notes the chunks it got; may be told to die or to refuse."""

    def __init__(self, *, dies_at: int | None = None, refuses: frozenset[int] = frozenset()) -> None:
        self.taken: list[int] = []
        self.chunks: list[int] = []
        self.dies_at = dies_at
        self.refuses = refuses

    def __call__(self, *, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:  # noqa: ARG002 - a chunk handler's
        """Take the rows in."""
        numbers = [int(row.fields["n"]) for row in rows]
        if self.dies_at in numbers:
            raise Killed
        self.taken += numbers
        self.chunks.append(len(rows))
        problems = [RowProblem(line=row.line, error=Formula(line=row.line)) for row in rows if int(row.fields["n"]) in self.refuses]
        return ChunkResult(counts={"kept": len(rows) - len(problems)}, problems=problems)


def register(bank: Bank, content: str | bytes = LONG) -> FileImport:
    raw = content.encode() if isinstance(content, str) else content
    return register_import(actor=somebody(), bank=bank, kind=ImportKind.RESIDENTS, file=io.BytesIO(raw), name="people.csv", at=BEGINNING)


def run(kept: FileImport, taker: Taker, *, at: datetime = BEGINNING, take_over: bool = False) -> FileImport:
    return run_import(import_id=kept.pk, handle_chunk=taker, columns=COLUMNS, take_over=take_over, clock=lambda: at)


def test_rows_come_in_chunks_of_five_hundred_and_are_counted(east: Bank) -> None:
    taker = Taker()

    done = run(register(east), taker)

    assert taker.chunks == [FILE_CHUNK_ROWS, FILE_CHUNK_ROWS, 200]
    assert (done.state, done.rows_done, done.rows_total, done.counts) == (ImportState.DONE, 1200, 1200, {"kept": 1200})
    assert done.bytes_done == done.size_bytes


def test_a_killed_import_goes_on_after_its_last_committed_chunk(east: Bank) -> None:
    kept, first, second = register(east), Taker(dies_at=700), Taker()
    with pytest.raises(Killed):
        run(kept, first)
    kept.refresh_from_db()
    assert (kept.state, kept.rows_done, kept.counts) == (ImportState.RUNNING, 500, {"kept": 500})

    again = register(east)
    done = run(again, second, take_over=True)

    assert again == kept
    assert first.taken + second.taken == list(range(1, 1201))
    assert (done.rows_done, done.counts) == (1200, {"kept": 1200})


def test_a_living_runner_is_not_disturbed_and_a_silent_one_is_replaced(east: Bank) -> None:
    kept = register(east)
    with pytest.raises(Killed):
        run(kept, Taker(dies_at=700))

    soon, late = (BEGINNING + timedelta(seconds=IMPORT_LEASE_SECONDS + extra) for extra in (-1, 1))
    assert orphaned_imports(kind=ImportKind.RESIDENTS, at=soon, most=9) == []
    with pytest.raises(ImportTakenOver):
        run(kept, Taker(), at=soon)
    assert orphaned_imports(kind=ImportKind.RESIDENTS, at=late, most=9) == [kept.pk]
    assert orphaned_imports(kind=ImportKind.EVENTS, at=late, most=9) == []
    assert run(kept, Taker(), at=late).state == ImportState.DONE
    assert orphaned_imports(kind=ImportKind.RESIDENTS, at=late + timedelta(days=1), most=9) == []


def test_a_file_that_no_worker_heard_of_is_found_within_seconds(east: Bank) -> None:
    kept = register(east)

    soon, late = (BEGINNING + timedelta(seconds=IMPORT_UNHEARD_SECONDS + extra) for extra in (-1, 1))
    assert orphaned_imports(kind=ImportKind.RESIDENTS, at=soon, most=9) == []
    assert orphaned_imports(kind=ImportKind.RESIDENTS, at=late, most=9) == [kept.pk]


def test_a_runner_whose_work_was_taken_over_stops(east: Bank) -> None:
    kept, other = register(east), Taker()

    class Overtaken(Taker):
        def __call__(self, *, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
            """Take one chunk in, and no more."""
            if self.chunks:  # after its first chunk another runner does all the rest
                pytest.fail("a runner went on after it was replaced")
            return super().__call__(bank=bank, rows=rows, at=at)

    class Passing:
        def update(self, _n: float | None = 1, /) -> object:
            """Let another runner do the rest."""
            return run(kept, other, take_over=True) if not other.chunks else None

    first = Overtaken()
    with pytest.raises(ImportTakenOver):
        run_import(import_id=kept.pk, handle_chunk=first, columns=COLUMNS, progress=Passing(), clock=lambda: BEGINNING)

    kept.refresh_from_db()
    assert first.taken + other.taken == list(range(1, 1201))
    assert (kept.state, kept.counts) == (ImportState.DONE, {"kept": 1200})


def test_a_finished_import_is_not_run_again_and_its_file_may_be_registered_anew(east: Bank) -> None:
    kept, again = register(east), Taker()
    run(kept, Taker())

    run(kept, again)

    assert again.chunks == []
    assert register(east) != kept


def test_row_errors_are_kept_up_to_a_bound_and_counted_beyond(east: Bank) -> None:
    content = "n,name\n" + "".join(f"{n},x\n" for n in range(1, 1199)) + "1199\n1200,x,y\n"
    done = run(register(east, content), Taker(refuses=frozenset(range(1, 1199))))

    assert done.counts == {"kept": 0, "errors": 1200}
    assert done.errors.count() == FILE_ROW_ERRORS_KEPT
    assert done.errors.order_by("line")[0].line == 2
    assert "1180" in report_text(file_import=done)


@pytest.mark.parametrize(("language", "said"), [("en", "The line has 2 columns"), ("zh-hans", "这一行有2列")])
def test_row_errors_speak_the_language_of_whoever_uploaded_the_file(east: Bank, east_manager: User, language: str, said: str) -> None:
    east_manager.language = language
    east_manager.save()
    kept = register_import(
        actor=east_manager,
        bank=east,
        kind=ImportKind.RESIDENTS,
        file=io.BytesIO(b"n\n1,2\n"),
        name="a.csv",
        at=BEGINNING,
    )

    done = run(kept, Taker())

    assert done.errors.get().message.startswith(said)


def test_a_report_says_what_it_counted(east: Bank) -> None:
    done = run(register(east, "n\n1\n2,x\n"), Taker())

    with override("en"):
        assert report_text(file_import=done).splitlines()[1:5] == [
            "  read as UTF-8: the file has only ASCII letters, which are the same in both",
            "2 rows read",
            "  row errors: 1",
            "  kept: 1",
        ]
    with override("zh-hans"):
        assert report_text(file_import=done).splitlines()[2:4] == ["已读取2行", "  出错的行：1"]


def test_a_report_runs_no_formula(east: Bank) -> None:
    done = run(register(east, "n\n1\n2\n"), Taker(refuses=frozenset({2})))

    assert list(report_csv(file_import=done)) == ["line,code,message\r\n", "3,formula,'=HYPERLINK(3)\r\n"]


def test_an_extra_column_is_left_aside_and_reported(east: Bank) -> None:
    done = run(register(east, "n,sex,born_on\n1,f,1970\n"), Taker())

    assert (done.state, done.ignored) == (ImportState.DONE, ["sex", "born_on"])
    assert "sex, born_on" in report_text(file_import=done)


def test_a_missing_column_fails_the_import_before_any_row(east: Bank) -> None:
    taker = Taker()

    done = run(register(east, "number\n1\n"), taker)

    assert (done.state, done.rows_done, taker.chunks) == (ImportState.FAILED, 0, [])
    assert "n" in done.problem


def test_a_refusal_of_the_whole_fails_it_and_a_fault_is_raised(east: Bank) -> None:
    def refuse(*, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
        raise NotFound

    def fail(*, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
        raise ZeroDivisionError

    kept = register(east, "n\n1\n")
    failed = run_import(import_id=kept.pk, handle_chunk=refuse, columns=COLUMNS, clock=lambda: BEGINNING)
    assert (failed.state, failed.problem) == (ImportState.FAILED, str(NotFound()))

    other = register(east, "n\n2\n")
    with pytest.raises(ZeroDivisionError):
        run_import(import_id=other.pk, handle_chunk=fail, columns=COLUMNS, clock=lambda: BEGINNING)
    other.refresh_from_db()
    assert other.state == ImportState.FAILED
    assert other.problem


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"n,name\n", NoRows),
        (b"n,n\n1,2\n", DuplicateColumn),
        ("n\n1\n".encode("utf-16"), WrongEncoding),
    ],
)
def test_a_file_that_can_not_be_read_leaves_nothing(east: Bank, content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        register(east, content)

    assert not FileImport.objects.exists()
