"""Starting, following and cancelling syncs."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from ..domain.progress import CANCELLED_MESSAGE, INTERRUPTED, failed_message
from ..errors import AmazonNotConnected, ExecutionEnded, SyncNotRunning
from .ports import Clock, ExecutionStatus, Workflow
from .records import Connection, EnvironmentConnection, Sync
from .work import Database, Work

# The row is written before its execution is started. Whoever looks in between must not take it for dead.
PATIENCE = timedelta(seconds=30)


class Revival(StrEnum):
    """What became of a sync that was looked after."""

    UNNEEDED = "unneeded"
    RESTARTED = "restarted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SyncControl:
    """Starts and stops syncs.

    Args:
        environment: used for a seller without a connection of their own; None where that is not allowed.
    """

    database: Database
    workflow: Workflow
    clock: Clock
    environment: EnvironmentConnection | None

    def start(self, seller_id: str) -> str:
        """Start a sync; the answer is its id.

        The row is written first and is what decides: of many simultaneous starts exactly one inserts it.

        Raises:
            AmazonNotConnected: there is nothing to sync from.
            SyncInProgress: one runs.
        """
        with self.database.transaction(seller_id) as work:
            sync = self._add(seller_id, "manual", work)
        start_execution(self.workflow, sync)
        return sync.sync_id

    def start_due(self, seller_id: str, due: datetime, failed_before: datetime) -> bool:
        """Start the sync that fell due then, unless it has been started meanwhile; whether it was started now.

        Raises:
            AmazonNotConnected, SyncInProgress
        """
        with self.database.transaction(seller_id) as work:
            sync = self._add(seller_id, "scheduled", work) if work.syncs.is_due(due, failed_before) else None
        if sync is not None:
            start_execution(self.workflow, sync)
        return sync is not None

    def _add(self, seller_id: str, trigger: str, work: Work) -> Sync:
        self._ensure_connected(work)
        self._end_if_dead(work)
        sync_id = self._new_id(seller_id, work)
        work.syncs.add(sync_id, trigger)
        return work.syncs.get(sync_id)

    def _new_id(self, seller_id: str, work: Work) -> str:
        """The seller and the moment, or the millisecond after the last sync's where both are of the same one."""
        moment = int(self.clock.now().timestamp() * 1000)
        for last in work.syncs.newest(limit=1):
            moment = max(moment, int(last.sync_id.rpartition("_")[2]) + 1)
        return f"sync_{seller_id}_{moment}"

    def cancel(self, seller_id: str, sync_id: str) -> None:
        """End a running sync as cancelled; what was stored stays, what a late step brings is harmless.

        Raises:
            SyncNotFound, SyncNotRunning
        """
        with self.database.transaction(seller_id) as work:
            sync = work.syncs.get(sync_id)
            if not work.syncs.end(sync_id, "cancelled", CANCELLED_MESSAGE):
                raise SyncNotRunning(f"The sync has already ended: {sync.status}")
        self.workflow.stop(execution_name_of(sync))

    def end_dead_sync(self, seller_id: str) -> None:
        """End the seller's running sync if its execution is gone."""
        with self.database.transaction(seller_id) as work:
            self._end_if_dead(work, patience=timedelta(0))

    def revive(self, seller_id: str) -> Revival:
        """Look after a running sync that has been quiet: start its execution if nobody has, end it if that is gone."""
        with self.database.transaction(seller_id) as work:
            sync = work.syncs.running()
        status = ExecutionStatus.RUNNING if sync is None else self.workflow.status(execution_name_of(sync))
        if sync is None or status == ExecutionStatus.RUNNING:
            return Revival.UNNEEDED
        if status == ExecutionStatus.UNKNOWN:
            start_execution(self.workflow, sync)
            return Revival.RESTARTED
        with self.database.transaction(seller_id) as work:
            _end_interrupted(sync, work)
        return Revival.ENDED

    def _ensure_connected(self, work: Work) -> None:
        own = any(connection.source == "database" for connection in work.connections.all())
        if self.environment is not None and not own:
            work.connections.add_environment(self.environment)
        if not any(self._is_usable(connection) for connection in work.connections.all()):
            raise AmazonNotConnected("Amazon is not connected: connect your account first")

    def _is_usable(self, connection: Connection) -> bool:
        allowed = connection.source == "database" or self.environment is not None
        return allowed and connection.status == "active"

    def _end_if_dead(self, work: Work, patience: timedelta = PATIENCE) -> None:
        sync = work.syncs.running()
        if sync and self.workflow.status(execution_name_of(sync)) != ExecutionStatus.RUNNING:
            begun = sync.planned or sync.progress > 0
            if begun or self.clock.now() - sync.started_at >= patience:
                _end_interrupted(sync, work)


def _end_interrupted(sync: Sync, work: Work) -> None:
    """Its part's execution is gone; if it has meanwhile gone on as the next part, it stays."""
    work.syncs.end(sync.sync_id, "failed", failed_message(INTERRUPTED), error=INTERRUPTED, part=sync.part)


def start_execution(workflow: Workflow, sync: Sync) -> None:
    """Start the execution of the sync's present part; nothing happens when that has been done."""
    payload: dict[str, object] = {"sellerId": sync.seller_id, "syncId": sync.sync_id, "part": sync.part}
    with suppress(ExecutionEnded):
        workflow.start(execution_name_of(sync), payload)


def execution_name_of(sync: Sync) -> str:
    """The execution of the sync's present part."""
    return execution_name(sync.sync_id, sync.part)


def execution_name(sync_id: str, part: int = 1) -> str:
    """Names allow 80 characters and no colon, seller ids allow more: a hash of sync and part."""
    return str(uuid5(NAMESPACE_URL, f"clario:{sync_id}:{part}"))
