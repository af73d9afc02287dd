"""Store: bring a document's normalized rows into their tables, with its coverage, in one transaction."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

from ..domain.records import Rejected
from ..domain.slices import Slice, SliceState, Step
from ..payloads import SliceTask
from .amazon import held_back
from .normalize import Manifest, manifest_key
from .ports import ObjectStore
from .progress import report_progress
from .work import Database, Document, Stored, Work


def store(task: SliceTask, *, database: Database, objects: ObjectStore) -> SliceTask:
    """Store the slice's document; late, repeated or overtaken by a newer document, it changes nothing wrong."""
    with database.transaction(task.seller_id) as work:
        part = work.slices.get(task.slice_id)
        if part.state is SliceState.NORMALIZED and part.document_id is not None:
            document = work.loads.document(part.document_id)
            stored = store_document(document, work, objects)
            work.slices.save(_ended(part, document, stored, work))
    report_progress(task, database)
    return task.model_copy(update={"step": Step.REST})


def store_document(document: Document, work: Work, objects: ObjectStore) -> Stored:
    """Write the parts that the document's manifest names."""
    with objects.open(manifest_key(document)) as stream:
        manifest = Manifest(**json.load(stream))
    with ExitStack() as opened:
        parts = {table: opened.enter_context(objects.open(key)) for table, key in manifest.parts.items()}
        return work.loads.store(document, parts, _rejected(manifest, objects))


def _rejected(manifest: Manifest, objects: ObjectStore) -> Iterator[Rejected]:
    with objects.open(manifest.rejected_part) as lines:
        for line in lines:
            entry = json.loads(line)
            day = date.fromisoformat(entry["day"]) if entry["day"] else None
            yield Rejected(entry["line"], entry["reason"], entry["raw"], day)


def _ended(part: Slice, document: Document, stored: Stored, work: Work) -> Slice:
    if document.may_be_stale and not stored.written:
        return held_back(part, work)
    return replace(part, state=SliceState.STORED)
