"""Amazon's flat files: tab-separated text whose columns are found by name, in any order, unknown ones ignored."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from ..columns import column_name
from ..errors import UnreadableDocument
from ..records import Rejected
from .context import Context
from .fields import Unreadable, integer, optional_amount, optional_integer, optional_moment

NO_VALUE = ("", "--")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; columns are named as Amazon documents them.

    A missing or blank cell is None, and so is "--", which stands for no value in the fee reports.
    """

    line: int
    raw: str
    cells: dict[str, str]

    def text(self, column: str) -> str | None:
        value = self.cells.get(column_name(column), "").strip()
        return None if value in NO_VALUE else value

    def first(self, *columns: str) -> str | None:
        """The first of these columns that says something."""
        return next((value for column in columns if (value := self.text(column))), None)

    def required(self, column: str) -> str:
        """Raises `Unreadable` when the cell is blank."""
        if value := self.text(column):
            return value
        raise Unreadable(f"{column} is empty")

    def integer(self, column: str) -> int:
        return integer(self.text(column), column)

    def optional_integer(self, column: str) -> int | None:
        return optional_integer(self.text(column), column)

    def optional_amount(self, column: str) -> Decimal | None:
        return optional_amount(self.text(column), column)

    def optional_moment(self, column: str) -> datetime | None:
        return optional_moment(self.text(column), column)


def read_rows(
    lines: Iterable[bytes], context: Context, *, required: Iterable[str], quoted: bool = False
) -> Iterator[Row | Rejected]:
    """The rows below the header line.

    Args:
        lines: raw lines; UTF-8 with or without BOM, or the context's older encoding (both are met in the wild, also
            within one file).
        required: columns without which no row can be read.
        quoted: whether cells may be quoted, as in the ledger reports; elsewhere a quote is an ordinary character.

    Raises:
        UnreadableDocument: a required column is missing, or lines end in carriage returns alone.
    """
    source = _RememberedLines(lines, context.encoding)
    split = _quoted(source) if quoted else _unquoted(source)
    header = [column_name(cell) for cell in next(split, None) or ()]
    if "\r" in source.take():
        raise UnreadableDocument("its lines end in carriage returns alone")
    if missing := sorted(column for column in required if column_name(column) not in header):
        raise UnreadableDocument(f"the header lacks {', '.join(missing)}")
    for cells in split:
        line, raw = source.number, source.take()
        if cells is None:
            yield Rejected(line, "its cells cannot be told apart", raw)
        elif not any(cells):
            continue
        elif len(cells) != len(header):
            yield Rejected(line, f"{len(cells)} cells where the header has {len(header)}", raw)
        else:
            yield Row(line, raw, dict(zip(header, cells, strict=True)))


def _unquoted(lines: Iterable[str]) -> Iterator[list[str] | None]:
    """Whatever stands between tabs is a cell: a quote or a carriage return in a title is part of it."""
    return (line.rstrip("\r\n").split("\t") for line in lines)


def _quoted(lines: Iterable[str]) -> Iterator[list[str] | None]:
    """None for a row without cells: a quote that never ends, or a carriage return outside of quotes. The reader goes on
    with the next line."""
    reader = csv.reader(lines, delimiter="\t")
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield None
            continue
        if cells is None:
            return
        yield cells


ReadT = TypeVar("ReadT")


def read_records(
    rows: Iterable[Row | Rejected], build: Callable[[Row], ReadT], day_of: Callable[[Row], date]
) -> Iterator[ReadT | Rejected]:
    """Each row through `build`; one it cannot read becomes a `Rejected` with its reason and, if readable, its day."""
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            yield build(row)
        except (Unreadable, OverflowError) as reason:  # the second: a time so early or late that it has no local day
            yield Rejected(row.line, str(reason), row.raw, _day_if_readable(row, day_of))


def _day_if_readable(row: Row, day_of: Callable[[Row], date]) -> date | None:
    try:
        return day_of(row)
    except (Unreadable, OverflowError):
        return None


class _RememberedLines:
    """Decodes lines for the csv reader and keeps what the current row was made of, for rejected rows."""

    def __init__(self, lines: Iterable[bytes], encoding: str) -> None:
        self._lines = iter(lines)
        self._encoding = encoding
        self.number = 0
        self._taken: list[str] = []

    def __iter__(self) -> "_RememberedLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        try:
            text = line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = line.decode(self._encoding, errors="replace")
        # A NUL cannot be stored as text, and no report means one.
        text = text.replace("\x00", "")
        self._taken.append(text)
        return text

    def take(self) -> str:
        raw, self._taken = "".join(self._taken).rstrip("\r\n"), []
        return raw
