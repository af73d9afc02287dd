"""The clocks of Amazon's usage plans in Postgres (the `UsagePlans` port); each answer is a transaction of its own."""

from collections.abc import Mapping
from datetime import datetime

from clario.db.connection import PostgresDatabase
from clario.domain.usage_plans import APPLICATION_PLANS, UsagePlan

EVERYONE = "*"  # the subject of an application's own clock, which all its sellers share in turn


class PostgresUsagePlans:
    """The plans of one selling partner (`subject`) and application, shared by every worker.

    Args:
        limits: Amazon's default plan by operation; a rate that Amazon names itself replaces its rate.
        shared: the plan of operations that are limited over all sellers of the application, too.
    """

    def __init__(
        self,
        database: PostgresDatabase,
        subject: str,
        application: str,
        limits: Mapping[str, UsagePlan],
        shared: Mapping[str, UsagePlan] = APPLICATION_PLANS,
    ) -> None:
        self._database = database
        self._owner = {"subject": subject, "application": application}
        self._limits = limits
        self._shared = shared
        self._learned: dict[str, float] = {}

    def reserve(self, operation: str) -> datetime:
        clocks: list[dict[str, object]] = [{**self._owner, **self._limit(operation)}]
        if operation in self._shared:
            clocks.append({**self._owner, "subject": EVERYONE, **self._shared[operation].with_margin()._asdict()})
        with self._database.statements() as run:
            turns: list[datetime] = [run.row("reserve", operation=operation, **clock)["sends_at"] for clock in clocks]
        return max(turns)

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
