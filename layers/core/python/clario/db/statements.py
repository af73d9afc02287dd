"""Runs our named statements on one connection; every one of them may name the seller."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from clario.db.queries import queries

Row = dict[str, Any]


class Statements:
    """The named statements of `clario.db.queries` for one seller's transaction."""

    def __init__(self, connection: psycopg.Connection[Row], seller_id: str) -> None:
        self.connection = connection
        self.seller_id = seller_id

    def rows(self, name: str, /, **values: object) -> list[Row]:
        return self._execute(name, values).fetchall()

    def row_or_none(self, name: str, /, **values: object) -> Row | None:
        return self._execute(name, values).fetchone()

    def row(self, name: str, /, **values: object) -> Row:
        """Raises `LookupError` when there is none: what the caller names must exist."""
        row = self.row_or_none(name, **values)
        if row is None:
            raise LookupError(f"{name}: no row for {values}")
        return row

    def write(self, name: str, /, **values: object) -> int:
        """How many rows were written."""
        return self._execute(name, values).rowcount

    def write_many(self, name: str, rows: Iterable[Mapping[str, object]]) -> int:
        """The same statement for many rows, in one round trip where possible; how many were written."""
        with self.connection.cursor() as cursor:
            cursor.executemany(statement(name), [{**row, "seller_id": self.seller_id} for row in rows])
            return cursor.rowcount

    def _execute(self, name: str, values: Mapping[str, object]) -> psycopg.Cursor[Row]:
        return self.connection.execute(statement(name), {**values, "seller_id": self.seller_id})


def statement(name: str) -> str:
    return queries()[name]
