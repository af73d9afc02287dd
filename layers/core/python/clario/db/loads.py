"""Documents, coverage and the rows of the streams: `clario.services.work.Loads`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from clario.db.statements import Statements
from clario.domain.slices import Slice
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange
from clario.services.records import Document, Stored

if TYPE_CHECKING:
    from clario.domain.cadence import Covered
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

    def rows_a_day(self, connection_id: int) -> dict[tuple[str, str], float]:
        rows, days = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        datasets = {source.name: source.dataset for stream in STREAMS.values() for source in stream.sources}
        for row in self._run.rows("rows_of_sources", connection_id=connection_id, sources=list(datasets)):
            place = datasets[row["source"]], row["scope"]
            rows[place] += row["rows"]
            days[place] += row["days"]
        return {place: rows[place] / days[place] for place in rows}

    def coverage(self, connection_id: int, dataset: str, scope: str, since: date) -> "dict[date, Covered]":
        from clario.domain.cadence import Covered

        place = {"connection_id": connection_id, "dataset": dataset, "scope": scope}
        rows = self._run.rows("coverage_since", **place, since=since)
        return {row["day"]: Covered(row["as_of"], row["whole_as_of"], row["source"]) for row in rows}

    def holds_rows(self, part: Slice) -> bool:
        from clario.db.storing import holds_rows

        return holds_rows(self._run, part)

    def doubted_at(self, part: Slice) -> datetime | None:
        row = self._run.row(
            "doubted_at",
            connection_id=part.connection_id,
            stream=part.stream,
            source=part.source,
            scope=part.scope,
            start_day=part.days.start,
            end_day=part.days.end,
        )
        at: datetime | None = row["at"]
        return at

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

    def store(
        self,
        document: Document,
        parts: Mapping[str, BinaryIO],
        rejected: "Iterable[Rejected]",
        *,
        in_order: bool = False,
    ) -> Stored:
        from clario.db.storing import Storing

        return Storing(self._run, document, in_order).store(parts, rejected)

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
            since_day=part.days.start if part.since else None,
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
