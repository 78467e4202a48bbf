"""Tables as text: CSV and its relatives. Finds encoding, delimiter, decimal comma and header, and streams the rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from app.own_data.choices import MAX_NAME
from app.own_data.limits import Limits
from app.own_data.members import Member
from app.own_data.numerals import has_decimal_comma, is_missing, number, tidy
from app.own_data.reasons import refusal, shorten
from engine.datasets.files import PIECE
from engine.errors import DatasetError

#: If several fit, the first of them is used.
DELIMITERS = ("\t", ";", ",", "|")
#: The first lines of a file decide which delimiter it has.
_LINES = 100
#: Its first rows decide about header and decimal comma: this many, or fewer with about this many cells in all.
_ROWS, _MIN_ROWS, _CELLS = 1000, 20, 20_000
#: The share of rows that must have one number of cells for a delimiter to fit.
_FITTING = 0.8
_CELLS_AT_ONCE = 100_000
_MAX_LINE = 1 << 20
#: What Python makes of bytes that Shift-JIS does not use.
_NO_SHIFT_JIS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows, column by column; `lines` has the number of each row's last line in the file, from 1."""

    lines: list[int]
    columns: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Delimited:
    """How a table is written."""

    member: Member
    encoding: str
    delimiter: str
    comma: bool
    names: list[str]
    has_header: bool
    limits: Limits

    @property
    def file(self) -> str:
        return self.member.base

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header with their lines, without empty ones. A row may have too few or too many cells.

        Raises:
            DatasetError: wrong encoding or quotation marks, with the line.
        """
        rows = _rows(self.member, self.encoding, self.delimiter)
        if self.has_header:
            next(rows, None)
        width = len(self.names)
        for line, cells in rows:
            if len(cells) > width and not any(map(str.strip, cells[width:])):
                del cells[width:]
            yield line, cells

    def blocks(self) -> Iterator[tuple[Block, list[tuple[int, int]]]]:
        """The rows that have as many cells as there are columns, in blocks; and beside each block the lines of the
        others among them, with their numbers of cells."""
        width = len(self.names)
        block_rows = max(1, min(5000, _CELLS_AT_ONCE // width))
        rows = self.rows()
        while some := list(islice(rows, block_rows)):
            whole = [(line, cells) for line, cells in some if len(cells) == width]
            ragged = [(line, len(cells)) for line, cells in some if len(cells) != width]
            columns = list(zip(*(cells for _, cells in whole), strict=True))
            yield Block([line for line, _ in whole], columns or [()] * width), ragged


def read_delimited(member: Member, limits: Limits) -> Delimited:
    """How the table in a member is written.

    Raises:
        DatasetError: it is not text, has one column only, or too many.
    """
    encoding = _encoding(member)
    file = member.base
    delimiter, width = _delimiter(member, encoding)
    if width < 2:
        raise refusal("read_one_column", file=file)
    if width > limits.columns:
        raise refusal("read_many_columns", file=file, there=width, most=limits.columns)
    looked_at = max(_MIN_ROWS, min(_ROWS, _CELLS // width))
    some = [cells for _, cells in islice(_rows(member, encoding, delimiter), looked_at)]
    cells = [cell for row in some[1:] for cell in row]
    comma = has_decimal_comma(cells, separated_by_comma=delimiter == ",")
    has_header = _is_header(some, comma)
    first = [*some[0], *[""] * width][:width] if has_header else [f"x{place + 1}" for place in range(width)]
    return Delimited(member, encoding, delimiter, comma, distinct_names(first), has_header, limits)


def distinct_names(texts: list[str]) -> list[str]:
    """Names of columns, all different, in one line and not too long."""
    names: list[str] = []
    taken: set[str] = set()
    for index, text in enumerate(texts):
        base = name = shorten(" ".join(tidy(text).split()), MAX_NAME - 6) or f"x{index + 1}"
        number = 1
        while name in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name)
        names.append(name)
    return names


def _encoding(member: Member) -> str:
    """The encoding of a text: by its first bytes, or else UTF-8 or Shift-JIS, whichever fits to its end.

    Raises:
        DatasetError: it is not text, or neither fits.
    """
    with member.open() as stream:
        head = stream.read(4)
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        _demand_text(member)
        candidates = ["utf-8", "cp932"]
    lines = []
    for encoding in candidates:
        with member.open() as stream:
            line = _undecodable(stream, encoding)
        if line is None:
            return encoding
        lines.append(line)
    raise refusal("read_encoding", file=member.base, line=max(lines))


def _demand_text(member: Member) -> None:
    offset = 0
    with member.open() as stream:
        while piece := stream.read(PIECE):
            if (position := piece.find(0)) >= 0:
                raise refusal("read_not_text", file=member.base, byte=offset + position)
            offset += len(piece)


def _undecodable(stream: BinaryIO, encoding: str) -> int | None:
    """The first line that is not in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        piece = stream.read(PIECE)
        try:
            text = decoder.decode(piece, final=not piece)
            if encoding == "cp932" and (strange := _NO_SHIFT_JIS.search(text)):
                return line + text.count("\n", 0, strange.start())
            line += text.count("\n")
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].count(b"\n")
        if not piece:
            return None


def _rows(member: Member, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """All rows that are not empty, with the numbers of their lines."""
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding, newline="")
        reader = csv.reader(
            _lines(text, member.base), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        try:
            for cells in reader:
                if any(map(str.strip, cells)):
                    yield reader.line_num, cells
        except csv.Error:
            raise refusal("read_quotes", file=member.base, line=max(1, reader.line_num)) from None
        except UnicodeDecodeError:  # a file that changes while it is read
            raise refusal("read_encoding", file=member.base, line=reader.line_num) from None
        finally:
            text.detach()


def _lines(text: io.TextIOWrapper, file: str) -> Iterator[str]:
    """Lines of bounded length: a file without line ends is not read into memory whole."""
    number = 0
    while line := text.readline(_MAX_LINE):
        number += 1
        if len(line) >= _MAX_LINE and not line.endswith(("\n", "\r")):
            raise refusal("read_quotes", file=file, line=number)
        yield line


def _delimiter(member: Member, encoding: str) -> tuple[str, int]:
    """The delimiter, and the number of columns: the most frequent number of cells in a row."""
    best: tuple[float, str, int] = (0.0, ",", 1)
    error: DatasetError | None = None
    for delimiter in DELIMITERS:
        try:
            rows = [cells for _, cells in islice(_rows(member, encoding, delimiter), _LINES)]
        except DatasetError as wrong:
            error = wrong
            continue
        if not rows:
            raise refusal("read_no_rows", file=member.base)
        width, count = max(Counter(map(len, rows)).items(), key=lambda item: (item[1], item[0]))
        while width > 1 and not any(row[width - 1].strip() for row in rows if len(row) >= width):
            width -= 1  # each line ends with a delimiter
        share = count / len(rows) if width > 1 else 0.0
        if share >= _FITTING:
            return delimiter, width
        if share > best[0]:
            best = (share, delimiter, width)
    if best[0] == 0 and error is not None:
        raise error
    return best[1], best[2]


def _is_header(rows: list[list[str]], comma: bool) -> bool:
    """Whether the first row has the columns' names: texts above numbers, or numbers that count."""
    first = [tidy(cell) for cell in rows[0]]
    numbers = [number(cell, comma) for cell in first]
    values = [value for value in numbers if value is not None]
    if values:
        counted = [values[0] + place for place in range(len(values))]
        return len(values) >= 3 and values[0] in (0, 1) and values == counted and len(values) < len(first)
    if all(is_missing(cell, in_numbers=False) for cell in first):
        return False
    others = [[tidy(cell) for cell in row] for row in rows[1:]]
    if any(number(cell, comma) is not None for row in others for cell in row):
        return True
    recur = sum(
        name in {row[place] for row in others if place < len(row)} for place, name in enumerate(first)
    )
    return recur == 0
