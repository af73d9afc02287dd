"""Detect: reconcile what is loaded and bring the seller's claims up to date."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from ..domain.claims import reconcile
from ..domain.detection.engine import detect as find_claims
from ..domain.progress import completed_message
from ..payloads import Empty, SyncTask
from .claims import count_claims, today_of
from .ports import Clock, Queue
from .sources import failed_sources
from .work import Connection, Database, DetectionAttempt, Work

# A little longer than a worker can live (15 minutes for a Lambda): a job is never worked on twice at once.
LEASE = timedelta(minutes=16)
# Nothing new is begun so shortly before the worker's time is up.
RESERVE = timedelta(minutes=5)


def detect(
    task: SyncTask, *, database: Database, queue: Queue, clock: Clock, deadline: datetime | None = None
) -> Empty:
    """Run the sync's queued detection; what is left when the time is up goes back into the queue.

    Args:
        deadline: when this worker will be stopped; None: never.
    """
    if not run_detection(task, database=database, clock=clock, deadline=deadline):
        queue.send(task.model_dump(by_alias=True))
    return Empty()


def run_detection(task: SyncTask, *, database: Database, clock: Clock, deadline: datetime | None = None) -> bool:
    """Work through the seller's connections, and say whether none is left for the next worker.

    Each connection is read from one consistent state, computed outside any transaction and written in a short one, in
    which a job that was overtaken by a later attempt writes nothing. A job that is done, or that another worker is at,
    is left alone.
    """
    with database.transaction(task.seller_id) as work:
        attempt = work.detections.begin(task.sync_id, LEASE)
        connections = [connection for connection in work.connections.all() if connection.marketplace_ids]
    if attempt is None:
        return True
    try:
        return _work_through(task, connections, attempt, database, clock, deadline)
    except Exception as error:
        with database.transaction(task.seller_id) as work:
            work.detections.finish(task.sync_id, attempt, error=f"{type(error).__name__}: {error}")
        raise


def _work_through(
    task: SyncTask,
    connections: list[Connection],
    attempt: DetectionAttempt,
    database: Database,
    clock: Clock,
    deadline: datetime | None,
) -> bool:
    for connection in connections:
        if connection.connection_id in attempt.done:
            continue
        if deadline is not None and clock.now() >= deadline - RESERVE:
            with database.transaction(task.seller_id) as work:
                work.detections.note_done(task.sync_id, attempt, put_back=True)
            return False
        attempt = replace(attempt, done=(*attempt.done, connection.connection_id))
        _detect_connection(task, connection, attempt, database, today_of(connection, clock))
    with database.transaction(task.seller_id) as work:
        if work.detections.still_mine(task.sync_id, attempt):
            work.detections.finish(task.sync_id, attempt)
            _correct_ended_sync(task, work, clock)
    return True


def _detect_connection(
    task: SyncTask, connection: Connection, attempt: DetectionAttempt, database: Database, today: date
) -> None:
    with database.transaction(task.seller_id, snapshot=True) as work:
        facts = work.detections.facts(connection)
    found = find_claims(facts, today)
    with database.transaction(task.seller_id) as work:
        if work.detections.still_mine(task.sync_id, attempt):
            changes = reconcile(work.detections.stored(connection.connection_id), found, today)
            work.detections.apply(connection, task.sync_id, changes, today)
            work.detections.note_done(task.sync_id, attempt)


def _correct_ended_sync(task: SyncTask, work: Work, clock: Clock) -> None:
    """Slow detection: the sync ended without it and now gets its count."""
    sync = work.syncs.get(task.sync_id)
    if sync.status == "completed":
        claims = count_claims(work, clock)
        message = completed_message(claims, failed_sources(work.slices.of(task.sync_id)))
        work.syncs.correct_claims(task.sync_id, claims, message)
