"""A place in a usage plan that survives the process which took it."""

from datetime import datetime

from clario.services.ports import UsagePlans


class HeldTicket:
    """`UsagePlans` whose first reservation of one operation is the place taken before.

    `reserve` consumes. A worker whose place is minutes away raises `Throttled(until=…)` and ends; the one that comes
    back at that time must use the place. If it reserved again, it would queue behind every other waiter each time,
    and under load nobody would ever send.
    """

    def __init__(self, plans: UsagePlans, operation: str, at: datetime) -> None:
        self._plans = plans
        self._operation: str | None = operation
        self._at = at

    def reserve(self, operation: str) -> datetime:
        """The held place once, then places of the plan."""
        if operation == self._operation:
            self._operation = None
            return self._at
        return self._plans.reserve(operation)

    def learn(self, operation: str, rate: float) -> None:
        self._plans.learn(operation, rate)

    def throttled(self, operation: str) -> None:
        self._plans.throttled(operation)
