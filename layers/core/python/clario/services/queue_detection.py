"""Queue detection: what was loaded is reconciled by a job of its own."""

from ..domain.progress import LOADED, message_for
from ..payloads import SyncTask
from .ports import Queue
from .work import Database


def queue_detection(task: SyncTask, *, database: Database, queue: Queue) -> SyncTask:
    """Put the sync's detection into the queue, once; the message may come twice, the job runs once at a time."""
    with database.transaction(task.seller_id) as work:
        is_sandbox = any(connection.is_sandbox for connection in work.connections.all())
        work.detections.enqueue(task.sync_id, is_sandbox)
        work.syncs.advance(task.sync_id, LOADED, message_for(LOADED))
    queue.send(task.model_dump(by_alias=True))
    return task
