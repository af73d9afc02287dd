"""Finish: end the sync, with what it found or with the reason why it failed."""

from ..domain.progress import completed_message, failed_message
from ..payloads import Empty, FinishTask
from .claims import count_claims
from .failure import Failure
from .ports import Clock
from .sources import failed_sources
from .work import Database, Work


def finish(task: FinishTask, *, database: Database, clock: Clock) -> Empty:
    """End a running sync; one that has ended, or goes on in another execution, stays as it is."""
    with database.transaction(task.seller_id) as work:
        if task.failure is not None:
            reason = Failure.of(task.failure).message
            work.syncs.end(task.sync_id, "failed", failed_message(reason), error=reason, part=task.part)
        else:
            _complete(task, work, clock)
    return Empty()


def _complete(task: FinishTask, work: Work, clock: Clock) -> None:
    claims = count_claims(work, clock)
    job = work.detections.queued(task.sync_id)
    still_running = job is not None and job.status in ("pending", "processing")
    message = completed_message(claims, failed_sources(work.slices.of(task.sync_id)), still_running)
    work.syncs.end(task.sync_id, "completed", message, claims=claims)
