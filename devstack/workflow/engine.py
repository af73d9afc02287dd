"""Executions of one state machine, by name, as Step Functions keeps them."""

import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clario.errors import ExecutionEnded
from clario.services.ports import ExecutionStatus
from devstack.clock import VirtualClock
from devstack.workflow.calls import InlineCalls, Outcome, ThreadCalls
from devstack.workflow.errors import StateError, UnknownExecution
from devstack.workflow.history import ExecutionResult, History
from devstack.workflow.loop import Loop, LoopClock, Routine, Task, Timer
from devstack.workflow.paths import Json, checked
from devstack.workflow.states import Definition, Interpreter, Invoke, Scope, timestamp

# Stricter than moto, as AWS is: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")


@dataclass(slots=True)
class Execution:
    """One execution; `status` is RUNNING until it ends."""

    name: str
    payload: Json
    history: History
    status: str = "RUNNING"
    output: Json = None
    error: StateError | None = None
    task: Task | None = None
    limit: Timer | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class Engine:
    """Runs a state machine with `invoke(resource, payload)` for its tasks. Implements `clario.services.ports.Workflow`.

    `invoke` returns a JSON value or raises: the error's name is the exception's class name, as with Lambda (a
    `StateError` names itself). Under a `VirtualClock` handlers run one at a time on the thread that drives the
    engine; otherwise up to `workers` run side by side in threads. Somebody has to drive: `wait`, `run_until`,
    `run_until_idle`, or a thread of its own (`run_in_background`).
    """

    def __init__(
        self, definition: Definition, invoke: Invoke, clock: LoopClock, *, workers: int = 8, seed: int = 0
    ) -> None:
        self.clock = clock
        self.invoke = invoke
        self._definition = definition
        calls = InlineCalls() if isinstance(clock, VirtualClock) else ThreadCalls(workers)
        self._loop = Loop(clock, calls)
        self._interpreter = Interpreter(invoke, random.Random(seed))  # noqa: S311 - jitter is no secret
        self._executions: dict[str, Execution] = {}
        self._changing = threading.Lock()
        self._background: threading.Thread | None = None

    def start(self, name: str, payload: dict[str, object]) -> None:
        """Start an execution. While it runs, the same name with the same payload is the same execution.

        Raises:
            ExecutionEnded: the name has ended, or runs with another payload.
            ValueError: Step Functions would refuse the name or the payload.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"not an execution name Step Functions accepts: {name!r}")
        data = _start_payload(payload)
        with self._changing:
            known = self._executions.get(name)
            if known is None:
                known = self._executions[name] = Execution(name, data, History(name))
                self._begin(known)
            elif known.status != "RUNNING" or known.payload != data:
                raise ExecutionEnded(f"the name of this execution is used up: {name}")

    def stop(self, name: str) -> None:
        """Stop the execution if it runs. A handler under way runs on, as a Lambda would; its result is ignored."""
        if (execution := self._executions.get(name)) is not None:
            self._cut_short(execution, "ABORTED")

    def status(self, name: str) -> ExecutionStatus:
        """How the execution stands, as far as this process remembers."""
        if (execution := self._executions.get(name)) is None:
            return ExecutionStatus.UNKNOWN
        return ExecutionStatus.RUNNING if execution.status == "RUNNING" else ExecutionStatus.ENDED

    def result(self, name: str) -> ExecutionResult:
        """How the execution ended; while it runs, status RUNNING and the history so far.

        Raises:
            UnknownExecution: it was never started.
        """
        execution = self._known(name)
        error = execution.error
        return ExecutionResult(
            status=execution.status,
            output=execution.output,
            error=error.error if error else None,
            cause=error.cause if error else None,
            history=tuple(execution.history.events),
        )

    def wait(self, name: str) -> ExecutionResult:
        """Wait until the execution has ended, driving the engine if no background thread does."""
        ended = self._known(name).ended
        if self._background is None:
            self._loop.run(ended.is_set)
        while not ended.wait(timeout=0.5):
            if self._background is None or not self._background.is_alive():
                raise RuntimeError(f"nothing drives execution {name} any more")
        return self.result(name)

    def run_until_idle(self) -> None:
        """Drive until nothing is left to run or to wait for."""
        self._loop.run(lambda: False)

    def run_until(self, moment: datetime) -> None:
        """Drive everything that is due up to a moment."""
        reached = threading.Event()
        self._loop.at(moment, reached.set)
        self._loop.run(reached.is_set)

    @contextmanager
    def run_in_background(self) -> Iterator[None]:
        """Drive from a thread of its own for as long as the context lasts."""
        leaving = threading.Event()
        thread = threading.Thread(
            target=self._loop.run, args=(leaving.is_set,), kwargs={"forever": True}, name="engine", daemon=True
        )
        self._background = thread
        thread.start()
        try:
            yield
        finally:
            leaving.set()
            self._loop.soon(lambda: None)  # wakes it
            thread.join()
            self._background = None

    def spawn(self, routine: Routine) -> None:
        """Run other work, a queue's or a tick's, on the same heap of due times: a generator of `Pause` and `Call`."""
        self._loop.spawn(routine)

    def _known(self, name: str) -> Execution:
        if name not in self._executions:
            raise UnknownExecution(name)
        return self._executions[name]

    def _begin(self, execution: Execution) -> None:
        now = self.clock.now()
        execution.history.add(now, "ExecutionStarted")
        context = {
            "Execution": {
                "Id": f"arn:aws:states:local:000000000000:execution:sync:{execution.name}",
                "Name": execution.name,
                "Input": execution.payload,
                "StartTime": timestamp(now),
            }
        }
        scope = Scope(execution.history, context, self.clock)
        routine = self._interpreter.run(self._definition, execution.payload, scope)
        execution.task = self._loop.spawn(routine, lambda outcome: self._settle(execution, outcome))
        if "TimeoutSeconds" in self._definition:
            due = now + timedelta(seconds=self._definition["TimeoutSeconds"])
            execution.limit = self._loop.at(due, lambda: self._cut_short(execution, "TIMED_OUT", "States.Timeout"))

    def _settle(self, execution: Execution, outcome: Outcome) -> None:
        if outcome.error:
            self._end(execution, "FAILED", outcome.error)
        else:
            self._end(execution, "SUCCEEDED", output=outcome.value)

    def _end(self, execution: Execution, status: str, error: StateError | None = None, output: Json = None) -> None:
        with self._changing:
            if execution.status != "RUNNING":
                return
            execution.history.close(self.clock.now(), _LAST_EVENT[status])
            execution.status, execution.error, execution.output = status, error, output
            execution.ended.set()
        if execution.limit:
            execution.limit.cancel()

    def _cut_short(self, execution: Execution, status: str, error: str | None = None) -> None:
        self._end(execution, status, StateError(error) if error else None)
        if execution.task:
            self._loop.soon(execution.task.cancel)  # not here: its routine may be running just now


_LAST_EVENT = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "ABORTED": "ExecutionAborted",
    "TIMED_OUT": "ExecutionTimedOut",
}


def _start_payload(payload: dict[str, object]) -> Any:
    try:
        return checked(payload, "The execution's input")
    except StateError as exc:
        raise ValueError(exc.cause) from exc
