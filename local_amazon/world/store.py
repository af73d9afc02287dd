"""Rows in memory: compact columns, sorted by time, and the later changes of the few columns that Amazon rewrites."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from local_amazon.world.schema import SCHEMAS, STORED

Numbers = npt.NDArray[np.int64]
Stored = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table: equally long int64 columns, in the order of the schema."""

    table: str
    columns: dict[str, Numbers]

    def __getitem__(self, column: str) -> Numbers:
        return self.columns[column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def words(self, column: str) -> list[str]:
        """A code column as text; an empty code is ""."""
        known = (*SCHEMAS[self.table][column].words, "")
        return [known[code] for code in self.columns[column].tolist()]

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Batch":
        return Batch(self.table, {name: column[chosen] for name, column in self.columns.items()})


@dataclass(frozen=True, slots=True)
class Changes:
    """What is added to a column of a row when the change becomes visible; sorted by row."""

    row: Stored
    visible: Stored
    column: Stored  # index into `names`
    delta: Stored
    names: tuple[str, ...]

    def apply(self, columns: dict[str, Numbers], first: int, last: int, as_of: int) -> None:
        """Bring rows [first, last) of a batch to the state of `as_of`; `updated`, if there, follows."""
        low, high = np.searchsorted(self.row, (first, last))
        seen = slice(low, high), self.visible[low:high] <= as_of
        row, visible = self.row[seen[0]][seen[1]] - first, self.visible[seen[0]][seen[1]]
        column, delta = self.column[seen[0]][seen[1]], self.delta[seen[0]][seen[1]]
        for code, name in enumerate(self.names):
            chosen = column == code
            np.add.at(columns[name], row[chosen], delta[chosen])
        if "updated" in columns:
            np.maximum.at(columns["updated"], row, visible.astype(np.int64))


class Store:
    """A table's rows, sorted by `by` (its time or day)."""

    def __init__(self, table: str, by: str, columns: Mapping[str, Stored], changes: Changes | None = None) -> None:
        self.table, self.by, self.columns, self.changes = table, by, columns, changes

    def __len__(self) -> int:
        return len(self.columns[self.by])

    def batches(self, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
        """The row ranges that cover the rows with `by` in [start, end)."""
        first, last = (int(place) for place in np.searchsorted(self.columns[self.by], (start, end)))
        for low in range(first, last, size):
            yield low, min(low + size, last)

    def read(self, first: int, last: int, as_of: int) -> Batch:
        """Rows [first, last) as of a moment, whether visible or not."""
        columns = {
            name: self.columns[name][first:last].astype(np.int64)
            for name in SCHEMAS[self.table]
            if name in self.columns
        }
        if self.changes is not None:
            self.changes.apply(columns, first, last, as_of)
        return Batch(self.table, columns)


def compact(table: str, column: str, values: Any) -> Stored:
    """Values in the type in which that column is kept."""
    return np.asarray(values).astype(STORED[SCHEMAS[table][column].kind])
