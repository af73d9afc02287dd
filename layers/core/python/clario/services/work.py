"""The database as the use cases see it: a transaction of one seller with the rows it may touch. `db` implements it.

What the protocols only speak of is not imported at run time: every function would wait for it when it starts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from ..domain.cadence import Covered
    from ..domain.claims import Change, Status, StoredClaim
    from ..domain.contracts import Counts, Note, Unbalanced
    from ..domain.detection.rows.facts import ComponentFacts
    from ..domain.detection.runs.records import Batch, Remembered
    from ..domain.detection.runs.survey import Survey
    from ..domain.health import SourceNote, StreamState
    from ..domain.progress import ProgressEvent
    from ..domain.quarantine import Try
    from ..domain.records import Rejected
    from ..domain.slices import Slice
    from .pages import (
        DetectionFilter,
        DetectionOrder,
        DetectionPage,
        Page,
        RejectedRow,
        Statistics,
        StoredDetection,
        Today,
    )
    from .records import (
        Connection,
        DetectionAttempt,
        Document,
        EnvironmentConnection,
        ProductCost,
        QueuedDetection,
        Stored,
        Sync,
        SyncWarning,
        Turn,
    )


class Connections(Protocol):
    def all(self) -> list[Connection]: ...

    def get(self, connection_id: int) -> Connection: ...

    def add_environment(self, environment: EnvironmentConnection) -> None:
        """One per region; a revoked one lives again when the token is another."""
        ...

    def set_marketplaces(self, connection_id: int, marketplace_ids: Iterable[str]) -> None: ...

    def revoke(self, connection_id: int, error: str) -> None: ...


class Syncs(Protocol):
    def add(self, sync_id: str, trigger: str) -> None:
        """A new running sync. Raises `SyncInProgress` when one runs."""
        ...

    def get(self, sync_id: str) -> Sync:
        """Raises `SyncNotFound`."""
        ...

    def running(self) -> Sync | None: ...

    def newest(self, limit: int, offset: int = 0) -> list[Sync]: ...

    def statistics(self) -> Statistics: ...

    def last_completed_at(self) -> datetime | None:
        """When the newest completed sync ended."""
        ...

    def is_due(self, due: datetime, failed_before: datetime) -> bool:
        """Whether the seller is one of `Dispatch.due_sellers`."""
        ...

    def beat(self, sync_id: str) -> None:
        """A sign of life of a running sync."""
        ...

    def next_part(self, sync_id: str, part: int) -> None:
        """The running sync goes on as that part, if it is at the one before."""
        ...

    def mark_planned(self, sync_id: str, warnings: Iterable[SyncWarning] = ()) -> None:
        """The sync's slices exist; what planning found wrong with whole connections is kept with it."""
        ...

    def set_orders(self, sync_id: str, processed: int, total: int) -> None:
        """Neither number ever falls."""
        ...

    def advance(self, sync_id: str, progress: int, message: str) -> bool:
        """Move a running sync on and record the event; nothing happens when it is not ahead of where it is."""
        ...

    def end(
        self,
        sync_id: str,
        status: str,
        message: str,
        *,
        claims: int | None = None,
        error: str | None = None,
        part: int | None = None,
    ) -> bool:
        """End a running sync and record its last event; False when it had ended before, or is not at that part."""
        ...

    def correct_claims(self, sync_id: str, claims: int, message: str) -> None:
        """A completed sync whose detection finished afterwards: count and message are rewritten."""
        ...

    def events(self, sync_id: str, after: int = 0) -> list[ProgressEvent]: ...


class Slices(Protocol):
    def plan(self, parts: Iterable[Slice]) -> None:
        """Add planned slices (their ids are given by the database); planned twice is planned once."""
        ...

    def get(self, slice_id: int) -> Slice: ...

    def of(self, sync_id: str) -> list[Slice]:
        """In the order in which they were planned."""
        ...

    def save(self, part: Slice) -> None:
        """Write everything that changes. A finished slice stays as it is."""
        ...


class Loads(Protocol):
    def add_document(self, document: Document) -> int:
        """Returns the id it got (the given one is ignored)."""
        ...

    def document(self, document_id: int) -> Document: ...

    def documents_since(self, day: date) -> list[Document]:
        """Documents about days from then on, in the order in which Amazon made them."""
        ...

    def covered_days(self, connection_id: int, dataset: str, scope: str) -> dict[date, datetime]:
        """When each loaded day's data was made."""
        ...

    def rows_a_day(self, connection_id: int) -> dict[tuple[str, str], float]:
        """How many rows a day had on average, by dataset and scope, in everything that was stored."""
        ...

    def coverage(self, connection_id: int, dataset: str, scope: str, since: date) -> dict[date, Covered]:
        """What is known of each loaded day from then on."""
        ...

    def holds_rows(self, part: Slice) -> bool:
        """Whether there are rows of the slice's days; where rows have no day, whether a document spoke of them."""
        ...

    def doubted_at(self, part: Slice) -> datetime | None:
        """When Amazon made the newest document about the slice's days that had too few rows to be believed."""
        ...

    def unseen_orders(self, part: Slice, order_ids: list[str]) -> int:
        """How many of these orders no other stored slice of the same sync has brought."""
        ...

    def store(
        self,
        document: Document,
        parts: Mapping[str, BinaryIO],
        rejected: Iterable[Rejected],
        *,
        in_order: bool = False,
    ) -> Stored:
        """Write a document's rows (CSV with header, by table) and its coverage in one go.

        Only days of which no newer document has told the whole are touched, whatever order documents arrive in. A
        snapshot that a newer one has overtaken still fills the history of its own day.

        A document that would make more than half of many rows go is not believed before a second one, made later, says
        about the same: nothing but its rejected rows is written.

        Args:
            in_order: all newer documents follow. Rows of no day then need not be kept from an older one: whatever of
                it has changed since will be changed again.
        """
        ...

    def cover(self, part: Slice, as_of: datetime) -> None:
        """Amazon said that these days hold nothing, and they never did."""
        ...

    def rejected(self, sync_id: str, limit: int, after: tuple[int, ...] = ()) -> Page[RejectedRow]:
        """Rows of the sync's documents that could not be read; `after` is a page's `next_key`."""
        ...


class Detections(Protocol):
    def enqueue(self, sync_id: str, is_sandbox: bool) -> None:
        """A sync has one job; a finished one becomes pending again."""
        ...

    def queued(self, sync_id: str) -> QueuedDetection | None: ...

    def begin(self, sync_id: str, lease: timedelta) -> DetectionAttempt | None:
        """Take the job for at most that long; None while somebody else is at it, or when it is done."""
        ...

    def put_back(self, sync_id: str, attempt: DetectionAttempt) -> None:
        """The job waits for the next worker."""
        ...

    def still_mine(self, sync_id: str, attempt: DetectionAttempt) -> bool:
        """Locks the queue row until the transaction ends and says whether no later attempt has begun."""
        ...

    def finish(self, sync_id: str, attempt: DetectionAttempt, error: str | None = None) -> None: ...

    def survey(self, connection: Connection, today: date, last: Survey | None = None) -> Survey:
        """What the connection's facts consist of; the last survey itself while nothing was touched since."""
        ...

    def gather(self, connection: Connection, survey: Survey, batch: Batch) -> list[ComponentFacts]:
        """The components of a batch. In one snapshot with the survey they are one consistent state."""
        ...

    def remember(
        self, connection: Connection, survey: Survey, batch: Batch, remembered: Mapping[str, Remembered]
    ) -> None:
        """Keep what is known of a batch's components for the next run; its touched items are settled."""
        ...

    def stored(self, connection_id: int, fingerprints: Iterable[str] | None = None) -> list[StoredClaim]:
        """The stored claims, or those among them with these fingerprints."""
        ...

    def apply(self, connection: Connection, sync_id: str, changes: Iterable[Change], today: date) -> None: ...

    def set_status(self, detection_id: UUID, status: Status, today: date) -> None:
        """What a person says of a claim, with a line in its history. Raises `DetectionNotFound`."""
        ...

    def all(self) -> list[dict[str, Any]]:
        """The seller's detections as their rows."""
        ...

    def page(self, where: DetectionFilter, order: DetectionOrder, limit: int, today: Today) -> DetectionPage: ...

    def one(self, detection_id: UUID, today: Today) -> StoredDetection:
        """Raises `DetectionNotFound`."""
        ...

    def count_claims(self, today: Mapping[int, date]) -> int:
        """Detections of tier claim, neither expired nor resolved; today is the marketplace's, by connection."""
        ...


class Refreshes(Protocol):
    """Turns at refreshing the seller's streams."""

    def begin(self, lease: str, duration: timedelta) -> list[Turn]:
        """The turns of the lease, from now on for so long at most; none when they are begun, over or another's."""
        ...

    def end(
        self,
        turn: Turn,
        due_at: datetime,
        *,
        prepaid: tuple[str, ...] = (),
        failures: int = 0,
        error: str | None = None,
    ) -> None:
        """Give the turn back, the next one being due then; nothing happens when the lease has become another's."""
        ...


class Health(Protocol):
    """How data sources are, and what was odd about their documents."""

    def states(self, since: datetime) -> list[StreamState]:
        """Each stream of each connection; of failures only those since then count."""
        ...

    def notes(self, since: datetime) -> list[SourceNote]:
        """Newest first."""
        ...

    def learn(self, document: Document, codes: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
        """Remember these values by field; answers the new ones, and nothing for a source's first sync."""
        ...

    def earlier(self, document: Document, limit: int) -> list[Counts]:
        """What the documents of the same source and scope before it held, newest first."""
        ...

    def unbalanced(self, document: Document) -> list[Unbalanced]:
        """The settlements it brought whose lines do not add up."""
        ...

    def note(self, document: Document, notes: Iterable[Note]) -> None: ...

    def forget(self, document: Document, codes: Iterable[str], subject: str) -> None:
        """Drop the source's notes with these codes and that subject."""
        ...

    def tries(self, connection_id: int, since: datetime) -> list[Try]:
        """How the slices ended, newest first, of sources of which one has failed since then."""
        ...


class Costs(Protocol):
    def put(self, costs: Iterable[ProductCost]) -> int:
        """Add or replace; answers how many."""
        ...

    def all(self) -> list[ProductCost]: ...

    def page(self, limit: int, after: tuple[str, str, date] | None = None) -> Page[ProductCost]: ...


class Dispatch(Protocol):
    """What is due, across sellers: ids and times, never data."""

    def lease_refreshes(
        self, cadences: Mapping[str, timedelta], duration: timedelta, limit: int
    ) -> list[tuple[str, str]]:
        """Take at most so many streams whose turn has come and answer with seller and lease of each.

        The streams of one connection have one lease; sellers get their turns side by side, each with what is due
        longest. What nobody begins to refresh within `duration` is due again.

        Args:
            cadences: the streams that are refreshed, and how often.
        """
        ...

    def quiet_syncs(self, since: datetime) -> list[str]:
        """Whose running sync has given no sign of life since then."""
        ...

    def waiting_detections(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        """Seller and sync of queued detections that nobody has taken since then, or whose worker is gone."""
        ...

    def due_sellers(self, due: datetime, failed_before: datetime, limit: int) -> list[str]:
        """Who can sync and has no sync for what fell due then; one that failed after `failed_before` counts as one."""
        ...


class Work(Protocol):
    """One transaction of one seller."""

    @property
    def connections(self) -> Connections: ...
    @property
    def syncs(self) -> Syncs: ...
    @property
    def slices(self) -> Slices: ...
    @property
    def loads(self) -> Loads: ...
    @property
    def detections(self) -> Detections: ...
    @property
    def health(self) -> Health: ...
    @property
    def costs(self) -> Costs: ...
    @property
    def refreshes(self) -> Refreshes: ...


class Database(Protocol):
    def transaction(self, seller_id: str, *, snapshot: bool = False) -> AbstractContextManager[Work]:
        """Everything inside is committed together or not at all.

        Args:
            snapshot: read only, and every read sees the same state.
        """
        ...
