"""What the use cases need from the outside, as protocols. `spapi`, `db`, `files` and `aws` implement them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol


class Clock(Protocol):
    """Time as the program sees it: real, or virtual in simulations."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A Login-with-Amazon access token; the value is a secret and never printed."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"AccessToken(expires_at={self.expires_at.isoformat()})"


class AccessTokens(Protocol):
    """Where workers of one connection share its access token."""

    def load(self) -> AccessToken | None:
        """The kept token, whatever its age, or None."""
        ...

    def lease(self, seconds: float) -> bool:
        """True for exactly one of many workers: that one asks Amazon for a new token now."""
        ...

    def save(self, token: AccessToken) -> None:
        """Keep a new token (encrypted) and end the lease."""
        ...


class UsagePlans(Protocol):
    """The clocks of Amazon's usage plans for one selling partner and application."""

    def reserve(self, operation: str) -> datetime:
        """Consume one call of the operation and answer from when on it may be sent (not after now: at once)."""
        ...

    def learn(self, operation: str, rate: float) -> None:
        """Take over the rate (calls per second) that Amazon named in `x-amzn-RateLimit-Limit`."""
        ...

    def throttled(self, operation: str) -> None:
        """Amazon answered 429: the next call is at least 1/rate away."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """A report job at Amazon (Reports API 2021-06-30)."""

    report_id: str
    report_type: str
    status: str  # IN_QUEUE, IN_PROGRESS, DONE, CANCELLED, FATAL
    created_at: datetime
    marketplace_ids: tuple[str, ...]
    data_start: datetime | None
    data_end: datetime | None
    processing_started_at: datetime | None
    document_id: str | None


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What to ask createReport for."""

    report_type: str
    marketplace_ids: tuple[str, ...]
    data_start: datetime
    data_end: datetime
    options: Mapping[str, str] = field(default_factory=dict)


class SellerApi(Protocol):
    """Amazon's Selling Partner API for one connection.

    Calls consume the usage plan themselves and sleep for it up to a few seconds. All of them raise `Throttled`
    (the wait would be longer), `UpstreamUnavailable`, `AuthorizationRevoked` or `RequestRefused`.
    """

    def marketplace_ids(self) -> list[str]:
        """The marketplaces the seller takes part in, Amazon's order."""
        ...

    def find_reports(self, report_types: list[str], marketplace_ids: tuple[str, ...], since: datetime) -> list[Report]:
        """Reports of these types (at most 10) created since then that are not CANCELLED or FATAL, newest first."""
        ...

    def create_report(self, request: ReportRequest) -> str:
        """Ask for a report; the answer is its id. Not idempotent, and not repeated by itself."""
        ...

    def get_report(self, report_id: str) -> Report:
        """How far the report is."""
        ...

    def open_document(self, document_id: str) -> AbstractContextManager[Iterator[bytes]]:
        """The document's plain bytes, decompressed, streamed. A torn document raises `UpstreamUnavailable`."""
        ...

    def transaction_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        """listTransactions: the JSON body of each page, in order. A lost page token raises `RetryableError`."""
        ...

    def financial_event_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        """listFinancialEvents (Finances API v0): each page of [after, before); tokens as above."""
        ...

    def inventory_pages(self, marketplace_id: str) -> Iterator[bytes]:
        """getInventorySummaries: the JSON body of each page of one marketplace's whole inventory; tokens as above."""
        ...

    def order_pages(self, marketplace_ids: tuple[str, ...], after: datetime, before: datetime) -> Iterator[bytes]:
        """searchOrders (Orders API 2026-01-01): each page of the orders last changed in [after, before], with their
        items and without their buyers; tokens as above."""
        ...

    def order_pages_v0(self, marketplace_ids: tuple[str, ...], after: datetime, before: datetime) -> Iterator[bytes]:
        """getOrders and getOrderItems (Orders API v0): each page of the orders last changed in [after, before], then
        the pages of the items of each of its orders; tokens as above."""
        ...

    def inbound_shipment_pages(self, marketplace_id: str, after: datetime, before: datetime) -> Iterator[bytes]:
        """getShipments (Fulfillment Inbound API v0): each page of what last changed in [after, before]."""
        ...

    def inbound_item_pages(self, marketplace_id: str, after: datetime, before: datetime) -> Iterator[bytes]:
        """getShipmentItems (Fulfillment Inbound API v0): each page of what last changed in [after, before]."""
        ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as written: `sha256` and `size` (bytes) are of the plain content."""

    key: str
    sha256: str
    size: int


class ObjectStore(Protocol):
    """Raw and normalized objects: immutable, named by key, kept compressed."""

    def put(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        """Write the whole object or nothing."""
        ...

    def open(self, key: str) -> BinaryIO:
        """The object's plain content as a stream. Raises `FatalError` when there is no such object."""
        ...


class TokenCipher(Protocol):
    """Encrypts tokens at rest; `owner` (the seller id) is bound as associated data."""

    def encrypt(self, plain: str, owner: str) -> bytes: ...

    def decrypt(self, sealed: bytes, owner: str) -> str:
        """Raises `FatalError` when the ciphertext is not this owner's or the key changed."""
        ...


class ExecutionStatus(StrEnum):
    """How an execution of the state machine stands."""

    UNKNOWN = "unknown"  # never started, or longer ago than anybody remembers
    RUNNING = "running"
    ENDED = "ended"


class Workflow(Protocol):
    """Runs the state machine."""

    def start(self, name: str, payload: dict[str, object]) -> None:
        """Start an execution; while it runs, the same name with the same payload is the same execution.

        Raises:
            ExecutionEnded: the name is used up: that execution has ended, or runs with another payload.
        """
        ...

    def stop(self, name: str) -> None:
        """Stop the execution if it runs."""
        ...

    def status(self, name: str) -> ExecutionStatus:
        """How that execution stands."""
        ...


class Queue(Protocol):
    """Carries work to a function, at least once."""

    def send(self, payload: dict[str, object]) -> None: ...
