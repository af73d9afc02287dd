"""Turns at refreshing streams: `clario.services.work.Refreshes`."""

from datetime import datetime, timedelta

from clario.db.statements import Statements
from clario.services.records import Turn


class DatabaseRefreshes:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def begin(self, lease: str, duration: timedelta) -> list[Turn]:
        rows = self._run.rows("begin_refresh", lease=lease, seconds=duration.total_seconds())
        return [Turn(lease=lease, **{**row, "prepaid": tuple(row["prepaid"])}) for row in rows]

    def end(
        self,
        turn: Turn,
        due_at: datetime,
        *,
        prepaid: tuple[str, ...] = (),
        failures: int = 0,
        error: str | None = None,
    ) -> None:
        self._run.write(
            "end_refresh",
            connection_id=turn.connection_id,
            stream=turn.stream,
            lease=turn.lease,
            due_at=due_at,
            prepaid=list(prepaid),
            failures=failures,
            error=error,
        )
