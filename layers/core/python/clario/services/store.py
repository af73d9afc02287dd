"""Store: bring a document's normalized rows into their tables, with its coverage, in one transaction."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

from ..domain.records import Rejected
from ..domain.slices import Slice, SliceState, Step
from ..payloads import SliceTask
from .amazon import held_back, newest_data, since
from .contracts import too_few, watch
from .normalize import Manifest, manifest_key
from .ports import Metrics, ObjectStore
from .progress import report_progress
from .records import Document, Stored
from .work import Database, Work


def store(task: SliceTask, *, database: Database, objects: ObjectStore, metrics: Metrics) -> SliceTask:
    """Store the slice's document; late, repeated or overtaken by a newer document, it changes nothing wrong."""
    with database.transaction(task.seller_id) as work:
        part = work.slices.get(task.slice_id)
        if part.state is SliceState.NORMALIZED and part.document_id is not None:
            document = work.loads.document(part.document_id)
            stored = store_document(document, work, objects)
            watch(document, stored, work, metrics)
            work.slices.save(_ended(part, document, stored, work))
    report_progress(task, database)
    return task.model_copy(update={"step": Step.REST})


def store_document(document: Document, work: Work, objects: ObjectStore, *, in_order: bool = False) -> Stored:
    """Write the parts that the document's manifest names; `in_order`: see `clario.services.work.Loads.store`."""
    with objects.open(manifest_key(document)) as stream:
        manifest = Manifest(**json.load(stream))
    with ExitStack() as opened:
        parts = {table: opened.enter_context(objects.open(key)) for table, key in manifest.parts.items()}
        return work.loads.store(document, parts, _rejected(manifest, objects), in_order=in_order)


def _rejected(manifest: Manifest, objects: ObjectStore) -> Iterator[Rejected]:
    with objects.open(manifest.rejected_part) as lines:
        for line in lines:
            entry = json.loads(line)
            day = date.fromisoformat(entry["day"]) if entry["day"] else None
            yield Rejected(entry["line"], entry["reason"], entry["raw"], day)


def _ended(part: Slice, document: Document, stored: Stored, work: Work) -> Slice:
    if told := too_few(stored):
        detail = told + since(newest_data(part, work))
        return replace(part, state=SliceState.UNCHANGED, note="report_shrank", severity="warning", error=detail)
    if document.may_be_stale and not stored.written:
        return held_back(part, newest_data(part, work))
    return replace(part, state=SliceState.STORED)
