"""Documents, coverage and the rows of the streams: `clario.services.work.Loads`."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from psycopg import sql

from clario.db.parts import staged
from clario.db.statements import Statements
from clario.db.tables import StoreStatements, Writes, store_statements
from clario.domain.records import Ordinals, Rejected
from clario.domain.slices import Slice
from clario.domain.sources import Source
from clario.domain.streams import source_of
from clario.domain.tables import Table, WriteMode
from clario.domain.values import DayRange
from clario.services.work import Document, Stored

if TYPE_CHECKING:
    from clario.services.pages import Page, RejectedRow

COPY_BLOCK = 256 * 1024


class DatabaseLoads:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def add_document(self, document: Document) -> int:
        values = {field.name: getattr(document, field.name) for field in fields(document)}
        days = values.pop("days")
        row = self._run.row("add_document", start_day=days.start, end_day=days.end, **values)
        return int(row["document_id"])

    def document(self, document_id: int) -> Document:
        return _document(self._run.row("get_document", document_id=document_id))

    def documents_since(self, day: date) -> list[Document]:
        return [_document(row) for row in self._run.rows("documents_since", day=day)]

    def covered_days(self, connection_id: int, dataset: str, scope: str) -> dict[date, datetime]:
        rows = self._run.rows("covered_days", connection_id=connection_id, dataset=dataset, scope=scope)
        return {row["day"]: row["as_of"] for row in rows}

    def holds_rows(self, part: Slice) -> bool:
        days = {"connection_id": part.connection_id, "start_day": part.days.start, "end_day": part.days.end}
        table = part.definition.tables[0]
        if table.day is None:
            return bool(self._run.row("holds_documents", dataset=table.name, scope=part.scope, **days)["found"])
        query = sql.SQL(
            "SELECT EXISTS (SELECT FROM {table} WHERE connection_id = %(connection_id)s"
            " AND {day} BETWEEN %(start_day)s AND %(end_day)s) AS found"
        ).format(table=sql.Identifier(table.name), day=sql.Identifier(table.day))
        row = self._run.connection.execute(query, days).fetchone()
        return row is not None and bool(row["found"])

    def unseen_orders(self, part: Slice, order_ids: list[str]) -> int:
        row = self._run.row(
            "unseen_orders",
            order_ids=order_ids,
            sync_id=part.sync_id,
            slice_id=part.slice_id,
            stream=part.stream,
            connection_id=part.connection_id,
        )
        return int(row["orders"])

    def store(self, document: Document, parts: Mapping[str, BinaryIO], rejected: Iterable[Rejected]) -> Stored:
        source = source_of(document.stream, document.source)
        for table in source.tables:
            self._stage(table, store_statements(table), parts[table.name])
        self._run.rows("lock_table", name=f"store:{document.connection_id}:{source.dataset}")
        values = _values(document) | {"seller_id": self._run.seller_id}
        days = self._accepted(document, source)
        values["days"] = days
        unread = self._store_rejected(document, days, rejected)
        written = deleted = 0
        for table in source.tables:
            # A row of a snapshot that could not be read may be any row that seems to be gone.
            whole = not document.may_be_stale and not (table.mode is WriteMode.SNAPSHOT and unread)
            changed = self._write(table, values, whole)
            written, deleted = written + changed[0], deleted + changed[1]
        if not document.may_be_stale:
            self._run.write("cover_days", **values)
        return Stored(accepted_days=len(days), written=written, deleted=deleted)

    def _accepted(self, document: Document, source: Source) -> list[date]:
        """The days it may write. Where rows do not say which day they belong to, it is all of them or none."""
        days = [row["day"] for row in self._run.rows("accepted_days", **_values(document))]
        dated = all(table.day for table in source.tables)
        return days if dated or len(days) == len(document.days.days()) else []

    def _write(self, table: Table, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        """How many rows were written, and how many deleted or made zero."""
        statements = store_statements(table)
        if statements.history:
            self._apply(statements.history, values, whole)
        if table.mode is WriteMode.SNAPSHOT and self._run.row("is_overtaken", **values)["overtaken"]:
            # No longer the present state, it has only history to tell.
            values = values | {"days": []}
        return self._apply(statements.rows, values, whole)

    def _apply(self, writes: Writes, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        written = self._run.connection.execute(writes.merge, values).rowcount
        if writes.clean_up is None or not whole:
            return written, 0
        return written, self._run.connection.execute(writes.clean_up, values).rowcount

    def cover(self, part: Slice, as_of: datetime) -> None:
        self._run.write(
            "cover_days",
            connection_id=part.connection_id,
            dataset=part.definition.dataset,
            stream=part.stream,
            scope=part.scope,
            days=part.days.days(),
            as_of=as_of,
            document_id=None,
        )

    def rejected(self, sync_id: str, limit: int, after: tuple[int, ...] = ()) -> "Page[RejectedRow]":
        from clario.services.pages import Page, RejectedRow

        document_id, line, ordinal = after or (None, None, None)
        place = {"document_id": document_id, "line": line, "ordinal": ordinal}
        rows = self._run.rows("rejected_page", sync_id=sync_id, limit=limit, **place)
        found = [row for row in rows if row["line"] is not None]
        last = found[limit - 1] if len(found) > limit else None
        names = [field.name for field in fields(RejectedRow)]
        return Page(
            items=[RejectedRow(**{name: row[name] for name in names}) for row in found[:limit]],
            total=rows[0]["total"],
            next_key=tuple(str(last[name]) for name in place) if last else None,
        )

    def _stage(self, table: Table, statements: StoreStatements, rows: BinaryIO) -> None:
        self._run.connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(staged(table)))
        self._run.connection.execute(statements.create_staging)
        with self._run.connection.cursor() as cursor, cursor.copy(statements.copy) as copy:
            while block := rows.read(COPY_BLOCK):
                copy.write(block)
        if statements.index is not None:
            self._run.connection.execute(statements.index)

    def _store_rejected(self, document: Document, days: list[date], rejected: Iterable[Rejected]) -> int:
        values = _values(document)
        if not document.may_be_stale:
            self._run.write("drop_rejected", **values, days=days)
        accepted = set(days)
        ordinals = Ordinals()
        rows = [
            values
            | {"line": entry.line, "ordinal": ordinals.next(entry.line), "day": entry.day}
            | {"reason": entry.reason, "raw": entry.raw}
            for entry in rejected
            if (entry.day in accepted if entry.day else accepted)
        ]
        if rows:
            self._run.write_many("add_rejected", rows)
        return len(rows)


def _values(document: Document) -> dict[str, Any]:
    names = ("connection_id", "stream", "scope", "document_id", "as_of")
    values = {name: getattr(document, name) for name in names}
    values["dataset"] = source_of(document.stream, document.source).dataset
    return values | {"start_day": document.days.start, "end_day": document.days.end}


def _document(row: dict[str, Any]) -> Document:
    names = {field.name for field in fields(Document)} - {"days", "size"}
    values = {name: value for name, value in row.items() if name in names}
    return Document(**values, days=DayRange(row["start_day"], row["end_day"]), size=row["bytes"])
