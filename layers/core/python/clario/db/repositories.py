"""The rows of one transaction by area: the ports of `clario.services.work` on a psycopg connection."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from clario.db.statements import Statements
from clario.domain.progress import STARTING_MESSAGE, ProgressEvent
from clario.domain.slices import Slice, SliceState
from clario.domain.values import DayRange
from clario.errors import SyncInProgress, SyncNotFound
from clario.services.records import Connection, EnvironmentConnection, Sync, SyncWarning

if TYPE_CHECKING:
    from clario.db.costs import DatabaseCosts
    from clario.db.detections import DatabaseDetections
    from clario.db.health import DatabaseHealth
    from clario.db.loads import DatabaseLoads
    from clario.db.refreshes import DatabaseRefreshes
    from clario.services.pages import Statistics

Row = dict[str, Any]

LAST_EVENT = {"completed": "sync_complete", "failed": "sync_failed", "cancelled": "sync_cancelled"}


class DatabaseWork:
    """One transaction of one seller. The larger areas are imported when first used: most functions need few of them."""

    def __init__(self, connection: psycopg.Connection[Row], seller_id: str) -> None:
        self._statements = Statements(connection, seller_id)
        self.connections = DatabaseConnections(self._statements)
        self.syncs = DatabaseSyncs(self._statements)
        self.slices = DatabaseSlices(self._statements)

    @cached_property
    def loads(self) -> "DatabaseLoads":
        from clario.db.loads import DatabaseLoads

        return DatabaseLoads(self._statements)

    @cached_property
    def detections(self) -> "DatabaseDetections":
        from clario.db.detections import DatabaseDetections

        return DatabaseDetections(self._statements)

    @cached_property
    def health(self) -> "DatabaseHealth":
        from clario.db.health import DatabaseHealth

        return DatabaseHealth(self._statements)

    @cached_property
    def costs(self) -> "DatabaseCosts":
        from clario.db.costs import DatabaseCosts

        return DatabaseCosts(self._statements)

    @cached_property
    def refreshes(self) -> "DatabaseRefreshes":
        from clario.db.refreshes import DatabaseRefreshes

        return DatabaseRefreshes(self._statements)


class DatabaseConnections:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def all(self) -> list[Connection]:
        return [_connection(row) for row in self._run.rows("all_connections")]

    def get(self, connection_id: int) -> Connection:
        return _connection(self._run.row("get_connection", connection_id=connection_id))

    def add_environment(self, environment: EnvironmentConnection) -> None:
        self._run.write("add_environment_connection", **asdict(environment))

    def set_marketplaces(self, connection_id: int, marketplace_ids: Iterable[str]) -> None:
        self._run.write("set_marketplaces", connection_id=connection_id, marketplace_ids=list(marketplace_ids))

    def revoke(self, connection_id: int, error: str) -> None:
        self._run.write("revoke_connection", connection_id=connection_id, error=error)


class DatabaseSyncs:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def add(self, sync_id: str, trigger: str) -> None:
        if not self._run.write("add_sync", sync_id=sync_id, trigger=trigger, message=STARTING_MESSAGE):
            running = self.running()
            raise SyncInProgress(running.sync_id if running else sync_id)

    def get(self, sync_id: str) -> Sync:
        row = self._run.row_or_none("get_sync", sync_id=sync_id)
        if row is None:
            raise SyncNotFound(f"There is no sync {sync_id}")
        return _sync(row)

    def running(self) -> Sync | None:
        row = self._run.row_or_none("running_sync")
        return _sync(row) if row else None

    def newest(self, limit: int, offset: int = 0) -> list[Sync]:
        return [_sync(row) for row in self._run.rows("newest_syncs", limit=limit, offset=offset)]

    def statistics(self) -> "Statistics":
        from clario.services.pages import Statistics

        return Statistics(**self._run.row("sync_statistics"))

    def last_completed_at(self) -> datetime | None:
        at: datetime | None = self._run.row("last_completed_at")["at"]
        return at

    def is_due(self, due: datetime, failed_before: datetime) -> bool:
        only = self._run.seller_id
        rows = self._run.rows("due_sellers", due=due, failed_before=failed_before, limit=1, only=only)
        return bool(rows)

    def beat(self, sync_id: str) -> None:
        self._run.write("beat", sync_id=sync_id)

    def next_part(self, sync_id: str, part: int) -> None:
        self._run.write("next_part", sync_id=sync_id, part=part)

    def mark_planned(self, sync_id: str, warnings: Iterable[SyncWarning] = ()) -> None:
        self._run.write("mark_planned", sync_id=sync_id, warnings=Jsonb([asdict(warning) for warning in warnings]))

    def set_orders(self, sync_id: str, processed: int, total: int) -> None:
        self._run.write("set_orders", sync_id=sync_id, processed=processed, total=total)

    def advance(self, sync_id: str, progress: int, message: str) -> bool:
        return bool(self._run.write("advance_sync", sync_id=sync_id, progress=progress, message=message))

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
        written = self._run.write(
            "end_sync",
            sync_id=sync_id,
            status=status,
            message=message,
            claims=claims,
            error=error,
            part=part,
            type=LAST_EVENT[status],
        )
        return bool(written)

    def correct_claims(self, sync_id: str, claims: int, message: str) -> None:
        self._run.write("correct_claims", sync_id=sync_id, claims=claims, message=message)

    def events(self, sync_id: str, after: int = 0) -> list[ProgressEvent]:
        rows = self._run.rows("progress_events", sync_id=sync_id, after=after)
        return [ProgressEvent(id=row.pop("event_id"), **row) for row in rows]


class DatabaseSlices:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def plan(self, parts: Iterable[Slice]) -> None:
        self._run.write_many("plan_slice", map(_slice_values, parts))

    def get(self, slice_id: int) -> Slice:
        return _slice(self._run.row("get_slice", slice_id=slice_id))

    def of(self, sync_id: str) -> list[Slice]:
        return [_slice(row) for row in self._run.rows("slices_of_sync", sync_id=sync_id)]

    def save(self, part: Slice) -> None:
        self._run.write("save_slice", **_slice_values(part))


# A sync reads its slices again and again.
_OF_SLICE = frozenset(field.name for field in fields(Slice))


def _connection(row: Row) -> Connection:
    names = {field.name for field in fields(Connection)}
    values = {name: value for name, value in row.items() if name in names}
    return Connection(**{**values, "marketplace_ids": tuple(row["marketplace_ids"])})


def _sync(row: Row) -> Sync:
    names = {field.name for field in fields(Sync)}
    values = {name: value for name, value in row.items() if name in names}
    values["warnings"] = tuple(SyncWarning(**warning) for warning in row["warnings"])
    return Sync(**values, seller_id=row["user_id"], planned=row["planned_at"] is not None)


def _slice(row: Row) -> Slice:
    values = {name: value for name, value in row.items() if name in _OF_SLICE}
    days = DayRange(row["start_day"], row["end_day"])
    return Slice(**{**values, "state": SliceState(row["state"]), "days": days, "prepaid": tuple(row["prepaid"])})


def _slice_values(part: Slice) -> Mapping[str, Any]:
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    days: tuple[date, date] = values.pop("days")
    return {**values, "start_day": days[0], "end_day": days[1], "prepaid": list(part.prepaid)}
