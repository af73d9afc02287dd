"""Detect: reconcile what is loaded and bring the seller's claims up to date."""

from datetime import date

from ..domain.claims import reconcile
from ..domain.detection.engine import detect as find_claims
from ..domain.progress import completed_message
from ..domain.values import home_marketplace, local_day
from ..payloads import Empty, SyncTask
from .ports import Clock
from .sources import failed_sources
from .work import Connection, Database, Work


def detect(task: SyncTask, *, database: Database, clock: Clock) -> Empty:
    """Run the sync's queued detection, connection by connection.

    Each connection is read from one consistent state, computed outside any transaction and written in a short one, in
    which a job that was overtaken by a later attempt writes nothing.
    """
    with database.transaction(task.seller_id) as work:
        attempt = work.detections.begin(task.sync_id)
        connections = [connection for connection in work.connections.all() if connection.marketplace_ids]
    try:
        for connection in connections:
            _detect_connection(task, connection, attempt, database, _today(connection, clock))
    except Exception as error:
        with database.transaction(task.seller_id) as work:
            work.detections.finish(task.sync_id, attempt, error=f"{type(error).__name__}: {error}")
        raise
    with database.transaction(task.seller_id) as work:
        if work.detections.still_mine(task.sync_id, attempt):
            work.detections.finish(task.sync_id, attempt)
            _correct_ended_sync(task, work, clock)
    return Empty()


def _detect_connection(task: SyncTask, connection: Connection, attempt: int, database: Database, today: date) -> None:
    with database.transaction(task.seller_id, snapshot=True) as work:
        facts = work.detections.facts(connection)
    found = find_claims(facts, today)
    with database.transaction(task.seller_id) as work:
        if work.detections.still_mine(task.sync_id, attempt):
            changes = reconcile(work.detections.stored(connection.connection_id), found, today)
            work.detections.apply(connection, task.sync_id, changes, today)


def _today(connection: Connection, clock: Clock) -> date:
    return local_day(clock.now(), home_marketplace(list(connection.marketplace_ids)).zone)


def count_claims(work: Work, clock: Clock) -> int:
    """Claims of the seller that are neither expired nor resolved, by each marketplace's own today."""
    today = {
        connection.connection_id: _today(connection, clock)
        for connection in work.connections.all()
        if connection.marketplace_ids
    }
    return work.detections.count_claims(today)


def _correct_ended_sync(task: SyncTask, work: Work, clock: Clock) -> None:
    """Slow detection: the sync ended without it and now gets its count."""
    sync = work.syncs.get(task.sync_id)
    if sync.status == "completed":
        claims = count_claims(work, clock)
        message = completed_message(claims, failed_sources(work.slices.of(task.sync_id)))
        work.syncs.correct_claims(task.sync_id, claims, message)
