"""What use cases and database tell each other: rows as they are kept, and what was done with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..domain.values import DayRange


@dataclass(frozen=True, slots=True)
class Connection:
    """A seller's authorisation in one Amazon region."""

    connection_id: int
    seller_id: str
    region: str
    source: str  # database, environment
    selling_partner_id: str | None
    marketplace_ids: tuple[str, ...]
    is_sandbox: bool
    status: str  # active, revoked, disconnected


@dataclass(frozen=True, slots=True)
class EnvironmentConnection:
    """The connection that the environment's refresh token stands for; the fingerprint tells one token from another."""

    region: str
    is_sandbox: bool
    token_fingerprint: str


@dataclass(frozen=True, slots=True)
class SyncWarning:
    """What went wrong with a stream or a connection, or holds it back. `code` is a word for programs."""

    source: str
    code: str
    severity: str  # info, warning, error
    detail: str


@dataclass(frozen=True, slots=True)
class Sync:
    """A run that a person can see. `warnings` are those about whole connections."""

    sync_id: str
    seller_id: str
    status: str  # running, completed, failed, cancelled
    progress: int
    message: str
    trigger: str
    part: int
    planned: bool
    started_at: datetime
    completed_at: datetime | None
    orders_processed: int
    total_orders: int
    claims_detected: int
    error: str | None
    warnings: tuple[SyncWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One raw object and what it says: the days it covers, and when Amazon made it (`as_of`).

    Of its first day it says only what is newer than `since`, where that is set.
    """

    document_id: int
    connection_id: int
    stream: str
    source: str
    scope: str
    days: DayRange
    raw_object: str
    sha256: str
    size: int
    header_fingerprint: str | None
    as_of: datetime
    may_be_stale: bool
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store did, and what it found.

    Attributes:
        accepted_days: the days it was allowed to write.
        written, deleted: how many rows it wrote, and deleted or made zero.
        rows: how many the document has for its first table.
        rejected: how many rows could not be read.
        codes: the values of its coded columns (`clario.domain.contracts`) by column.
        doubted: it was not believed, because it has so few rows: this many are known, and stay.
    """

    accepted_days: int
    written: int
    deleted: int
    rows: int
    rejected: int
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    doubted: int | None = None


@dataclass(frozen=True, slots=True)
class QueuedDetection:
    """A row of the detection queue."""

    sync_id: str
    status: str  # pending, processing, completed, failed
    queued_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class DetectionAttempt:
    """One worker's turn at a job. `number` fences off earlier ones."""

    number: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A stream of a connection that a worker refreshes while its lease lasts.

    `prepaid`: an operation for each call that its usage plan has set aside for `due_at`. `failures`: earlier turns in a
    row that Amazon's failures cut short.
    """

    connection_id: int
    stream: str
    lease: str
    due_at: datetime
    prepaid: tuple[str, ...]
    failures: int


@dataclass(frozen=True, slots=True)
class ProductCost:
    """What the seller paid for one unit from that day on."""

    sku: str
    unit_cost: Decimal
    currency: str
    valid_from: date
