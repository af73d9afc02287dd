"""Finish: end the sync, with what it found or with the reason why it failed."""

from ..domain.progress import INTERRUPTED, completed_message, failed_message
from ..payloads import Empty, FinishTask
from .claims import count_claims
from .failure import Failure
from .ports import Clock
from .sources import failed_sources
from .syncs import execution_name_of
from .work import Database, Work


def finish(task: FinishTask, *, database: Database, clock: Clock) -> Empty:
    """End a running sync; one that has ended, or goes on in another execution, stays as it is."""
    with database.transaction(task.seller_id) as work:
        if task.execution is not None:
            _end_interrupted(task, work)
        elif task.failure is not None:
            _fail(task, work, Failure.of(task.failure).message)
        else:
            _complete(task, work, clock)
    return Empty()


def _end_interrupted(task: FinishTask, work: Work) -> None:
    """Its execution ended without a word: stopped by somebody, or out of time."""
    if execution_name_of(work.syncs.get(task.sync_id)) == task.execution:
        _fail(task, work, INTERRUPTED)


def _fail(task: FinishTask, work: Work, reason: str) -> None:
    work.syncs.end(task.sync_id, "failed", failed_message(reason), error=reason)


def _complete(task: FinishTask, work: Work, clock: Clock) -> None:
    claims = count_claims(work, clock)
    job = work.detections.queued(task.sync_id)
    still_running = job is not None and job.status in ("pending", "processing")
    message = completed_message(claims, failed_sources(work.slices.of(task.sync_id)), still_running)
    work.syncs.end(task.sync_id, "completed", message, claims=claims)
