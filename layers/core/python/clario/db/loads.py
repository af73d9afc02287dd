"""Documents, coverage and the rows of the streams: `clario.services.work.Loads`."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from psycopg import sql

from clario.db.statements import Statements
from clario.db.tables import StoreStatements, Writes, store_statements
from clario.domain.records import Ordinals, Rejected
from clario.domain.slices import Slice
from clario.domain.streams import Stream, WriteMode
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

    def covered_days(self, connection_id: int, stream: str, scope: str) -> dict[date, datetime]:
        rows = self._run.rows("covered_days", connection_id=connection_id, stream=stream, scope=scope)
        return {row["day"]: row["as_of"] for row in rows}

    def holds_rows(self, connection_id: int, stream: Stream, days: DayRange) -> bool:
        assert stream.day is not None
        query = sql.SQL(
            "SELECT EXISTS (SELECT FROM {table} WHERE connection_id = %s AND {day} BETWEEN %s AND %s) AS found"
        ).format(table=sql.Identifier(stream.table), day=sql.Identifier(stream.day))
        row = self._run.connection.execute(query, (connection_id, days.start, days.end)).fetchone()
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

    def store(self, document: Document, stream: Stream, rows: BinaryIO, rejected: Iterable[Rejected]) -> Stored:
        statements = store_statements(stream)
        self._stage(statements, rows)
        self._run.rows("lock_table", name=f"store:{document.connection_id}:{stream.table}")
        values = _values(document) | {"seller_id": self._run.seller_id}
        days = [row["day"] for row in self._run.rows("accepted_days", **_values(document))]
        values["days"] = days
        unread = self._store_rejected(document, days, rejected)
        # A row of a snapshot that could not be read may be any row that seems to be gone.
        whole = not document.may_be_stale and not (stream.mode is WriteMode.SNAPSHOT and unread)
        if statements.history:
            self._apply(statements.history, values, whole)
        present = values | {"days": [] if self._is_overtaken(stream, values) else days}
        written, deleted = self._apply(statements.rows, present, whole)
        if not document.may_be_stale:
            self._run.write("cover_days", **values)
        return Stored(accepted_days=len(days), written=written, deleted=deleted)

    def _is_overtaken(self, stream: Stream, values: dict[str, Any]) -> bool:
        """Whether a snapshot is no longer the present state, so that it has only history to tell."""
        return stream.mode is WriteMode.SNAPSHOT and bool(self._run.row("is_overtaken", **values)["overtaken"])

    def _apply(self, writes: Writes, values: dict[str, Any], whole: bool) -> tuple[int, int]:
        """How many rows were written, and how many deleted or made zero."""
        written = self._run.connection.execute(writes.merge, values).rowcount
        if writes.clean_up is None or not whole:
            return written, 0
        return written, self._run.connection.execute(writes.clean_up, values).rowcount

    def cover(self, part: Slice, as_of: datetime) -> None:
        self._run.write(
            "cover_days",
            connection_id=part.connection_id,
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

    def _stage(self, statements: StoreStatements, rows: BinaryIO) -> None:
        self._run.connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.staged_rows"))
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
    return values | {"start_day": document.days.start, "end_day": document.days.end}


def _document(row: dict[str, Any]) -> Document:
    names = {field.name for field in fields(Document)} - {"days", "size"}
    values = {name: value for name, value in row.items() if name in names}
    return Document(**values, days=DayRange(row["start_day"], row["end_day"]), size=row["bytes"])
