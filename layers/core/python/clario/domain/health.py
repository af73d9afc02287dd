"""How each data source is: from what is loaded and of when, what failed, and what runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .sources import PagedSource
from .streams import DAILY, STREAMS

# The data sources people know by name, in the order they are shown; each further stream is one of its own.
NAMES = {
    "amazon_spapi_shipments": "Shipment Data",
    "amazon_spapi_inventory": "Fulfillment Center Data",
    "amazon_spapi_orders": "Sales & Order Data",
    "amazon_spapi_returns": "Returns Data",
}
# After so many cadences without news a source is stale.
STALE_AFTER = 3


class SourceStatus(StrEnum):
    """The later the worse."""

    CONNECTED = "connected"
    SYNCING = "syncing"
    STALE = "stale"
    ERROR = "error"
    DISCONNECTED = "disconnected"

    @property
    def badness(self) -> int:
        return list(SourceStatus).index(self)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Something odd about a stream's documents (`clario.domain.contracts`)."""

    stream: str
    source: str
    code: str
    detail: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class StreamState:
    """What is known of a stream of one connection.

    Attributes:
        as_of: of when the newest data of each of its datasets is, of those that were ever loaded.
        rows: that the newest sync which read it has brought.
        loading: a running sync has yet to load it.
        error: of the last failure, while what failed has not been loaded since.
        due: when the next refresh between syncs begins.
    """

    connection_id: int
    stream: str
    is_active: bool
    connection_error: str | None = None
    as_of: Mapping[str, datetime] = field(default_factory=dict)
    rows: int = 0
    loading: bool = False
    error: str | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataSource:
    """A data source as people see it.

    Attributes:
        last_pulled: of when its newest data is; None: it was never loaded.
        next_due: when it is read again if everything goes well.
        rows: that the newest syncs which read it have brought.
    """

    name: str
    source: str
    status: SourceStatus
    last_pulled: datetime | None
    enabled: bool
    error: str | None
    notes: list[SourceNote]
    next_due: datetime | None
    rows: int


def data_sources(states: Sequence[StreamState], notes: Sequence[SourceNote], now: datetime) -> list[DataSource]:
    """Every data source in the order it is shown; of several connections the one that is worst off speaks."""
    streams: dict[str, list[str]] = {source: [] for source in NAMES}
    for stream in STREAMS.values():
        streams.setdefault(stream.health_source, []).append(stream.name)
    return [_data_source(source, names, states, notes, now) for source, names in streams.items()]


def _data_source(
    source: str, streams: list[str], states: Sequence[StreamState], notes: Sequence[SourceNote], now: datetime
) -> DataSource:
    by_connection: dict[int, list[StreamState]] = {}
    for state in states:
        if state.stream in streams:
            by_connection.setdefault(state.connection_id, []).append(state)
    worst = max(by_connection.values(), key=lambda group: _badness(group, now), default=[])
    active = [state for group in by_connection.values() for state in group if state.is_active]
    return DataSource(
        name=NAMES.get(source) or f"{streams[0].replace('_', ' ').title()} Data",
        source=source,
        status=_status(worst, now),
        last_pulled=_last_pulled(worst),
        enabled=any(state.is_active for state in worst),
        error=_error(worst, now),
        notes=[note for note in notes if note.stream in streams],
        next_due=min(filter(None, map(_next_due, active)), default=None),
        rows=sum(state.rows for group in by_connection.values() for state in group),
    )


def _badness(group: list[StreamState], now: datetime) -> tuple[int, timedelta]:
    last = _last_pulled(group)
    return _status(group, now).badness, now - last if last else timedelta.max


def _status(group: Iterable[StreamState], now: datetime) -> SourceStatus:
    """The worst of the streams; without a connection there is none."""
    found = [stream_status(state, now) for state in group] or [SourceStatus.DISCONNECTED]
    return max(found, key=lambda status: status.badness)


def stream_status(state: StreamState, now: datetime) -> SourceStatus:
    """How one stream of one connection is."""
    if not state.is_active or not state.as_of:
        return SourceStatus.DISCONNECTED
    if state.error:
        return SourceStatus.ERROR
    if state.loading:
        return SourceStatus.SYNCING
    return SourceStatus.STALE if _is_stale(state, now) else SourceStatus.CONNECTED


def _is_stale(state: StreamState, now: datetime) -> bool:
    """Whether a dataset is too old, or was never loaded beside the others."""
    limits = {dataset: now - STALE_AFTER * every for dataset, every in cadences(state.stream).items()}
    return any(state.as_of.get(dataset, limit) <= limit for dataset, limit in limits.items())


def cadences(stream: str) -> dict[str, timedelta]:
    """How often each dataset of the stream is read: what is not read page by page comes with the daily syncs."""
    found: dict[str, timedelta] = {}
    for source in STREAMS[stream].sources:
        cadence = STREAMS[stream].cadence
        every = cadence if isinstance(source, PagedSource) else max(cadence, DAILY)
        found[source.dataset] = min(every, found.get(source.dataset, every))
    return found


def _last_pulled(group: Iterable[StreamState]) -> datetime | None:
    return max((as_of for state in group for as_of in state.as_of.values()), default=None)


def _next_due(state: StreamState) -> datetime | None:
    if state.due:
        return state.due
    every = cadences(state.stream)
    return min((state.as_of[dataset] + every[dataset] for dataset in every.keys() & state.as_of.keys()), default=None)


def _error(group: Iterable[StreamState], now: datetime) -> str | None:
    """What the worst of the streams that have one says."""
    told = [state for state in group if state.error or state.connection_error]
    worst = max(told, key=lambda state: stream_status(state, now).badness, default=None)
    return (worst.connection_error or worst.error) if worst else None


def how_long_ago(moment: datetime | None, now: datetime) -> str:
    """Like "2 minutes ago", in whole units of the largest that fits."""
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
