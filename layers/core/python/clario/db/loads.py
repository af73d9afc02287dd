"""Documents, coverage and the rows of the streams: `clario.services.work.Loads`."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from clario.db.statements import Statements
from clario.domain.slices import Slice
from clario.domain.values import DayRange
from clario.services.work import Document, Stored

if TYPE_CHECKING:
    from clario.domain.records import Rejected
    from clario.services.pages import Page, RejectedRow


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
        from clario.db.storing import holds_rows

        return holds_rows(self._run, part)

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

    def store(self, document: Document, parts: Mapping[str, BinaryIO], rejected: "Iterable[Rejected]") -> Stored:
        from clario.db.storing import Storing

        return Storing(self._run, document).store(parts, rejected)

    def cover(self, part: Slice, as_of: datetime) -> None:
        self._run.write(
            "cover_days",
            connection_id=part.connection_id,
            dataset=part.definition.dataset,
            stream=part.stream,
            source=part.source,
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


def _document(row: dict[str, Any]) -> Document:
    names = {field.name for field in fields(Document)} - {"days", "size"}
    values = {name: value for name, value in row.items() if name in names}
    return Document(**values, days=DayRange(row["start_day"], row["end_day"]), size=row["bytes"])
