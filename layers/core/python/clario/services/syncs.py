"""Starting, following and cancelling syncs."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from ..domain.progress import CANCELLED_MESSAGE, INTERRUPTED, failed_message
from ..errors import AmazonNotConnected, SyncNotRunning
from .ports import Clock, Workflow
from .work import Connection, Database, EnvironmentConnection, Sync, Work

# The row is written before its execution is started. Whoever looks in between must not take it for dead.
PATIENCE = timedelta(seconds=30)


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

    def start(self, seller_id: str, trigger: str = "manual") -> str:
        """Start a sync; the answer is its id.

        The row is written first and is what decides: of many simultaneous starts exactly one inserts it.

        Raises:
            AmazonNotConnected: there is nothing to sync from.
            SyncInProgress: one runs.
        """
        with self.database.transaction(seller_id) as work:
            self._ensure_connected(work)
            self._end_if_dead(work)
            sync_id = self._new_id(seller_id, work)
            work.syncs.add(sync_id, trigger)
        self.workflow.start(execution_name(sync_id), {"sellerId": seller_id, "syncId": sync_id})
        return sync_id

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
        self.workflow.stop(execution_name(sync_id, sync.part))

    def end_dead_sync(self, seller_id: str) -> Sync | None:
        """End the seller's running sync if its execution is gone; the answer is the sync that still runs, if any."""
        with self.database.transaction(seller_id) as work:
            self._end_if_dead(work, patience=timedelta(0))
            return work.syncs.running()

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
        if sync and not self.workflow.is_running(execution_name(sync.sync_id, sync.part)):
            begun = sync.planned or sync.progress > 0
            if begun or self.clock.now() - sync.started_at >= patience:
                work.syncs.end(sync.sync_id, "failed", failed_message(INTERRUPTED), error=INTERRUPTED)


def execution_name(sync_id: str, part: int = 1) -> str:
    """Names allow 80 characters and no colon, seller ids allow more: a hash of sync and part."""
    return str(uuid5(NAMESPACE_URL, f"clario:{sync_id}:{part}"))
