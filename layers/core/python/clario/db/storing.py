"""A document's rows into their tables: staged, merged, and cleaned of what it no longer names.

Only `store` and `poll` load this module: it brings the tables and their rows with it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO

from psycopg import sql

from clario.db.parts import listed, staged
from clario.db.shrinkage import would_shrink
from clario.db.statements import Statements
from clario.db.tables import StoreStatements, Writes, store_statements
from clario.domain.contracts import CODED
from clario.domain.records import Ordinals, Rejected
from clario.domain.slices import Slice
from clario.domain.streams import source_of
from clario.domain.tables import Table, WriteMode, tables_of
from clario.services.records import Document, Stored

COPY_BLOCK = 256 * 1024
# Coded columns have a few dozen values together; one that Amazon filled with free text must not fill our memory.
MOST_CODES = 1_000


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

    def __init__(self, statements: Statements, document: Document, in_order: bool) -> None:
        self._run = statements
        self._in_order = in_order
        self._document = document
        self._source = source_of(document.stream, document.source)
        self._tables = tables_of(self._source)
        names = ("connection_id", "stream", "source", "scope", "document_id", "as_of")
        self._values: dict[str, Any] = {name: getattr(document, name) for name in names} | {
            "dataset": self._source.dataset,
            "start_day": document.days.start,
            "end_day": document.days.end,
            "since_day": document.days.start if document.since else None,
        }

    def store(self, parts: Mapping[str, BinaryIO], rejected: Iterable[Rejected]) -> Stored:
        """See `clario.services.work.Loads.store`."""
        staged_rows = [self._stage(table, store_statements(table), parts[table.name]) for table in self._tables]
        self._run.rows("lock_table", name=f"store:{self._document.connection_id}:{self._source.dataset}")
        days = self._accepted()
        values = self._values | {"seller_id": self._run.seller_id, "days": days}
        all_rejected = list(rejected)
        unread = self._of_days(days, all_rejected)
        known, named = self._doubts(values, staged_rows, len(unread)) or (None, None)
        counts = {"rows": staged_rows[0], "rejected": len(all_rejected)}
        self._run.write("count_document", document_id=self._document.document_id, shrunk_to=named, **counts)
        if known is None:
            self._drop_rejected(days)
        self._add_rejected(unread)
        written, deleted = self._write_all(values, len(unread)) if known is None else (0, 0)
        return Stored(len(days), written, deleted, codes=self._codes(), doubted=known, **counts)

    def _write_all(self, values: dict[str, Any], unread: int) -> tuple[int, int]:
        written = deleted = 0
        for table in self._tables:
            # A row of a snapshot that could not be read may be any row that seems to be gone.
            whole = not self._document.may_be_stale and not (table.mode is WriteMode.SNAPSHOT and unread)
            changed = self._write(table, values, whole)
            written, deleted = written + changed[0], deleted + changed[1]
        if not self._document.may_be_stale:
            self._run.write("cover_days", **values)
        return written, deleted

    def _doubts(self, values: dict[str, Any], staged_rows: list[int], unread: int) -> tuple[int, int] | None:
        """See `would_shrink`; what makes no row go is not in doubt."""
        about = values | {
            "may_be_stale": self._document.may_be_stale,
            "any_day": self._source.present_only,
            "all_days": len(self._document.days.days()),
        }
        for table, rows in zip(self._tables, staged_rows, strict=True):
            if table.mode is WriteMode.SNAPSHOT and (unread or self._is_overtaken(values)):
                continue
            if found := would_shrink(self._run, table, about | {"staged_rows": rows}, unread):
                return found
        return None

    def _codes(self) -> dict[str, set[str]]:
        """The values of the document's coded columns, by column."""
        found: dict[str, set[str]] = {}
        for table in self._tables:
            if columns := CODED.get(table.name):
                query = sql.SQL("SELECT DISTINCT {} FROM {} LIMIT {}").format(
                    listed(columns), staged(table), MOST_CODES
                )
                for row in self._run.connection.execute(query):
                    for column, code in row.items():
                        found.setdefault(column, set()).update([code] if code is not None else [])
        return found

    def _accepted(self) -> list[date]:
        """The days it may write. Where rows do not say which day they belong to, it is all of them or none; all, too,
        where rows only come and change and everything newer is still to come."""
        if self._in_order and all(table.day is None and table.mode is WriteMode.UPSERT for table in self._tables):
            return self._document.days.days()
        days = [row["day"] for row in self._run.rows("accepted_days", **self._values)]
        dated = all(table.day for table in self._tables)
        return days if dated or len(days) == len(self._document.days.days()) else []

    def _write(self, table: Table, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        """How many rows were written, and how many deleted or made zero."""
        statements = store_statements(table)
        if statements.history:
            self._apply(statements.history, values, whole)
        if table.mode is WriteMode.SNAPSHOT and self._is_overtaken(values):
            # No longer the present state, it has only history to tell.
            values = values | {"days": []}
        if statements.note_news:
            self._run.connection.execute(statements.note_news, values)
        written, deleted = self._apply(statements.rows, values, whole)
        if statements.note and written:
            self._run.connection.execute(statements.note, values)
        return written, deleted

    def _is_overtaken(self, values: dict[str, Any]) -> bool:
        return bool(self._run.row("is_overtaken", **values)["overtaken"])

    def _apply(self, writes: Writes, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        written = self._run.connection.execute(writes.merge, values).rowcount
        if writes.clean_up is None or not whole:
            return written, 0
        return written, self._run.connection.execute(writes.clean_up, values).rowcount

    def _stage(self, table: Table, statements: StoreStatements, rows: BinaryIO) -> int:
        """How many rows there are."""
        self._run.connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(staged(table)))
        self._run.connection.execute(statements.create_staging)
        with self._run.connection.cursor() as cursor:
            with cursor.copy(statements.copy) as copy:
                while block := rows.read(COPY_BLOCK):
                    copy.write(block)
            count = cursor.rowcount
        if statements.index is not None:
            self._run.connection.execute(statements.index)
        return count

    def _of_days(self, days: list[date], rejected: Iterable[Rejected]) -> list[Rejected]:
        """Rejected rows of these days; one that says no day goes with any of them."""
        accepted = set(days)
        return [entry for entry in rejected if (entry.day in accepted if entry.day else accepted)]

    def _drop_rejected(self, days: list[date]) -> None:
        if days and not self._document.may_be_stale and self._document.since is None:
            self._run.write("drop_rejected", **self._values, days=days)

    def _add_rejected(self, rejected: Iterable[Rejected]) -> None:
        ordinals = Ordinals()
        rows = [
            self._values
            | {"line": entry.line, "ordinal": ordinals.next(entry.line), "day": entry.day}
            | {"reason": entry.reason, "raw": entry.raw}
            for entry in rejected
        ]
        if rows:
            self._run.write_many("add_rejected", rows)
