"""What an execution did, in the events of Step Functions, and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from devstack.workflow.errors import runtime_error
from devstack.workflow.paths import Json

HISTORY_LIMIT = 25_000  # events: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html


class HistoryEvent(NamedTuple):
    """One event; `event` is a Step Functions event type, `state` is empty for the execution's own."""

    time: datetime
    execution: str
    event: str
    state: str


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """How an execution ended. `status`: SUCCEEDED, FAILED, TIMED_OUT or ABORTED; `output` only of the first."""

    status: str
    output: Json
    error: str | None
    cause: str | None
    history: tuple[HistoryEvent, ...] = field(repr=False)

    @property
    def transitions(self) -> int:
        """State transitions as they are billed: each state entered, and each retry, is one.

        https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: retries are transitions.
        """
        entered = sum(event.event.endswith("StateEntered") for event in self.history)
        scheduled = sum(event.event in ("LambdaFunctionScheduled", "MapStateStarted") for event in self.history)
        first_tries = sum(event.event in ("TaskStateEntered", "MapStateEntered") for event in self.history)
        return entered + scheduled - first_tries

    def states(self) -> list[str]:
        """The names of the states entered, in order."""
        return [event.state for event in self.history if event.event.endswith("StateEntered")]


class History:
    """Collects the events of one execution."""

    def __init__(self, execution: str) -> None:
        self.events: list[HistoryEvent] = []
        self._execution = execution
        self._closed = False

    def add(self, time: datetime, event: str, state: str = "") -> None:
        """Note an event, unless the execution has ended: what was under way then may still report.

        Raises:
            StateError: States.Runtime; the execution has reached the limit and fails.
        """
        if self._closed:
            return
        if len(self.events) >= HISTORY_LIMIT - 1:  # the last place is for the end
            raise runtime_error(f"The execution reached the maximum number of history events ({HISTORY_LIMIT}).")
        self.events.append(HistoryEvent(time, self._execution, event, state))

    def close(self, time: datetime, event: str) -> None:
        """Note the end."""
        self.events.append(HistoryEvent(time, self._execution, event, ""))
        self._closed = True
