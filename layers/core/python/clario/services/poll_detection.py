"""Poll detection: wait for it, but not longer than a minute."""

from datetime import timedelta

from ..domain.progress import DETECTED, message_for
from ..payloads import DetectionPoll, SyncTask
from .ports import Clock
from .work import Database

PATIENCE = timedelta(seconds=60)
BETWEEN_LOOKS = timedelta(seconds=2)


def poll_detection(task: SyncTask, *, database: Database, clock: Clock) -> DetectionPoll:
    """Ready when detection has ended, or after a minute: it then finishes by itself and corrects the sync's count."""
    now = clock.now()
    with database.transaction(task.seller_id) as work:
        job = work.detections.queued(task.sync_id)
        ended = job is None or job.status in ("completed", "failed")
        if ended:
            work.syncs.advance(task.sync_id, DETECTED, message_for(DETECTED))
    if ended or (job is not None and now >= job.queued_at + PATIENCE):
        return DetectionPoll(seller_id=task.seller_id, sync_id=task.sync_id, ready=True)
    return DetectionPoll(seller_id=task.seller_id, sync_id=task.sync_id, ready=False, wait_until=now + BETWEEN_LOOKS)
