"""The clocks of Amazon's usage plans in Postgres (the `UsagePlans` port); each answer is a transaction of its own."""

from collections.abc import Mapping
from datetime import datetime

from clario.db.connection import PostgresDatabase
from clario.domain.usage_plans import UsagePlan


class PostgresUsagePlans:
    """The plans of one selling partner (`subject`) and application, shared by every worker.

    Args:
        limits: Amazon's default plan by operation; a rate that Amazon names itself replaces its rate.
    """

    def __init__(
        self, database: PostgresDatabase, subject: str, application: str, limits: Mapping[str, UsagePlan]
    ) -> None:
        self._database = database
        self._owner = {"subject": subject, "application": application}
        self._limits = limits
        self._learned: dict[str, float] = {}

    def reserve(self, operation: str) -> datetime:
        with self._database.statements() as run:
            row = run.row("reserve", operation=operation, **self._owner, **self._limit(operation))
        sends_at: datetime = row["sends_at"]
        return sends_at

    def learn(self, operation: str, rate: float) -> None:
        if self._learned.get(operation) != rate:
            with self._database.statements() as run:
                run.write("learn_rate", operation=operation, learned=rate, **self._owner, **self._limit(operation))
            self._learned[operation] = rate

    def throttled(self, operation: str) -> None:
        with self._database.statements() as run:
            run.write("throttled", operation=operation, **self._owner, **self._limit(operation))

    def _limit(self, operation: str) -> dict[str, float]:
        return self._limits[operation].with_margin()._asdict()
