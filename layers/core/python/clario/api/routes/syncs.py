"""Start, follow, list and cancel syncs."""

from typing import Annotated

from fastapi import APIRouter, Query

from clario.api.dependencies import (
    CurrentSeller,
    Cursor,
    Limit,
    Services,
    SyncId,
    bad_cursor,
    decode_cursor,
    encode_cursor,
)
from clario.api.document import answers
from clario.api.routes import examples
from clario.api.schemas.syncs import (
    ActiveSync,
    Cancelled,
    History,
    PastSync,
    RejectedRow,
    RejectedRows,
    Started,
    StatisticsAnswer,
    SyncAnswer,
    SyncBody,
)
from clario.services.status import newest_status, sync_status

router = APIRouter(tags=["sync"])

BIGGEST_OFFSET = 1_000_000
LARGEST_INTEGER = 2**31 - 1
LARGEST_BIGINT = 2**63 - 1


@router.post("/api/v1/integrations/sync/start", responses=answers(examples.STARTED, 403))
@router.post("/api/sync/force", responses=answers(examples.STARTED, 403))
@router.post("/api/sync/start", responses=answers(examples.STARTED, 403))
def start(services: Services, seller: CurrentSeller) -> Started:
    """Start a sync of every stream. Of simultaneous starts one wins; the others are told the running sync's id."""
    return Started(sync_id=services.syncs().start(seller))


@router.get("/api/sync/status", responses=answers(examples.ACTIVE))
def active_status(services: Services, seller: CurrentSeller) -> ActiveSync:
    """The running sync, else the one that ended last."""
    found = newest_status(seller, database=services.database, clock=services.clock)
    running = found is not None and found.sync.status == "running"
    return ActiveSync(has_active_sync=running, last_sync=SyncBody.of(found) if found else None)


@router.get("/api/v1/integrations/sync/status/{syncId}", responses=answers(examples.STATUS, 404))
@router.get("/api/sync/status/{syncId}", responses=answers(examples.STATUS, 404))
def status(services: Services, seller: CurrentSeller, sync_id: SyncId) -> SyncAnswer:
    """How far a sync is, stream by stream."""
    return SyncAnswer.of(sync_status(seller, sync_id, database=services.database, clock=services.clock))


@router.get("/api/v1/integrations/sync/history", responses=answers(examples.HISTORY))
@router.get("/api/sync/history", responses=answers(examples.HISTORY))
def history(
    services: Services,
    seller: CurrentSeller,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=BIGGEST_OFFSET)] = 0,
) -> History:
    """The seller's syncs, newest first."""
    with services.database.transaction(seller, snapshot=True) as work:
        syncs = work.syncs.newest(limit, offset)
        total = work.syncs.statistics().total
    return History(history=[PastSync.of(sync) for sync in syncs], total=total)


@router.post("/api/sync/cancel/{syncId}", responses=answers(examples.CANCELLED, 403, 404))
def cancel(services: Services, seller: CurrentSeller, sync_id: SyncId) -> Cancelled:
    """End a running sync. What was stored stays."""
    services.syncs().cancel(seller, sync_id)
    return Cancelled()


@router.get("/api/v1/integrations/sync/statistics", responses=answers(examples.STATISTICS))
def statistics(services: Services, seller: CurrentSeller) -> StatisticsAnswer:
    """Counts over all syncs."""
    with services.database.transaction(seller) as work:
        return StatisticsAnswer.of(work.syncs.statistics())


@router.get("/api/sync/{syncId}/rejected-rows", responses=answers(examples.REJECTED, 404))
def rejected_rows(
    services: Services, seller: CurrentSeller, sync_id: SyncId, limit: Limit = 50, cursor: Cursor = None
) -> RejectedRows:
    """The rows of Amazon's that this sync could not read, each with the reason and as it came."""
    after = _place(cursor) if cursor else ()
    with services.database.transaction(seller, snapshot=True) as work:
        work.syncs.get(sync_id)
        page = work.loads.rejected(sync_id, limit, after)
    rows = [RejectedRow.of(row) for row in page.items]
    return RejectedRows(rows=rows, total=page.total, next_cursor=encode_cursor(page.next_key))


def _place(cursor: str) -> tuple[int, ...]:
    """Document, line and ordinal; numbers that the database could not hold are none of ours."""
    key = decode_cursor(cursor, 3)
    if not all(part.isascii() and part.isdecimal() and len(part) <= 19 for part in key):
        raise bad_cursor()
    document_id, line, ordinal = map(int, key)
    if document_id > LARGEST_BIGINT or max(line, ordinal) > LARGEST_INTEGER:
        raise bad_cursor()
    return document_id, line, ordinal
