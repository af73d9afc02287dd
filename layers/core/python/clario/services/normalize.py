"""Normalize: from a raw object to CSV parts of our columns, the rejected rows, and a manifest that names them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import islice
from tempfile import SpooledTemporaryFile

from ..domain.errors import UnreadableDocument
from ..domain.normalize import normaliser
from ..domain.normalize.context import Context
from ..domain.records import Record, Rejected
from ..domain.slices import Slice, SliceState, Step
from ..domain.sources import Source
from ..domain.streams import source_of
from ..domain.tables import TABLES, Table, tables_of
from ..domain.values import home_marketplace
from ..errors import DocumentUnreadable
from ..payloads import SliceTask
from .ports import ObjectStore
from .records import Document
from .work import Database, Work

SPOOL_IN_MEMORY = 4 * 1024 * 1024
BLOCK = 65_536
ORDERS = TABLES["orders"]
ORDERS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `normalize` made of a document, for `store`: the names of the parts and what was counted.

    `parts` are named by table. `rows` counts those of the first table. `outside` counts rows of neighbouring days: the
    window asked for is wider than the slice on both sides.
    """

    parts: dict[str, str]
    rejected_part: str
    rows: int
    rejected: int
    outside: int


def normalize(task: SliceTask, *, database: Database, objects: ObjectStore) -> SliceTask:
    """Normalize the slice's document and count its rows.

    Raises:
        DocumentUnreadable: the document as a whole is not of its stream's format.
    """
    with database.transaction(task.seller_id) as work:
        part = work.slices.get(task.slice_id)
        document = work.loads.document(part.document_id) if part.document_id else None
    if part.state is not SliceState.FETCHED or document is None:
        return task.model_copy(update={"step": Step.STORE})
    manifest = normalize_document(document, objects)
    with database.transaction(task.seller_id) as work:
        work.slices.save(_counted(part, manifest, _unseen_orders(part, manifest, work, objects)))
    return task.model_copy(update={"step": Step.STORE})


def _unseen_orders(part: Slice, manifest: Manifest, work: Work, objects: ObjectStore) -> int:
    """The slice's orders that no other slice of the sync had before; asked for by so many: there may be millions."""
    if ORDERS.name not in manifest.parts:
        return 0
    with objects.open(manifest.parts[ORDERS.name]) as stream:
        rows = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
        ids = (row["order_id"] for row in rows)
        batches = iter(lambda: [*dict.fromkeys(islice(ids, ORDERS_AT_ONCE))], [])
        return sum(work.loads.unseen_orders(part, batch) for batch in batches)


def _counted(part: Slice, manifest: Manifest, orders: int) -> Slice:
    return replace(
        part,
        state=SliceState.NORMALIZED,
        rows=manifest.rows,
        rejected=manifest.rejected,
        outside=manifest.outside,
        orders=orders,
    )


def normalize_document(document: Document, objects: ObjectStore) -> Manifest:
    """Write the parts and the manifest beside them; the same document gives the same parts."""
    source = source_of(document.stream, document.source)
    place = document.raw_object.replace("raw/", "normalized/", 1)
    context = Context(home_marketplace(document.scope.split(",")), document.days)
    with objects.open(document.raw_object) as raw, _Sorted(document, source) as sorted_rows:
        try:
            parts = sorted_rows.write(normaliser(source)(raw, context), place, objects)
        except UnreadableDocument as error:
            raise DocumentUnreadable(f"{source.name}: {error}") from error
        rejects = objects.put(f"{place}/rejected.jsonl", sorted_rows.rejects())
    manifest = Manifest(parts, rejects.key, sorted_rows.rows, sorted_rows.rejected, sorted_rows.outside)
    objects.put(manifest_key(document), [json.dumps(asdict(manifest)).encode()])
    return manifest


def manifest_key(document: Document) -> str:
    return document.raw_object.replace("raw/", "normalized/", 1) + "/manifest.json"


class _Sorted:
    """Sorts what the normaliser yields: rows of the slice's days go to the part of their table, rejected ones aside,
    the rest is counted.

    Rows of the first table are written as they come; those of the others wait in a temporary file for their turn.
    """

    def __init__(self, document: Document, source: Source) -> None:
        self._days = document.days
        tables = tables_of(source)
        self._main, *others = tables
        self._tables = {table.record: table for table in tables}
        self._aside = {table.record: _Aside(table) for table in others}
        self._rejected = SpooledTemporaryFile(SPOOL_IN_MEMORY, "w+b")  # noqa: SIM115 - closed on exit
        self.rows = self.rejected = self.outside = 0

    def __enter__(self) -> "_Sorted":
        return self

    def __exit__(self, *_: object) -> None:
        self._rejected.close()
        for aside in self._aside.values():
            aside.close()

    def write(self, found: Iterator[Record | Rejected], place: str, objects: ObjectStore) -> dict[str, str]:
        """One part for each table, by the table's name."""
        main = objects.put(f"{place}/{self._main.name}.csv", _csv(self._sort(found), self._main))
        parts = {self._main.name: main.key}
        for aside in self._aside.values():
            parts[aside.table.name] = objects.put(f"{place}/{aside.table.name}.csv", aside.blocks()).key
        return parts

    def rejects(self) -> Iterator[bytes]:
        self._rejected.seek(0)
        return iter(lambda: self._rejected.read(BLOCK), b"")

    def _sort(self, found: Iterator[Record | Rejected]) -> Iterator[Record]:
        for entry in found:
            day = self._day_of(entry)
            if day is not None and day not in self._days:
                self.outside += 1
            elif isinstance(entry, Rejected):
                self.rejected += 1
                self._rejected.write(json.dumps(asdict(entry), default=str).encode() + b"\n")
            elif aside := self._aside.get(type(entry)):
                aside.add(entry)
            else:
                self.rows += 1
                yield entry

    def _day_of(self, entry: Record | Rejected) -> date | None:
        if isinstance(entry, Rejected):
            return entry.day
        column = self._tables[type(entry)].day
        day: date | None = getattr(entry, column) if column else None
        return day


class _Aside:
    """Rows of a table as CSV in a temporary file."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._names = [field.name for field in fields(table.record)]
        self._file = SpooledTemporaryFile(SPOOL_IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - see close
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._names)

    def add(self, record: Record) -> None:
        self._writer.writerow([getattr(record, name) for name in self._names])

    def blocks(self) -> Iterator[bytes]:
        self._file.seek(0)
        return (block.encode() for block in iter(lambda: self._file.read(BLOCK), ""))

    def close(self) -> None:
        self._file.close()


def _csv(records: Iterator[Record], table: Table) -> Iterator[bytes]:
    """CSV with a header, in blocks; an empty cell is NULL, because no value of ours is an empty text.

    Lines end as the writer ends them by itself: told otherwise, it leaves a carriage return within a title unquoted,
    and Postgres takes none of the rows.
    """
    names = [field.name for field in fields(table.record)]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    for number, record in enumerate(records, start=1):
        writer.writerow([getattr(record, name) for name in names])
        if number % 1000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
