"""Refresh: bring a connection's paged streams up to date between syncs, in one go and without an execution."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from ..domain.cadence import LOOK_BACK, REFRESHED, next_turn, refreshed_sources, windows_to_refresh
from ..domain.slices import FINISHED, Slice, SliceState, scopes
from ..domain.sources import PagedSource
from ..domain.streams import STREAMS
from ..domain.values import home_marketplace, local_day
from ..errors import AuthorizationRevoked, FatalError, RetryableError, Throttled
from ..payloads import Empty, RefreshTask
from .amazon import Amazon
from .contracts import watch
from .fetch import keep_raw
from .normalize import normalize_document
from .ports import Clock, Metrics, ObjectStore, SellerApi
from .readers import read_slice
from .records import Connection, Turn
from .store import store_document
from .work import Database, Work

# A little longer than a worker can live (15 minutes for a Lambda): nothing is refreshed twice at once.
LEASE = timedelta(minutes=16)
# Nothing new is begun so shortly before the worker's time is up.
RESERVE = timedelta(minutes=3)
# What trying again cannot help is tried again all the same, but not at every turn.
TRY_AGAIN = timedelta(hours=1)
# Then the data source says what fails, and the stream's next turn begins anew.
MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class RefreshStep:
    """What a refresh works with.

    Args:
        versions: the generation of Amazon's API to read, by stream.
        deadline: when this worker will be stopped; None: never.
    """

    database: Database
    amazon: Amazon
    objects: ObjectStore
    clock: Clock
    metrics: Metrics
    versions: Mapping[str, str]
    deadline: datetime | None = None

    @property
    def time_is_up(self) -> bool:
        return self.deadline is not None and self.clock.now() >= self.deadline - RESERVE


def refresh(task: RefreshTask, step: RefreshStep) -> Empty:
    """Take the turns of the lease one by one, and give each back with the time of the next.

    A message that comes twice, or too late, finds no turn. What was stored when a worker dies is stored; the turn comes
    again when its lease has run out.
    """
    with step.database.transaction(task.seller_id) as work:
        turns = work.refreshes.begin(task.lease, LEASE)
    for turn in turns:
        _Refresh(task.seller_id, turn, step).take()
    return Empty()


@dataclass(frozen=True, slots=True)
class _Refresh:
    """One stream of one connection."""

    seller_id: str
    turn: Turn
    step: RefreshStep

    def take(self) -> None:
        try:
            self._end(self._next() if self._load() else self.step.clock.now())
        except Throttled as throttled:
            self._wait(throttled)
        except RetryableError as error:
            self._end(self._next(), error=str(error))
        except FatalError as error:
            self._end(
                self.step.clock.now() + TRY_AGAIN, error=str(error), revoked=isinstance(error, AuthorizationRevoked)
            )

    def _wait(self, throttled: Throttled) -> None:
        """Until the usage plan has room; a stream whose tries use it up by failing has its turn at its usual time."""
        failures = self.turn.failures + 1 if throttled.failure else self.turn.failures
        if failures > MOST_FAILURES:
            self._end(self._next(), error=throttled.failure)
        else:
            self._end(throttled.until or self._next(), prepaid=throttled.prepaid, failures=failures)

    def _next(self) -> datetime:
        return next_turn(self.turn.due_at, REFRESHED[self.turn.stream], self.step.clock.now())

    def _end(
        self,
        due_at: datetime,
        *,
        prepaid: tuple[str, ...] = (),
        failures: int = 0,
        error: str | None = None,
        revoked: bool = False,
    ) -> None:
        with self.step.database.transaction(self.seller_id) as work:
            work.refreshes.end(self.turn, due_at, prepaid=prepaid, failures=failures, error=error)
            if revoked and error is not None:
                work.connections.revoke(self.turn.connection_id, error)

    def _load(self) -> bool:
        """Load what is wanted; False when the time was up before the end."""
        with self.step.database.transaction(self.seller_id) as work:
            connection = work.connections.get(self.turn.connection_id)
            wanted = list(self._wanted(connection, work))
        if not wanted:
            return True
        with self.step.amazon.api(connection, self.turn.prepaid) as api:
            for part in wanted:
                if self.step.time_is_up:
                    return False
                self._load_slice(part, api)
        return True

    def _wanted(self, connection: Connection, work: Work) -> Iterator[Slice]:
        if connection.status != "active" or _left_to_sync(self.turn.stream, work):
            return
        for source in refreshed_sources(STREAMS[self.turn.stream], self.step.versions):
            for scope in scopes(source, connection.marketplace_ids):
                yield from self._slices(source, scope, work)

    def _slices(self, source: PagedSource, scope: str, work: Work) -> Iterator[Slice]:
        """Slices that are no rows: they belong to no sync, and what they bring is known by document and coverage."""
        now = self.step.clock.now()
        zone = home_marketplace(scope.split(",")).zone
        since = local_day(now - LOOK_BACK, zone)
        connection_id, stream = self.turn.connection_id, self.turn.stream
        covered = work.loads.coverage(connection_id, source.dataset, scope, since)
        for window in windows_to_refresh(stream, source, zone, covered, now):
            yield Slice(
                slice_id=0,
                sync_id="",
                connection_id=connection_id,
                stream=stream,
                source=source.name,
                scope=scope,
                days=window.days,
                state=SliceState.PLANNED,
                since=window.since,
            )

    def _load_slice(self, part: Slice, api: SellerApi) -> None:
        database, objects, as_of = self.step.database, self.step.objects, self.step.clock.now()
        lines = read_slice(part, api, as_of)
        first = next(lines, None)
        if first is None:
            with database.transaction(self.seller_id) as work:
                work.loads.cover(part, as_of)
            return
        document = keep_raw(self.seller_id, part, chain([first], lines), objects, as_of)
        with database.transaction(self.seller_id) as work:
            document = replace(document, document_id=work.loads.add_document(document))
        normalize_document(document, objects)
        with database.transaction(self.seller_id) as work:
            watch(document, store_document(document, work, objects), work, self.step.metrics)


def _left_to_sync(stream: str, work: Work) -> bool:
    """Whether a running sync has yet to load the stream."""
    sync = work.syncs.running()
    if sync is None:
        return False
    slices = [part for part in work.slices.of(sync.sync_id) if part.stream == stream]
    return not sync.planned or any(part.state not in FINISHED for part in slices)
