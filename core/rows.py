"""
Rows of a bank's file, one line at a time: CSV or JSON Lines, in UTF-8 or GB18030, with or without a byte-order mark.

One row is one line: a line break inside quotes is refused, so a broken quote spoils its own row and no other. Lines can
be told apart before they are decoded, because no character of either encoding contains the byte of a line break.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO, Final, NoReturn

from django.utils.translation import gettext_lazy as _

from core.encodings import GB18030, GB18030_MARK, UTF8, Tally, Why
from core.errors import DomainError, ErrorKind
from core.limits import FILE_BYTES, FILE_COLUMNS, FILE_LINE_BYTES, TEXT_FIELD

READ_BYTES = 1024 * 1024
DELIMITERS = ",;\t"


class FileRefused(DomainError):
    """The file as a whole can't be read; nothing of it was taken in."""

    kind = ErrorKind.INVALID


class EmptyFile(FileRefused):
    code = "empty_file"
    message = _("The file is empty. Send one with a header and at least one row.")


class NoRows(FileRefused):
    code = "no_rows"
    message = _("The file has a header and no rows. Send one with at least one row.")


class FileTooBig(FileRefused):
    code = "file_too_big"
    message = _("The file is larger than %(most)s bytes. Split it and send the parts.")


class WrongEncoding(FileRefused):
    code = "wrong_encoding"
    message = _("The file is neither UTF-8 nor GB18030. Save it in one of these and send it again.")


class EncodingUnclear(FileRefused):
    code = "encoding_unclear"
    message = _("The file can be read as UTF-8 and as GB18030, with other names in each. Say which of the two it is, and send it again.")


class DuplicateColumn(FileRefused):
    code = "duplicate_column"
    message = _("The column “%(column)s” appears twice in the header. Give each column a name of its own.")


class UnnamedColumn(FileRefused):
    code = "unnamed_column"
    message = _("Column %(number)s of the header has no name. Name it, or remove it.")


class TooManyColumns(FileRefused):
    code = "too_many_columns"
    message = _("The header has %(found)s columns; at most %(most)s are read. Remove those that aren't needed.")


class MissingColumn(FileRefused):
    code = "missing_column"
    message = _("The header has no column “%(column)s”. Add it and send the file again.")


class UnknownColumn(FileRefused):
    code = "unknown_column"
    message = _("The column “%(column)s” is not known here. Remove it and send the file again.")


class BrokenHeader(FileRefused):
    code = "broken_header"
    message = _("The first line can't be read as a header. Check its quotes and its length.")


class RowError(DomainError):
    """One row can't be read; the others can."""

    kind = ErrorKind.INVALID


class RowTooLong(RowError):
    code = "row_too_long"
    message = _("The line is longer than %(most)s bytes.")


class RowNotDecoded(RowError):
    code = "row_not_decoded"
    message = _("The line is not written in %(encoding)s.")


class RowNotParsed(RowError):
    code = "row_not_parsed"
    message = _("The line can't be read; a quote may be open or a mark out of place.")


class RowNotAnObject(RowError):
    code = "row_not_an_object"
    message = _("The line is not a JSON object.")


class WrongColumnCount(RowError):
    code = "wrong_column_count"
    message = _("The line has %(found)s columns where the header has %(expected)s.")


class RowTooWide(RowError):
    code = "row_too_wide"
    message = _("The line has %(found)s fields; at most %(most)s are read.")


class RowCut(RowError):
    code = "row_cut"
    message = _("The last line has no line break, so it may be cut short. End the file with a line break.")


class FileFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON_LINES = "json_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one pass over a file tells before any row is read."""

    encoding: str
    why: Why  # this encoding
    sha256: str
    size_bytes: int
    rows: int  # lines that are not blank, the header not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its line in the file (from 1), its fields, and the offset of the byte after it."""

    line: int
    end: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line that is no row, and why."""

    line: int
    end: int
    error: RowError


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it lies in the file, without its break; `whole` says that the break was there."""

    number: int
    end: int
    raw: bytes
    whole: bool
    too_long: bool = False


def survey(file: BinaryIO, *, encoding: str = "") -> Survey:
    """
    Read the file once: its size, hash, number of rows, and its encoding unless told.

    :raises FileRefused: if it is empty, too big, in no encoding we read, or as well in one as in the other.
    """
    digest, size, lines, tally = hashlib.sha256(), 0, 0, Tally()
    file.seek(0)
    while piece := file.read(READ_BYTES):
        digest.update(piece)
        size += len(piece)
        if size > FILE_BYTES:
            raise FileTooBig(most=FILE_BYTES)
    for line in _lines(file, offset=0, number=0):
        if not _is_blank(line):
            lines += 1
            tally.hear(line.raw, whole=line.whole and not line.too_long)
    if lines == 0:
        raise EmptyFile
    found, why = (encoding, Why.SAID) if encoding else _encoding_of(file, tally)
    rows = lines if file_format(file) is FileFormat.JSON_LINES else lines - 1
    return Survey(encoding=found, why=why, sha256=digest.hexdigest(), size_bytes=size, rows=rows)


def file_format(file: BinaryIO) -> FileFormat:
    """JSON Lines if the first mark of the file opens an object or a list, else CSV."""
    for line in _lines(file, offset=0, number=0):
        if not _is_blank(line):
            return FileFormat.JSON_LINES if _content(line).lstrip()[:1] in (b"{", b"[") else FileFormat.CSV
    raise EmptyFile


def read_rows(file: BinaryIO, *, encoding: str, after: int = 0) -> Iterator[Row | BadRow]:
    """
    Yield the rows, or what is wrong with them, in file order. `after` is the `end` of the last row already taken.

    CSV fields are text; JSON fields are what JSON says, with fractions as `Decimal`.

    :raises FileRefused: if the header can't be used.
    """
    if file_format(file) is FileFormat.JSON_LINES:
        yield from (_json_row(line, encoding) for line in _rest(file, after))
        return
    header = next(line for line in _lines(file, offset=0, number=0) if not _is_blank(line))
    delimiter, columns = _columns(header, encoding)
    for line in _rest(file, max(after, header.end)):
        yield _csv_row(line, encoding, delimiter, columns)


def columns_of(file: BinaryIO, *, encoding: str) -> tuple[str, ...]:
    """
    The column names of a CSV file; empty for JSON Lines, where each row names its own.

    :raises FileRefused: if the header can't be used.
    """
    if file_format(file) is FileFormat.JSON_LINES:
        return ()
    header = next(line for line in _lines(file, offset=0, number=0) if not _is_blank(line))
    return _columns(header, encoding)[1]


def _rest(file: BinaryIO, after: int) -> Iterator[Line]:
    number = _line_number_at(file, after)
    return (line for line in _lines(file, offset=after, number=number) if not _is_blank(line))


def _line_number_at(file: BinaryIO, offset: int) -> int:
    file.seek(0)
    number, left = 0, offset
    while left > 0 and (piece := file.read(min(READ_BYTES, left))):
        number += piece.count(b"\n")
        left -= len(piece)
    return number


def _lines(file: BinaryIO, *, offset: int, number: int) -> Iterator[Line]:
    file.seek(offset)
    while raw := file.readline(FILE_LINE_BYTES + 1):
        number += 1
        end, too_long, last = file.tell(), False, raw
        while not last.endswith(b"\n") and (len(raw) > FILE_LINE_BYTES or too_long):
            too_long = True
            last = file.readline(READ_BYTES)
            end = file.tell()
            if not last:
                break
        yield Line(number=number, end=end, raw=raw.rstrip(b"\r\n"), whole=last.endswith(b"\n"), too_long=too_long)


def _is_blank(line: Line) -> bool:
    return not line.too_long and not _content(line).strip()


def _content(line: Line) -> bytes:
    """The line without a byte-order mark, which only the first line may carry."""
    return line.raw.removeprefix(codecs.BOM_UTF8).removeprefix(GB18030_MARK) if line.number == 1 else line.raw


def _encoding_of(file: BinaryIO, tally: Tally) -> tuple[str, Why]:
    file.seek(0)
    start = file.read(len(GB18030_MARK))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise WrongEncoding
    if start.startswith(codecs.BOM_UTF8):
        return UTF8, Why.MARK
    if start == GB18030_MARK:
        return GB18030, Why.MARK
    verdict = tally.verdict()
    if verdict is None:
        raise WrongEncoding
    if not verdict[0]:
        raise EncodingUnclear
    return verdict


def _text(line: Line, encoding: str) -> str:
    if line.too_long:
        raise RowTooLong(most=FILE_LINE_BYTES)
    try:
        text = _content(line).decode(encoding)
    except UnicodeDecodeError:
        raise RowNotDecoded(encoding=encoding) from None
    if "\x00" in text:
        raise RowNotParsed
    return text


def _columns(header: Line, encoding: str) -> tuple[str, tuple[str, ...]]:
    try:
        text = _text(header, encoding)
        delimiter = max(DELIMITERS, key=text.count)
        names = [name.strip().lower() for name in _fields(text, delimiter)]
    except RowNotDecoded:
        raise WrongEncoding from None
    except RowError:
        raise BrokenHeader from None
    if len(names) > FILE_COLUMNS:
        raise TooManyColumns(found=len(names), most=FILE_COLUMNS)
    for number, name in enumerate(names, start=1):
        if not name:
            raise UnnamedColumn(number=number)
        if names.count(name) > 1:
            raise DuplicateColumn(column=name[:TEXT_FIELD])
    return delimiter, tuple(names)


def _fields(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        raise RowNotParsed from None
    return rows[0]


def _csv_row(line: Line, encoding: str, delimiter: str, columns: tuple[str, ...]) -> Row | BadRow:
    try:
        fields = _fields(_text(line, encoding), delimiter)
        if len(fields) != len(columns):
            raise WrongColumnCount(found=len(fields), expected=len(columns))
        if not line.whole:
            raise RowCut
    except RowError as error:
        return BadRow(line=line.number, end=line.end, error=error)
    return Row(line=line.number, end=line.end, fields=dict(zip(columns, fields, strict=True)))


def _json_row(line: Line, encoding: str) -> Row | BadRow:
    try:
        fields = _object(_text(line, encoding))
    except RowError as error:
        return BadRow(line=line.number, end=line.end, error=error)
    return Row(line=line.number, end=line.end, fields=fields)


def _object(text: str) -> dict[str, Any]:
    try:
        value = DECODER.decode(text)
    except (ValueError, ArithmeticError, RecursionError):  # ValueError: also a number of too many digits
        raise RowNotParsed from None
    if not isinstance(value, dict):
        raise RowNotAnObject
    if len(value) > FILE_COLUMNS:
        raise RowTooWide(found=len(value), most=FILE_COLUMNS)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names a field twice says two things; neither is taken."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)  # once for all lines
