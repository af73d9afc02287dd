"""A document's rows into their tables: staged, merged, and cleaned of what it no longer names.

Only `store` and `poll` load this module: it brings the tables and their rows with it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO

from psycopg import sql

from clario.db.parts import staged
from clario.db.statements import Statements
from clario.db.tables import StoreStatements, Writes, store_statements
from clario.domain.records import Ordinals, Rejected
from clario.domain.slices import Slice
from clario.domain.streams import source_of
from clario.domain.tables import Table, WriteMode, tables_of
from clario.services.work import Document, Stored

COPY_BLOCK = 256 * 1024


def holds_rows(run: Statements, part: Slice) -> bool:
    """See `clario.services.work.Loads.holds_rows`."""
    days = {"connection_id": part.connection_id, "start_day": part.days.start, "end_day": part.days.end}
    table = tables_of(part.definition)[0]
    if table.day is None:
        return bool(run.row("holds_documents", dataset=table.name, scope=part.scope, **days)["found"])
    query = sql.SQL(
        "SELECT EXISTS (SELECT FROM {table} WHERE connection_id = %(connection_id)s"
        " AND {day} BETWEEN %(start_day)s AND %(end_day)s) AS found"
    ).format(table=sql.Identifier(table.name), day=sql.Identifier(table.day))
    row = run.connection.execute(query, days).fetchone()
    return row is not None and bool(row["found"])


class Storing:
    """One document on its way into the tables of its source."""

    def __init__(self, statements: Statements, document: Document) -> None:
        self._run = statements
        self._document = document
        self._source = source_of(document.stream, document.source)
        self._tables = tables_of(self._source)
        names = ("connection_id", "stream", "source", "scope", "document_id", "as_of")
        self._values: dict[str, Any] = {name: getattr(document, name) for name in names} | {
            "dataset": self._source.dataset,
            "start_day": document.days.start,
            "end_day": document.days.end,
        }

    def store(self, parts: Mapping[str, BinaryIO], rejected: Iterable[Rejected]) -> Stored:
        """See `clario.services.work.Loads.store`."""
        for table in self._tables:
            self._stage(table, store_statements(table), parts[table.name])
        self._run.rows("lock_table", name=f"store:{self._document.connection_id}:{self._source.dataset}")
        days = self._accepted()
        values = self._values | {"seller_id": self._run.seller_id, "days": days}
        unread = self._store_rejected(days, rejected)
        written = deleted = 0
        for table in self._tables:
            # A row of a snapshot that could not be read may be any row that seems to be gone.
            whole = not self._document.may_be_stale and not (table.mode is WriteMode.SNAPSHOT and unread)
            changed = self._write(table, values, whole)
            written, deleted = written + changed[0], deleted + changed[1]
        if not self._document.may_be_stale:
            self._run.write("cover_days", **values)
        return Stored(accepted_days=len(days), written=written, deleted=deleted)

    def _accepted(self) -> list[date]:
        """The days it may write. Where rows do not say which day they belong to, it is all of them or none."""
        days = [row["day"] for row in self._run.rows("accepted_days", **self._values)]
        dated = all(table.day for table in self._tables)
        return days if dated or len(days) == len(self._document.days.days()) else []

    def _write(self, table: Table, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        """How many rows were written, and how many deleted or made zero."""
        statements = store_statements(table)
        if statements.history:
            self._apply(statements.history, values, whole)
        if table.mode is WriteMode.SNAPSHOT and self._run.row("is_overtaken", **values)["overtaken"]:
            # No longer the present state, it has only history to tell.
            values = values | {"days": []}
        written, deleted = self._apply(statements.rows, values, whole)
        if statements.note and written:
            self._run.connection.execute(statements.note, values)
        return written, deleted

    def _apply(self, writes: Writes, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        written = self._run.connection.execute(writes.merge, values).rowcount
        if writes.clean_up is None or not whole:
            return written, 0
        return written, self._run.connection.execute(writes.clean_up, values).rowcount

    def _stage(self, table: Table, statements: StoreStatements, rows: BinaryIO) -> None:
        self._run.connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(staged(table)))
        self._run.connection.execute(statements.create_staging)
        with self._run.connection.cursor() as cursor, cursor.copy(statements.copy) as copy:
            while block := rows.read(COPY_BLOCK):
                copy.write(block)
        if statements.index is not None:
            self._run.connection.execute(statements.index)

    def _store_rejected(self, days: list[date], rejected: Iterable[Rejected]) -> int:
        if days and not self._document.may_be_stale:
            self._run.write("drop_rejected", **self._values, days=days)
        accepted = set(days)
        ordinals = Ordinals()
        rows = [
            self._values
            | {"line": entry.line, "ordinal": ordinals.next(entry.line), "day": entry.day}
            | {"reason": entry.reason, "raw": entry.raw}
            for entry in rejected
            if (entry.day in accepted if entry.day else accepted)
        ]
        if rows:
            self._run.write_many("add_rejected", rows)
        return len(rows)
