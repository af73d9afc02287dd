"""How data sources are, and what was odd about their documents: `clario.services.work.Health`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from clario.db.statements import Statements
from clario.domain.contracts import Counts, Note, Unbalanced
from clario.domain.health import SourceNote, StreamState
from clario.domain.quarantine import Try
from clario.domain.streams import STREAMS, source_of
from clario.domain.values import DayRange
from clario.services.records import Document


class DatabaseHealth:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def states(self, since: datetime) -> list[StreamState]:
        as_of: dict[tuple[int, str], dict[str, datetime]] = {}
        for row in self._run.rows("newest_data"):
            as_of.setdefault((row["connection_id"], row["stream"]), {})[row["dataset"]] = row["as_of"]
        datasets = {source.name: source.dataset for stream in STREAMS.values() for source in stream.sources}
        rows = self._run.rows(
            "stream_states",
            streams=list(STREAMS),
            sources=list(datasets),
            datasets=list(datasets.values()),
            since=since,
        )
        return [StreamState(**row, as_of=as_of.get((row["connection_id"], row["stream"]), {})) for row in rows]

    def notes(self, since: datetime) -> list[SourceNote]:
        return [SourceNote(**row) for row in self._run.rows("source_notes", since=since)]

    def learn(self, document: Document, codes: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
        pairs = [(field, code) for field, sent in sorted(codes.items()) for code in sorted(sent)]
        rows = self._run.rows(
            "learn_codes",
            **self._place(document),
            fields=[field for field, _ in pairs],
            codes=[code for _, code in pairs],
        )
        fresh: dict[str, list[str]] = {}
        for row in rows:
            fresh.setdefault(row["field"], []).append(row["code"])
        known = not fresh or self._run.row("is_known_source", **self._place(document))["known"]
        return fresh if known else {}

    def earlier(self, document: Document, limit: int) -> list[Counts]:
        rows = self._run.rows(
            "earlier_documents", **self._place(document), scope=document.scope, as_of=document.as_of, limit=limit
        )
        return [Counts(DayRange(row["start_day"], row["end_day"]), row["rows"], row["rejected"]) for row in rows]

    def unbalanced(self, document: Document) -> list[Unbalanced]:
        if "settlement_lines" not in source_of(document.stream, document.source).tables:
            return []
        return [Unbalanced(**row) for row in self._run.rows("unbalanced_settlements", **self._place(document))]

    def note(self, document: Document, notes: Iterable[Note]) -> None:
        place = self._place(document)
        values = [{"code": note.code, "subject": note.subject, "detail": note.detail} for note in notes]
        if values:
            self._run.write_many("put_note", [place | entry for entry in values])

    def forget(self, document: Document, codes: Iterable[str], subject: str) -> None:
        self._run.write("drop_notes", **self._place(document), codes=list(codes), subject=subject)

    def tries(self, connection_id: int, since: datetime) -> list[Try]:
        rows = self._run.rows("tries", connection_id=connection_id, since=since)
        return [Try(days=DayRange(row.pop("start_day"), row.pop("end_day")), **row) for row in rows]

    def _place(self, document: Document) -> dict[str, object]:
        names = ("connection_id", "stream", "source", "document_id")
        return {name: getattr(document, name) for name in names}
