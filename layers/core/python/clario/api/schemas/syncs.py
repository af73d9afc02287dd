"""Bodies about syncs."""

from typing import Literal

from pydantic import Field

from clario.api.schemas.common import Body, Success, UtcTime
from clario.services.pages import RejectedRow as StoredRejectedRow
from clario.services.pages import Statistics as StoredStatistics
from clario.services.records import Sync
from clario.services.status import SyncStatus

State = Literal["running", "completed", "failed", "cancelled"]
Trigger = Literal["manual", "connect", "scheduled"]


class Started(Body):
    sync_id: str
    status: Literal["running"] = "running"
    message: str = "Sync started successfully"


class SyncWarning(Body):
    """One per stream that failed (`error`) or is held back, and per connection that cannot be used."""

    source: str
    code: str
    severity: Literal["info", "warning", "error"]
    detail: str


class Stream(Body):
    """How far a sync is with one data set; `slicesDone` of `slicesTotal` parts are finished."""

    stream: str
    status: Literal["pending", "waiting", "loading", "completed", "failed"]
    slices_done: int
    slices_total: int
    rows: int
    rejected: int
    waiting_until: UtcTime | None


class SyncBody(Body):
    sync_id: str
    status: State
    progress: int = Field(ge=0, le=100)
    message: str
    started_at: UtcTime
    completed_at: UtcTime | None
    orders_processed: int
    total_orders: int
    claims_detected: int
    error: str | None
    trigger: Trigger
    warnings: list[SyncWarning]
    streams: list[Stream]
    detection: Literal["pending", "processing", "completed", "failed"] | None

    @classmethod
    def of(cls, found: SyncStatus) -> "SyncBody":
        return cls.model_validate(_values(found))


class SyncAnswer(Success, SyncBody):
    @classmethod
    def of(cls, found: SyncStatus) -> "SyncAnswer":
        return cls.model_validate(_values(found))


def _values(found: SyncStatus) -> dict[str, object]:
    names = SyncBody.model_fields.keys() - {"warnings", "streams", "detection"}
    return {
        **{name: getattr(found.sync, name) for name in names},
        "warnings": found.warnings,
        "streams": found.streams,
        "detection": found.detection,
    }


class ActiveSync(Body):
    """The running sync, else the one that ended last; null when there never was one."""

    has_active_sync: bool
    last_sync: SyncBody | None


class PastSync(Body):
    sync_id: str
    status: State
    started_at: UtcTime
    completed_at: UtcTime | None
    orders_processed: int
    claims_detected: int
    duration: int | None = Field(description="Seconds; null while running.")
    error: str | None
    trigger: Trigger

    @classmethod
    def of(cls, sync: Sync) -> "PastSync":
        duration = int((sync.completed_at - sync.started_at).total_seconds()) if sync.completed_at else None
        values = {name: getattr(sync, name) for name in cls.model_fields if name != "duration"}
        return cls.model_validate({**values, "duration": duration})


class History(Success):
    """Newest first."""

    history: list[PastSync]
    total: int


class Cancelled(Success):
    message: str = "Sync cancelled successfully"


class Counts(Body):
    total_syncs: int
    successful_syncs: int
    failed_syncs: int
    cancelled_syncs: int
    running_syncs: int
    total_orders_processed: int
    total_claims_detected: int


class StatisticsAnswer(Success):
    statistics: Counts

    @classmethod
    def of(cls, found: StoredStatistics) -> "StatisticsAnswer":
        counts = Counts(
            total_syncs=found.total,
            successful_syncs=found.completed,
            failed_syncs=found.failed,
            cancelled_syncs=found.cancelled,
            running_syncs=found.running,
            total_orders_processed=found.orders_processed,
            total_claims_detected=found.claims_detected,
        )
        return cls(statistics=counts)


class RejectedRow(Body):
    """A row of Amazon's that could not be read: `line` of the raw object, and the line as it came."""

    stream: str
    reason: str
    raw_object: str
    line: int
    raw: str

    @classmethod
    def of(cls, row: StoredRejectedRow) -> "RejectedRow":
        return cls.model_validate(row)


class RejectedRows(Success):
    rows: list[RejectedRow]
    total: int
    next_cursor: str | None
