"""Everything that happens, written down in any order; at the end each table is sorted and becomes a `Store`."""

from collections import defaultdict
from typing import Any

import numpy as np

from local_amazon.world.schema import SCHEMAS
from local_amazon.world.store import Changes, Store, compact

_DEFAULTS = {"code": -1, "listing": -1}


class Journal:
    """Collects rows. A row written alone has a handle by which later changes name it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        self._blocks: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._changes: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
        self._codes = {
            table: {name: {word: code for code, word in enumerate(column.words)} for name, column in columns.items()}
            for table, columns in SCHEMAS.items()
        }

    def write(self, table: str, **values: int | str) -> int:
        """One row; columns left out are empty, codes are given as their words. The answer is its handle."""
        codes = self._codes[table]
        self._rows[table].append(
            tuple(
                codes[name].get(value, -1)
                if isinstance(value := values.get(name, _DEFAULTS.get(column.kind, 0)), str)
                else value
                for name, column in SCHEMAS[table].items()
            )
        )
        return len(self._rows[table]) - 1

    def block(self, table: str, **columns: Any) -> None:
        """Many rows: arrays of one length, or one value for all; codes are given as numbers."""
        length = max(len(each) for each in columns.values() if np.ndim(each))
        full = {}
        for name, column in SCHEMAS[table].items():
            values = columns.get(name, _DEFAULTS.get(column.kind, 0))
            full[name] = compact(table, name, np.broadcast_to(values, length))
        self._blocks[table].append(full)

    def change(self, table: str, handle: int, visible: int, column: str, delta: int) -> None:
        """From that moment on the row shows `delta` more in that column."""
        self._changes[table].append((handle, visible, column, delta))

    def code(self, table: str, column: str, word: str) -> int:
        return self._codes[table][column][word]

    def column(self, table: str, name: str) -> Any:
        """All values of a column so far: single rows first, in the order of their handles, then the blocks."""
        place = list(SCHEMAS[table]).index(name)
        alone = np.array([row[place] for row in self._rows[table]], np.int64)
        return np.concatenate([alone, *(block[name] for block in self._blocks[table])])

    def fill(self, table: str, name: str, values: Any) -> None:
        """Set a column of all rows so far; values in the order of `column`."""
        place, alone = list(SCHEMAS[table]).index(name), self._rows[table]
        self._rows[table] = [
            (*row[:place], int(value), *row[place + 1 :]) for row, value in zip(alone, values, strict=False)
        ]
        start = len(alone)
        for block in self._blocks[table]:
            end = start + len(block[name])
            block[name] = compact(table, name, values[start:end])
            start = end

    def store(self, table: str, by: tuple[str, ...]) -> Store:
        """The table, sorted by these columns; the journal forgets it."""
        columns = {}
        order = np.lexsort(tuple(self.column(table, name) for name in reversed(by)))
        for name in SCHEMAS[table]:
            columns[name] = compact(table, name, self.column(table, name))[order]
            for block in self._blocks[table]:
                del block[name]
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        changes = self._sorted_changes(table, place)
        del self._rows[table], self._blocks[table]
        return Store(table, by[0], columns, changes)

    def _sorted_changes(self, table: str, place: Any) -> Changes | None:
        if not self._changes[table]:
            return None
        names = tuple(sorted({name for _, _, name, _ in self._changes[table]}))
        rows = np.array(
            [(place[handle], at, names.index(name), delta) for handle, at, name, delta in self._changes[table]],
            np.int64,
        )
        rows = rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]
        return Changes(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], names)
