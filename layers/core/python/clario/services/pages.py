"""What people read page by page: the shapes of questions and answers of the database port."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from ..domain.anomalies import AnomalyFamily, AnomalyType
from ..domain.claims import Severity, Status, Tier

ItemT = TypeVar("ItemT")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some of `total` items. `next_key` is the place after the last of them, None when nothing follows."""

    items: list[ItemT]
    total: int
    next_key: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Today:
    """The present as lists of claims need it: each marketplace's calendar day, and what currencies are worth."""

    days: Mapping[str, date]
    usd_rates: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class DetectionFilter:
    """None: any. `sync_id`: found or changed by that sync; `min_value`: in US-dollar equivalents."""

    sync_id: str | None = None
    anomaly_type: AnomalyType | None = None
    anomaly_family: AnomalyFamily | None = None
    severity: Severity | None = None
    tier: Tier | None = None
    status: Status | None = None
    expired: bool | None = None
    currency: str | None = None
    min_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """A stored detection as it stands today: the row, and what depends on the day."""

    row: Row
    days_remaining: int
    expired: bool
    severity: Severity


@dataclass(frozen=True, slots=True)
class Totals:
    """Values in one currency: claimable today, open only under strict netting, and lost to a deadline."""

    currency: str
    claimable: Decimal
    review: Decimal
    expired: Decimal


@dataclass(frozen=True, slots=True)
class DetectionPage(Page[Detection]):
    """The totals are those of everything that the filter lets through, not of this page."""

    totals: list[Totals]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of a detection's stored history."""

    at: datetime
    sync_id: str
    kind: str
    entry: Row


@dataclass(frozen=True, slots=True)
class StoredDetection:
    """A detection with its history, oldest first."""

    detection: Detection
    history: list[HistoryRow]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A source row that could not be read, with its place in the raw object."""

    stream: str
    reason: str
    raw_object: str
    line: int
    raw: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over all syncs of a seller, and over all claims ever detected."""

    total: int
    completed: int
    failed: int
    cancelled: int
    running: int
    orders_processed: int
    claims_detected: int


@dataclass(frozen=True, slots=True)
class DetectionOrder:
    """How a list of detections is sorted, and the key after which it goes on."""

    sort: str = "-estimatedValue"
    after: tuple[Decimal, UUID] | None = None
