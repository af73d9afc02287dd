"""Replay: normalize, store and detect again what was loaded before, from the raw objects, without calling Amazon."""

from collections.abc import Callable
from datetime import date

from ..payloads import SyncTask
from .detect import run_detection
from .normalize import normalize_document
from .ports import Clock, ObjectStore
from .records import Document, Stored
from .store import store_document
from .work import Database


def replay(
    seller_id: str,
    since: date,
    *,
    database: Database,
    objects: ObjectStore,
    clock: Clock,
    told: Callable[[Document, Stored], None],
) -> int:
    """Every document about days from `since` on, in the order in which Amazon made them; answers how many.

    The rules of a store hold here too: a document writes only days of which nothing newer is known. Where rows have no
    day, what an older document brings is changed again by the newer ones that follow.
    """
    with database.transaction(seller_id) as work:
        documents = work.loads.documents_since(since)
        newest = work.syncs.newest(limit=1)
    for document in documents:
        normalize_document(document, objects)
        with database.transaction(seller_id) as work:
            stored = store_document(document, work, objects, in_order=True)
        told(document, stored)
    if newest:
        _detect_again(SyncTask(seller_id=seller_id, sync_id=newest[0].sync_id), database, clock)
    return len(documents)


def _detect_again(task: SyncTask, database: Database, clock: Clock) -> None:
    with database.transaction(task.seller_id) as work:
        is_sandbox = any(connection.is_sandbox for connection in work.connections.all())
        work.detections.enqueue(task.sync_id, is_sandbox)
    run_detection(task, database=database, clock=clock)
