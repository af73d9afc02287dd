"""A sync as people see it: its row, and what its slices and its detection job say about each stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.slices import FINISHED, Slice, SliceState
from ..domain.streams import STREAMS
from .ports import Clock
from .records import Sync, SyncWarning
from .work import Database, Work

SEVERITIES = ("info", "warning", "error")
UNTOUCHED = frozenset({SliceState.PLANNED})
GONE_WRONG = frozenset({SliceState.FAILED, SliceState.QUARANTINED})


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How far a sync is with one stream. `waiting_until` is set while nothing of it can go on before then."""

    stream: str
    status: str  # pending, waiting, loading, completed, failed
    slices_done: int
    slices_total: int
    rows: int
    rejected: int
    waiting_until: datetime | None


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """`detection` is the state of its detection job, None until it is queued."""

    sync: Sync
    warnings: list[SyncWarning]
    streams: list[StreamStatus]
    detection: str | None


def sync_status(seller_id: str, sync_id: str, *, database: Database, clock: Clock) -> SyncStatus:
    """Raises `SyncNotFound`."""
    with database.transaction(seller_id, snapshot=True) as work:
        return _status(work.syncs.get(sync_id), work, clock)


def newest_status(seller_id: str, *, database: Database, clock: Clock) -> SyncStatus | None:
    """The running sync, else the one that ended last, else None."""
    with database.transaction(seller_id, snapshot=True) as work:
        sync = work.syncs.running() or next(iter(work.syncs.newest(limit=1)), None)
        return _status(sync, work, clock) if sync else None


def _status(sync: Sync, work: Work, clock: Clock) -> SyncStatus:
    slices = work.slices.of(sync.sync_id)
    job = work.detections.queued(sync.sync_id)
    warnings = [*sync.warnings, *warnings_of(slices)]
    return SyncStatus(sync, warnings, streams_of(sync, slices, clock.now()), job.status if job else None)


def warnings_of(slices: Iterable[Slice]) -> list[SyncWarning]:
    """One per stream that failed or is held back: its worst, and of equally bad ones the first."""
    worst: dict[str, Slice] = {}
    for part in slices:
        if part.severity and (part.stream not in worst or _rank(part) > _rank(worst[part.stream])):
            worst[part.stream] = part
    return [_warning(part) for part in worst.values()]


def _rank(part: Slice) -> int:
    return SEVERITIES.index(part.severity or "info")


def _warning(part: Slice) -> SyncWarning:
    code = part.note or "load_failed"
    return SyncWarning(part.stream, code, part.severity or "info", part.error or code)


def streams_of(sync: Sync, slices: Iterable[Slice], now: datetime) -> list[StreamStatus]:
    """The streams of a sync in the order of the stream table; before it is planned all of them, pending."""
    if not sync.planned:
        return [StreamStatus(name, "pending", 0, 0, 0, 0, None) for name in STREAMS]
    by_stream: dict[str, list[Slice]] = {}
    for part in slices:
        by_stream.setdefault(part.stream, []).append(part)
    running = sync.status == "running"
    return [_stream(name, by_stream[name], now, running) for name in STREAMS if name in by_stream]


def _stream(name: str, slices: list[Slice], now: datetime, running: bool) -> StreamStatus:
    open_slices = [part for part in slices if part.state not in FINISHED]
    waiting_until = _waiting_until(open_slices, now) if running else None
    if not open_slices:
        status = "failed" if any(part.state in GONE_WRONG for part in slices) else "completed"
    elif waiting_until:
        status = "waiting"
    else:
        status = "loading" if running and any(_begun(part) for part in slices) else "pending"
    return StreamStatus(
        stream=name,
        status=status,
        slices_done=len(slices) - len(open_slices),
        slices_total=len(slices),
        rows=sum(part.rows or 0 for part in slices),
        rejected=sum(part.rejected or 0 for part in slices),
        waiting_until=waiting_until,
    )


def _begun(part: Slice) -> bool:
    return part.state not in UNTOUCHED or part.attempts > 0 or part.wait_until is not None


def _waiting_until(open_slices: list[Slice], now: datetime) -> datetime | None:
    """When the first of them goes on, if all of them wait."""
    times = [part.wait_until for part in open_slices]
    waits = [until for until in times if until is not None and until > now]
    return min(waits) if waits and len(waits) == len(open_slices) else None


SOON = timedelta(seconds=1)
LATEST = timedelta(seconds=5)


def come_back_after(slices: Iterable[Slice], now: datetime) -> timedelta:
    """How long a reader of the event stream may stay away: a second, and longer while all there is to do is wait."""
    open_slices = [part for part in slices if part.state not in FINISHED]
    until = _waiting_until(open_slices, now)
    return max(SOON, min(until - now, LATEST)) if until else SOON
