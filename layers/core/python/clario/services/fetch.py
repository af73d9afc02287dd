"""Fetch: bring the slice's data as Amazon sends it into the raw store, and note the document."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import chain
from uuid import uuid4

from ..domain.personal import without_personal_columns
from ..domain.slices import Slice, SliceState, Step
from ..domain.sources import FoundReportSource, ReportSource
from ..payloads import SliceTask
from .amazon import AmazonStep
from .ports import ObjectStore, SellerApi
from .progress import report_progress
from .readers import lines_of, read_slice
from .records import Document


def fetch(task: SliceTask, step: AmazonStep, objects: ObjectStore) -> SliceTask:
    """Read the whole report, or every page of the slice, into one raw object."""

    def work(part: Slice, api: SellerApi) -> SliceTask:
        if isinstance(part.definition, ReportSource):
            return _fetch_report(task, step, part, api, objects)
        return _fetch_pages(task, step, part, api, objects)

    return step.in_turn(task, Step.FETCH, work)


def _fetch_report(task: SliceTask, step: AmazonStep, part: Slice, api: SellerApi, objects: ObjectStore) -> SliceTask:
    assert part.report_document_id is not None
    assert part.report_made_at is not None
    with api.open_document(part.report_document_id) as chunks:
        return _keep(task, step, part, chunks, objects, part.report_made_at)


def _fetch_pages(task: SliceTask, step: AmazonStep, part: Slice, api: SellerApi, objects: ObjectStore) -> SliceTask:
    as_of = step.clock.now()
    lines = read_slice(part, api, as_of)
    first = next(lines, None)
    if first is None:
        return _nothing(task, step, part, as_of)
    return _keep(task, step, part, chain([first], lines), objects, as_of)


def _nothing(task: SliceTask, step: AmazonStep, part: Slice, as_of: datetime) -> SliceTask:
    with step.database.transaction(task.seller_id) as work:
        work.loads.cover(part, as_of)
        work.slices.save(
            replace(part, state=SliceState.STORED, wait_until=None, rows=0, rejected=0, outside=0, orders=0)
        )
    report_progress(task, step.database)
    return task.model_copy(update={"step": Step.REST})


def _keep(
    task: SliceTask, step: AmazonStep, part: Slice, chunks: Iterator[bytes], objects: ObjectStore, as_of: datetime
) -> SliceTask:
    document = keep_raw(task.seller_id, part, chunks, objects, as_of)
    with step.database.transaction(task.seller_id) as work:
        may_be_stale = step.within_cooldown(part, as_of, work)
        document_id = work.loads.add_document(replace(document, may_be_stale=may_be_stale))
        fetched = replace(part, state=SliceState.FETCHED, document_id=document_id, wait_until=None, prepaid=())
        work.slices.save(fetched)
    return task.model_copy(update={"step": Step.NORMALIZE})


def keep_raw(seller_id: str, part: Slice, chunks: Iterator[bytes], objects: ObjectStore, as_of: datetime) -> Document:
    """Write the slice's raw object. The answer is its document, which nobody has noted yet."""
    header = _Header(chunks)
    stored = objects.put(_raw_key(seller_id, part), _without_buyers(header, part))
    return Document(
        document_id=0,
        connection_id=part.connection_id,
        stream=part.stream,
        source=part.source,
        scope=part.scope,
        days=part.days,
        raw_object=stored.key,
        sha256=stored.sha256,
        size=stored.size,
        header_fingerprint=header.fingerprint(part),
        as_of=as_of,
        may_be_stale=False,
        since=part.since,
    )


def _raw_key(seller_id: str, part: Slice) -> str:
    """A fresh name each time: what another attempt wrote is never overwritten. Seller ids do not go into names."""
    owner = sha256(seller_id.encode()).hexdigest()[:24]
    return (
        f"raw/{owner}/{part.connection_id}/{part.stream}/{part.source}/{part.days.start}_{part.days.end}/{uuid4().hex}"
    )


def _without_buyers(chunks: Iterable[bytes], part: Slice) -> Iterable[bytes]:
    """A report that tells of buyers, line by line without them; pages have lost them when they were read."""
    source = part.definition
    if isinstance(source, ReportSource) and source.personal:
        return without_personal_columns(source.name, lines_of(chunks))
    return chunks


class _Header:
    """Passes chunks on and remembers the first line, whose change means that Amazon changed the columns."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._first = b""
        self._complete = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if not self._complete:
                head, newline, _ = chunk.partition(b"\n")
                self._first += head
                self._complete = bool(newline) or len(self._first) > 65_536
            yield chunk

    def fingerprint(self, part: Slice) -> str | None:
        """Of a report's header line; pages of JSON have none."""
        is_report = isinstance(part.definition, ReportSource | FoundReportSource)
        return sha256(self._first.strip()).hexdigest()[:16] if is_report else None
