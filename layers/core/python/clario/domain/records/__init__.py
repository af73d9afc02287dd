"""Rows as we store them: one dataclass per table, its fields are the columns. Here: what every row has, the row that
could not become one, and keys for rows that Amazon gives no id.

The rows themselves are in modules of their own, which only `normalize` and `store` load: making so many classes takes
longer than the rest of a short step.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Record:
    """What every stored row has: `line` is its place in the raw object (a report's line, the header is 1)."""

    line: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source row that could not be read: kept with its reason and as it came, never dropped.

    `day` is the row's own day where that much could be read.
    """

    line: int
    reason: str
    raw: str
    day: date | None = None


def natural_key(*parts: object) -> UUID:
    """A 128-bit key of a row's identifying values; None and the empty text are the same value."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return UUID(bytes=blake2b(text.encode(), digest_size=16).digest())


class Ordinals:
    """Numbers equal keys 0, 1, 2 … in the order they come: identical lines are genuine and all are kept.

    Of a million different keys only hashes are kept, some 100 MB. Should two of them meet, one key begins at 1.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated: dict[int, int] = {}

    def next(self, key: object) -> int:
        mark = hash(key)
        if mark not in self._seen:
            self._seen.add(mark)
            return 0
        ordinal = self._repeated.get(mark, 0) + 1
        self._repeated[mark] = ordinal
        return ordinal
