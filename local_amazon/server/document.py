"""A report document before it is written: columns with a meaning, rows in batches."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Literal, NamedTuple

Meaning = Literal["text", "money", "quantity", "code"]
FASTEST = 1  # gzip level: half the time of the usual 6, and nobody pays for the space here


class Column(NamedTuple):
    """One column, or neighbours whose cells are already joined by the separator; faults spoil what has a meaning."""

    names: tuple[str, ...]
    meaning: Meaning = "text"


Batch = list[Sequence[str]]
"""The cells of some rows, column by column."""


@dataclass(frozen=True, slots=True)
class Document:
    """A table that is written as tab-separated text, every cell in quotes where Amazon quotes."""

    columns: list[Column]
    batches: Iterable[Batch]
    quoted: bool = False
    newline: str = "\n"
    charset: str = "utf-8"
    bom: bool = False

    def write(self, file: IO[bytes]) -> None:
        """The compressed text; equal tables give equal bytes."""
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=FASTEST, mtime=0) as packed:
            if self.bom:
                packed.write(b"\xef\xbb\xbf")
            for text in self.pieces():
                packed.write(text.encode(self.charset, "replace"))

    def pieces(self) -> Iterator[str]:
        """The text: the header line, then one piece for each batch."""
        yield self._text([[self.separator.join(column.names)] for column in self.columns])
        yield from map(self._text, self.batches)

    @property
    def separator(self) -> str:
        return '"\t"' if self.quoted else "\t"

    def _text(self, batch: Batch) -> str:
        quote = '"' if self.quoted else ""
        end = quote + self.newline
        body = (end + quote).join(map(self.separator.join, zip(*batch, strict=True)))
        return f"{quote}{body}{end}" if body else ""


def columns(*names: str, money: Iterable[str] = (), quantity: str = "", code: str = "") -> list[Column]:
    """Single columns in their order; `money`, `quantity` and `code` say which ones a fault may spoil."""
    meanings: dict[str, Meaning] = {**dict.fromkeys(money, "money"), quantity: "quantity", code: "code"}
    return [Column((name,), meanings.get(name, "text")) for name in names]
