"""Amazon's flat files: tab-separated text whose columns are found by name, in any order, unknown ones ignored."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ..errors import UnreadableDocument
from ..records import Record, Rejected
from .fields import Unreadable


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file by column name; a cell that is missing or blank is None."""

    line: int
    raw: str
    cells: dict[str, str]

    def text(self, column: str) -> str | None:
        return self.cells.get(column, "").strip() or None

    def required(self, column: str) -> str:
        """Raises `Unreadable` when the cell is blank."""
        if value := self.text(column):
            return value
        raise Unreadable(f"{column} is empty")


def column_name(header: str) -> str:
    """Headers vary in case, blanks and hyphens ("Event Type", "EventType"): only letters and digits count."""
    return re.sub(r"[^a-z0-9]", "", header.lower())


def read_rows(lines: Iterable[bytes], *, required: Iterable[str], quoted: bool) -> Iterator[Row | Rejected]:
    """The rows below the header line.

    Args:
        lines: raw lines; UTF-8 with or without BOM, or Windows-1252 (both are met in the wild, also within one file).
        required: column names (as `column_name` gives them) without which no row can be read.
        quoted: whether cells may be quoted, as in the ledger reports; elsewhere a quote is an ordinary character.

    Raises:
        UnreadableDocument: a required column is missing.
    """
    source = _RememberedLines(lines)
    reader = csv.reader(source, delimiter="\t", quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    header = [column_name(cell) for cell in next(reader, [])]
    source.take()
    if missing := sorted(set(required) - set(header)):
        raise UnreadableDocument(f"the header lacks {', '.join(missing)}")
    for cells in reader:
        line, raw = reader.line_num, source.take()
        if not any(cells):
            continue
        if len(cells) != len(header):
            yield Rejected(line, f"{len(cells)} cells where the header has {len(header)}", raw)
        else:
            yield Row(line, raw, dict(zip(header, cells, strict=True)))


def read_records(
    rows: Iterable[Row | Rejected], build: Callable[[Row], Record], day_of: Callable[[Row], date]
) -> Iterator[Record | Rejected]:
    """Each row through `build`; one it cannot read becomes a `Rejected` with its reason and, if readable, its day."""
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            yield build(row)
        except Unreadable as reason:
            yield Rejected(row.line, str(reason), row.raw, _day_if_readable(row, day_of))


def _day_if_readable(row: Row, day_of: Callable[[Row], date]) -> date | None:
    try:
        return day_of(row)
    except Unreadable:
        return None


class _RememberedLines:
    """Decodes lines for the csv reader and keeps what the current row was made of, for rejected rows."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._first = True
        self._taken: list[str] = []

    def __iter__(self) -> "_RememberedLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        try:
            text = line.decode("utf-8-sig" if self._first else "utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252", errors="replace")
        self._first = False
        # A NUL cannot be stored as text, and no report means one.
        text = text.replace("\x00", "")
        self._taken.append(text)
        return text

    def take(self) -> str:
        raw, self._taken = "".join(self._taken).rstrip("\r\n"), []
        return raw
