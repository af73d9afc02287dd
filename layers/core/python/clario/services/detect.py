"""Detect: reconcile what is loaded and bring the seller's claims up to date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.claims import reconcile
from ..domain.detection.runs.batches import BatchResult, examine_batch
from ..domain.detection.runs.records import Batch
from ..domain.detection.runs.survey import Survey
from ..domain.progress import completed_message
from ..payloads import Empty, SyncTask
from .claims import count_claims, today_of
from .ports import Clock, Queue
from .records import Connection, DetectionAttempt
from .sources import failed_sources
from .work import Database, Work

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
    """Work through the seller's connections, and say whether nothing is left for the next worker.

    A connection's components are looked at in batches. Each is read from one consistent state, computed outside any
    transaction and written in a short one, in which a job that was overtaken by a later attempt writes nothing. What a
    batch has written is not due any more: whoever goes on with the job begins with the rest. A job that is done, or
    that another worker is at, is left alone.
    """
    with database.transaction(task.seller_id) as work:
        attempt = work.detections.begin(task.sync_id, LEASE)
        connections = [connection for connection in work.connections.all() if connection.marketplace_ids]
    if attempt is None:
        return True
    try:
        return _Run(task, attempt, database, clock, deadline).through(connections)
    except Exception as error:
        with database.transaction(task.seller_id) as work:
            work.detections.finish(task.sync_id, attempt, error=f"{type(error).__name__}: {error}")
        raise


@dataclass(frozen=True, slots=True)
class _Run:
    """One worker's turn at a job."""

    task: SyncTask
    attempt: DetectionAttempt
    database: Database
    clock: Clock
    deadline: datetime | None

    def through(self, connections: Iterable[Connection]) -> bool:
        """All connections; False when the time is up before the last one is done."""
        task, attempt = self.task, self.attempt
        done = all(self._connection(connection) for connection in connections)
        with self.database.transaction(task.seller_id) as work:
            if work.detections.still_mine(task.sync_id, attempt):
                if done:
                    work.detections.finish(task.sync_id, attempt)
                    _correct_ended_sync(task, work, self.clock)
                else:
                    work.detections.put_back(task.sync_id, attempt)
        return done

    def _connection(self, connection: Connection) -> bool:
        today, survey = today_of(connection, self.clock), None
        while not self._time_is_up():
            with self.database.transaction(self.task.seller_id, snapshot=True) as work:
                survey = work.detections.survey(connection, today, survey)
                batch = survey.next_batch()
                parts = work.detections.gather(connection, survey, batch) if batch else []
            if batch is None:
                return True
            result = examine_batch(survey, batch, parts)
            if not self._write(connection, survey, batch, result):
                return True
            survey.learn(batch, result.remembered)
        return False

    def _time_is_up(self) -> bool:
        return self.deadline is not None and self.clock.now() >= self.deadline - RESERVE

    def _write(self, connection: Connection, survey: Survey, batch: Batch, result: BatchResult) -> bool:
        """False when another worker has the job now."""
        with self.database.transaction(self.task.seller_id) as work:
            if not work.detections.still_mine(self.task.sync_id, self.attempt):
                return False
            known = batch.fingerprints.union(claim.fingerprint for claim in result.run.claims)
            stored = work.detections.stored(connection.connection_id, known)
            changes = reconcile(stored, result.run, survey.as_of)
            work.detections.apply(connection, self.task.sync_id, changes, survey.as_of)
            work.detections.remember(connection, survey, batch, result.remembered)
        return True


def _correct_ended_sync(task: SyncTask, work: Work, clock: Clock) -> None:
    """Slow detection: the sync ended without it and now gets its count."""
    sync = work.syncs.get(task.sync_id)
    if sync.status == "completed":
        claims = count_claims(work, clock)
        message = completed_message(claims, failed_sources(work.slices.of(task.sync_id)))
        work.syncs.correct_claims(task.sync_id, claims, message)
