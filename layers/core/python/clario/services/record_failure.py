"""Record failure: a slice that was given up says why; the sync goes on without it."""

from dataclasses import replace

from ..domain.slices import SliceState
from ..payloads import Empty, FailedSlice
from .failure import Failure
from .progress import report_progress
from .work import Database


def record_failure(task: FailedSlice, *, database: Database) -> Empty:
    """Write the failure into the slice's row; a revoked authorisation marks its connection too."""
    failure = Failure.of(task.failure)
    with database.transaction(task.seller_id) as work:
        part = work.slices.get(task.slice_id)
        work.slices.save(
            replace(part, state=SliceState.FAILED, note=failure.note, severity="error", error=failure.message)
        )
        if failure.kind == "AuthorizationRevoked":
            work.connections.revoke(part.connection_id, failure.message)
    report_progress(task, database)
    return Empty()
