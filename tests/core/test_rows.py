"""Rows of good and bad files."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from core.limits import FILE_COLUMNS, FILE_LINE_BYTES
from core.rows import (
    BadRow,
    BrokenHeader,
    DuplicateColumn,
    EmptyFile,
    FileFormat,
    FileRefused,
    Row,
    TooManyColumns,
    UnnamedColumn,
    WrongEncoding,
    columns_of,
    file_format,
    read_rows,
    survey,
)

CHINESE = "customer,name\n1001,张梅\n1002,汤姆\n"


def read(content: bytes, *, after: int = 0) -> list[Row | BadRow]:
    file = io.BytesIO(content)
    return list(read_rows(file, encoding=survey(file).encoding, after=after))


def codes(content: bytes) -> list[tuple[int, str]]:
    """Line and outcome of each row: `ok`, or the code of what is wrong."""
    return [(row.line, row.error.code if isinstance(row, BadRow) else "ok") for row in read(content)]


@pytest.mark.parametrize("content", [CHINESE.encode(), b"\xef\xbb\xbf" + CHINESE.encode(), CHINESE.encode("gb18030")])
def test_one_file_in_three_encodings_is_the_same_rows(content: bytes) -> None:
    assert [row.fields for row in read(content) if isinstance(row, Row)] == [
        {"customer": "1001", "name": "张梅"},
        {"customer": "1002", "name": "汤姆"},
    ]


def test_every_character_of_gb18030_survives_the_split_into_lines() -> None:
    text = "".join(chr(code) for code in range(0x4E00, 0x9FA6))
    pieces = [text[start : start + 500] for start in range(0, len(text), 500)]
    content = ("name\n" + "\n".join(pieces) + "\n").encode("gb18030")

    assert [row.fields["name"] for row in read(content) if isinstance(row, Row)] == pieces


def test_one_broken_row_turns_a_file_into_no_other_encoding() -> None:
    content = CHINESE.encode() + "1003,王".encode("gb18030") + b"\n" + "1004,李\n".encode()

    assert codes(content) == [(2, "ok"), (3, "ok"), (4, "row_not_decoded"), (5, "ok")]


@pytest.mark.parametrize("content", [CHINESE.encode("utf-16"), b"customer\n" + b"\xff\xfe\xff\n" * 3])
def test_an_unknown_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(WrongEncoding):
        survey(io.BytesIO(content))


@pytest.mark.parametrize("content", [b"", b"\n", b"  \r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(EmptyFile):
        survey(io.BytesIO(content))


def test_a_header_alone_has_no_rows() -> None:
    assert survey(io.BytesIO(b"customer,name\n")).rows == 0
    assert survey(io.BytesIO(b'{"customer": "1"}\n')).rows == 1


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        (b"customer,name,Customer", DuplicateColumn),
        (b"customer,,name", UnnamedColumn),
        (b"customer,name,", UnnamedColumn),
        (",".join(f"c{n}" for n in range(200)).encode(), TooManyColumns),
        (b'customer,"name', BrokenHeader),
        (b"x" * (FILE_LINE_BYTES + 1), BrokenHeader),
        (b"customer,na\x00me", BrokenHeader),
    ],
)
def test_a_header_that_will_not_do_is_refused(header: bytes, refusal: type[FileRefused]) -> None:
    with pytest.raises(refusal):
        columns_of(io.BytesIO(header + b"\n1,2,3\n"), encoding="utf-8")


def test_rows_of_two_hundred_columns_are_row_errors() -> None:
    wide = ",".join("x" * 200)

    assert codes(f"a,b\n{wide}\n1,2\n".encode()) == [(2, "wrong_column_count"), (3, "ok")]


def test_objects_of_two_hundred_fields_are_row_errors() -> None:
    wide = "{" + ",".join(f'"f{n}": 1' for n in range(200)) + "}"

    assert codes(f'{wide}\n{{"a": 1}}\n'.encode()) == [(1, "row_too_wide"), (2, "ok")]


def test_a_broken_quote_spoils_its_own_row_only() -> None:
    assert codes(b'a,b\n1,"open\n2,fine\n"x"y,3\n4,"a ""quote"""\n') == [
        (2, "row_not_parsed"),
        (3, "ok"),
        (4, "row_not_parsed"),
        (5, "ok"),
    ]


@pytest.mark.parametrize("cut", [b"1001,Me", b"1001,Mei", b"1001"])
def test_a_csv_file_cut_in_the_middle_shows_it(cut: bytes) -> None:
    (line, code) = codes(b"customer,name\n1000,Tom\n" + cut)[1]

    assert line == 3
    assert code in {"row_cut", "wrong_column_count"}


def test_json_lines_cut_in_the_middle_show_it_and_a_whole_last_line_is_a_row() -> None:
    assert codes(b'{"a": 1}\n{"a": ') == [(1, "ok"), (2, "row_not_parsed")]
    assert codes(b'{"a": 1}\n{"a": 2}') == [(1, "ok"), (2, "ok")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", "row_not_parsed"),
        (b"[1, 2]", "row_not_an_object"),
        (b'"text"', "row_not_an_object"),
        (b'{"a": NaN}', "row_not_parsed"),
        (b'{"a": 1, "a": 2}', "row_not_parsed"),
        (b'{"a": ' + b"9" * 5000 + b"}", "row_not_parsed"),
        (b'{"a": ' + b"[" * 20000, "row_not_parsed"),
        (b'{"a": "' + b"x" * FILE_LINE_BYTES + b'"}', "row_too_long"),
        (b'{"a": "\xff"}', "row_not_decoded"),
    ],
)
def test_lines_that_are_no_object_are_row_errors(line: bytes, code: str) -> None:
    assert codes(b'{"a": 1}\n' + line + b'\n{"a": 3}\n') == [(1, "ok"), (2, code), (3, "ok")]


def test_fractions_of_json_are_exact() -> None:
    (row,) = read(b'{"amount": 245.20, "points": 7, "name": null}\n')

    assert isinstance(row, Row)
    assert row.fields == {"amount": Decimal("245.20"), "points": 7, "name": None}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    (row,) = read(f"a{delimiter}b\r\n1{delimiter}2\r\n".encode())

    assert isinstance(row, Row)
    assert row.fields == {"a": "1", "b": "2"}


def test_reading_goes_on_after_any_row_as_if_it_had_not_stopped() -> None:
    content = CHINESE.encode() + b"\n" + b"1003\n" + b"y" * (2 * FILE_LINE_BYTES) + b"\n1004,x\n1005,cut"
    whole = read(content)

    assert [row.line for row in whole] == [2, 3, 5, 6, 7, 8]
    for place, row in enumerate(whole, start=1):
        rest = read(content, after=row.end)
        assert [(later.line, later.end) for later in rest] == [(later.line, later.end) for later in whole[place:]]


def test_a_survey_counts_rows_and_bytes() -> None:
    found = survey(io.BytesIO(CHINESE.encode()))

    assert (found.rows, found.size_bytes, found.encoding) == (2, len(CHINESE.encode()), "utf-8")
    assert file_format(io.BytesIO(b'\n {"a": 1}\n')) is FileFormat.JSON_LINES
    assert FILE_COLUMNS < 200
