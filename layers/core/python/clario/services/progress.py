"""Progress of a sync: told after a step has committed, in a short transaction of its own."""

from ..domain.progress import load_progress, message_for
from ..domain.slices import Slice, SliceState
from ..payloads import SyncTask
from .work import Database

STORED = frozenset({SliceState.STORED, SliceState.UNCHANGED})
COUNTED = STORED | {SliceState.NORMALIZED}


def report_progress(task: SyncTask, database: Database) -> None:
    """Bring number, message and order counts up to date with the slices; a number that is not higher stays."""
    with database.transaction(task.seller_id) as work:
        slices = work.slices.of(task.sync_id)
        number = load_progress(slices)
        work.syncs.set_orders(task.sync_id, processed=_orders(slices, STORED), total=_orders(slices, COUNTED))
        work.syncs.advance(task.sync_id, number, message_for(number))


def _orders(slices: list[Slice], states: frozenset[SliceState]) -> int:
    return sum(part.orders or 0 for part in slices if part.state in states)
