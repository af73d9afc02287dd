"""Dispatch: what a tick of the scheduler sets going: scheduled syncs, and what got stuck between two steps."""

from collections import Counter
from datetime import datetime, time, timedelta

from ..errors import AmazonNotConnected, SyncInProgress
from ..payloads import Dispatched, SyncTask
from .ports import Clock, Queue
from .syncs import Revival, SyncControl
from .work import Dispatch

# A running sync gives a sign of life whenever it plans. Whoever has been quiet for so long is looked after.
QUIET = timedelta(minutes=2)
# A scheduled sync that failed is tried again after that, not at every tick.
TRY_AGAIN = timedelta(hours=1)
# So many a tick, that a tick ends in time; the others follow in the next.
AT_ONCE = 100


def dispatch(*, due: Dispatch, control: SyncControl, queue: Queue, clock: Clock, daily_at: time) -> Dispatched:
    """Do everything that is due. A tick that comes twice or late does no harm.

    Args:
        daily_at: when the daily syncs start, UTC.
    """
    now = clock.now()
    revivals = Counter(control.revive(seller_id) for seller_id in due.quiet_syncs(now - QUIET))
    return Dispatched(
        restarted=revivals[Revival.RESTARTED],
        interrupted=revivals[Revival.ENDED],
        detections=_send_again(due, queue, now),
        started=_start_daily(due, control, now, daily_at),
    )


def _send_again(due: Dispatch, queue: Queue, now: datetime) -> int:
    waiting = due.waiting_detections(now - QUIET, AT_ONCE)
    for seller_id, sync_id in waiting:
        queue.send(SyncTask(seller_id=seller_id, sync_id=sync_id).model_dump(by_alias=True))
    return len(waiting)


def _start_daily(due: Dispatch, control: SyncControl, now: datetime, daily_at: time) -> int:
    fell_due, failed_before = last_due(now, daily_at), now - TRY_AGAIN
    return sum(
        _started(control, seller_id, fell_due, failed_before)
        for seller_id in due.due_sellers(fell_due, failed_before, AT_ONCE)
    )


def _started(control: SyncControl, seller_id: str, fell_due: datetime, failed_before: datetime) -> bool:
    try:
        return control.start_due(seller_id, fell_due, failed_before)
    except (AmazonNotConnected, SyncInProgress):
        return False


def last_due(now: datetime, daily_at: time) -> datetime:
    """The newest moment at which daily syncs fell due."""
    today = datetime.combine(now.date(), daily_at, now.tzinfo)
    return today if today <= now else today - timedelta(days=1)
