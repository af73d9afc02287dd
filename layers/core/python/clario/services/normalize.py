"""Normalize: from a raw object to a CSV part of our columns, the rejected rows, and a manifest that names them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import Any

from ..domain.errors import UnreadableDocument
from ..domain.normalize import normaliser
from ..domain.records import FinancialEvent, Record, Rejected
from ..domain.slices import Slice, SliceState, Step
from ..domain.streams import Stream
from ..domain.values import home_marketplace
from ..errors import DocumentUnreadable
from ..payloads import SliceTask
from .ports import ObjectStore
from .work import Database, Document

SPOOL_IN_MEMORY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `normalize` made of a document, for `store`: the names of the parts and what was counted.

    `outside` counts rows of neighbouring days: the window asked for is a day wider than the slice on both sides.
    """

    rows_part: str
    rejected_part: str
    rows: int
    rejected: int
    outside: int
    order_ids: list[str]


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
    manifest = normalize_document(document, part.definition, objects)
    with database.transaction(task.seller_id) as work:
        work.slices.save(_counted(part, manifest, work.loads.unseen_orders(part, manifest.order_ids)))
    return task.model_copy(update={"step": Step.STORE})


def _counted(part: Slice, manifest: Manifest, orders: int) -> Slice:
    return replace(
        part,
        state=SliceState.NORMALIZED,
        rows=manifest.rows,
        rejected=manifest.rejected,
        outside=manifest.outside,
        orders=orders,
    )


def normalize_document(document: Document, stream: Stream, objects: ObjectStore) -> Manifest:
    """Write the parts and the manifest beside them; the same document gives the same parts."""
    place = document.raw_object.replace("raw/", "normalized/", 1)
    counts = _Counts(document, stream)
    with objects.open(document.raw_object) as raw, SpooledTemporaryFile(SPOOL_IN_MEMORY, "w+b") as rejected:
        zone = home_marketplace(document.scope.split(",")).zone
        try:
            rows = objects.put(f"{place}/rows.csv", _csv(counts.sort(normaliser(stream)(raw, zone), rejected), stream))
        except UnreadableDocument as error:
            raise DocumentUnreadable(f"{stream.name}: {error}") from error
        rejected.seek(0)
        rejects = objects.put(f"{place}/rejected.jsonl", iter(lambda: rejected.read(65_536), b""))
    manifest = Manifest(rows.key, rejects.key, counts.rows, counts.rejected, counts.outside, sorted(counts.order_ids))
    objects.put(manifest_key(document), [json.dumps(asdict(manifest)).encode()])
    return manifest


def manifest_key(document: Document) -> str:
    return document.raw_object.replace("raw/", "normalized/", 1) + "/manifest.json"


class _Counts:
    """Sorts what the normaliser yields: rows of the slice's days go on, rejected ones aside, the rest is counted."""

    def __init__(self, document: Document, stream: Stream) -> None:
        self._days = document.days
        self._day = stream.day
        self.rows = self.rejected = self.outside = 0
        self.order_ids: set[str] = set()

    def sort(self, found: Iterator[Record | Rejected], rejected: Any) -> Iterator[Record]:
        for entry in found:
            day = self._day_of(entry)
            if day is not None and day not in self._days:
                self.outside += 1
            elif isinstance(entry, Rejected):
                self.rejected += 1
                rejected.write(json.dumps(asdict(entry), default=str).encode() + b"\n")
            else:
                self._count(entry)
                yield entry

    def _day_of(self, entry: Record | Rejected) -> date | None:
        if isinstance(entry, Rejected):
            return entry.day
        day: date | None = getattr(entry, self._day) if self._day else None
        return day

    def _count(self, record: Record) -> None:
        self.rows += 1
        if isinstance(record, FinancialEvent) and record.order_id:
            self.order_ids.add(record.order_id)


def _csv(records: Iterator[Record], stream: Stream) -> Iterator[bytes]:
    """CSV with a header, in blocks; an empty cell is NULL, because no value of ours is an empty text."""
    names = [field.name for field in fields(stream.record)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for number, record in enumerate(records, start=1):
        writer.writerow([getattr(record, name) for name in names])
        if number % 1000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
