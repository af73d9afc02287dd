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
    """Numbers equal keys 0, 1, 2 … in the order they come: identical lines are genuine and all are kept."""

    def __init__(self) -> None:
        self._seen: dict[object, int] = {}

    def next(self, key: object) -> int:
        ordinal = self._seen.get(key, 0)
        self._seen[key] = ordinal + 1
        return ordinal
