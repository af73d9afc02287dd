"""An event loop on one clock: a heap of due times, and routines that wait on it.

A routine is a generator. It yields what it waits for (`Pause`, `Call`, `Join`) and is resumed with the result, or with
the `StateError` that came of it, always on the thread that drives the loop. While nothing is due, a real clock waits
for the next due time and a virtual one moves to it; that is the only difference between real and simulated runs here.
"""

import heapq
import itertools
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from clario.services.ports import Clock
from devstack.workflow.calls import Calls, Outcome
from devstack.workflow.errors import StateError


class LoopClock(Clock, Protocol):
    """A clock that a loop can wait on (`devstack.clock` has both)."""

    def wait(self, changed: threading.Condition, until: datetime | None) -> None: ...


@dataclass(order=True, slots=True)
class Timer:
    """An action at a due time; timers of the same moment keep their order."""

    due: datetime
    number: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Runs timers and routines in the order of their due times. Any thread may call `at`, `soon` and `spawn`."""

    def __init__(self, clock: LoopClock, calls: Calls) -> None:
        self.clock = clock
        self.calls = calls
        self.in_flight = 0  # handlers under way
        self._heap: list[Timer] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._driver = threading.Lock()

    def at(self, due: datetime, action: Callable[[], None]) -> Timer:
        """Run a short action at a moment, at once if it has passed."""
        with self._changed:
            timer = Timer(due, next(self._numbers), action)
            heapq.heappush(self._heap, timer)
            self._changed.notify_all()
        return timer

    def soon(self, action: Callable[[], None]) -> Timer:
        """Run a short action as the next thing due."""
        return self.at(self.clock.now(), action)

    def spawn(self, routine: "Routine", ended: Callable[[Outcome], None] = lambda _: None) -> "Task":
        """Start a routine; `ended` hears how it ended, unless it was cancelled."""
        task = Task(self, routine, ended)
        self.soon(task.start)
        return task

    def run(self, until: Callable[[], bool], *, forever: bool = False) -> None:
        """Run what is due and let time pass, until `until` is true or (not `forever`) nothing is left to wait for."""
        if not self._driver.acquire(blocking=False):
            raise RuntimeError("the loop is driven already; a handler must not wait for an execution")
        try:
            while not until() and self._turn(forever):
                pass
        finally:
            self._driver.release()

    def _turn(self, forever: bool) -> bool:
        with self._changed:
            timer = self._first()
            if timer is None and not self.in_flight and not forever:
                return False
            if timer is None or timer.due > self.clock.now():
                self.clock.wait(self._changed, timer.due if timer else None)
                return True
            heapq.heappop(self._heap)
        timer.action()
        return True

    def _first(self) -> Timer | None:
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None


class Task:
    """A running routine."""

    def __init__(self, loop: Loop, routine: "Routine", ended: Callable[[Outcome], None]) -> None:
        self._loop = loop
        self._routine = routine
        self._ended = ended
        self._wakeup = Wakeup(loop, self._step)

    def start(self) -> None:
        self._wakeup.settle(Outcome())

    def cancel(self) -> None:
        """End the routine where it stands. Only on the thread that drives the loop."""
        self._wakeup.drop()
        self._routine.close()

    def _step(self, outcome: Outcome) -> None:
        try:
            wait = self._routine.throw(outcome.error) if outcome.error else self._routine.send(outcome.value)
        except StopIteration as end:
            self._ended(Outcome(value=end.value))
        except StateError as exc:
            self._ended(Outcome(error=exc))
        else:
            self._wakeup = Wakeup(self._loop, self._step)
            wait.begin(self._wakeup)


class Wakeup:
    """One wait of a task. The first outcome resumes the task; what comes later is ignored."""

    def __init__(self, loop: Loop, resume: Callable[[Outcome], None]) -> None:
        self.loop = loop
        self._resume = resume
        self._live = True
        self._cleanups: list[Callable[[], None]] = []

    def settle(self, outcome: Outcome) -> None:
        if self._live:
            self.drop()
            self._resume(outcome)

    def settle_at(self, due: datetime, outcome: Outcome) -> None:
        if self._live:
            self.cleanup(self.loop.at(due, lambda: self.settle(outcome)).cancel)

    def cleanup(self, action: Callable[[], None]) -> None:
        """Something to undo when the wait is over: a timer left behind would drag virtual time along."""
        self._cleanups.append(action)

    def drop(self) -> None:
        self._live = False
        for action in self._cleanups:
            action()


class Wait(Protocol):
    """Something a routine can wait for."""

    def begin(self, wakeup: Wakeup) -> None: ...


Routine = Generator[Wait, Any, Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait until a moment."""

    until: datetime

    def begin(self, wakeup: Wakeup) -> None:
        wakeup.settle_at(self.until, Outcome())


@dataclass(frozen=True, slots=True)
class Call:
    """Wait for a handler. Past its time limit, counted from its beginning, its result is ignored, though it runs on."""

    work: Callable[[], Any]
    timeout: timedelta | None = None

    def begin(self, wakeup: Wakeup) -> None:
        loop = wakeup.loop
        loop.in_flight += 1

        def began() -> None:
            if self.timeout is not None:
                expiry = loop.clock.now() + self.timeout
                loop.soon(lambda: wakeup.settle_at(expiry, Outcome(error=StateError("States.Timeout"))))

        def ended(outcome: Outcome) -> None:
            def arrive() -> None:
                loop.in_flight -= 1
                wakeup.settle(outcome)

            loop.soon(arrive)

        loop.calls.submit(self.work, began, ended)


@dataclass(slots=True)
class Join:
    """Run routines side by side, at most `limit` at once, and wait for the list of their results.

    The first that fails cancels the others.
    """

    routines: list[Routine]
    limit: int

    def begin(self, wakeup: Wakeup) -> None:
        if not self.routines:
            wakeup.settle_at(wakeup.loop.clock.now(), Outcome(value=[]))
            return
        waiting = iter(enumerate(self.routines))
        results: list[Any] = [None] * len(self.routines)
        missing = len(self.routines)

        def start_next() -> None:
            if (following := next(waiting, None)) is not None:
                index, routine = following
                wakeup.cleanup(wakeup.loop.spawn(routine, lambda outcome: collect(index, outcome)).cancel)

        def collect(index: int, outcome: Outcome) -> None:
            nonlocal missing
            results[index] = outcome.value
            missing -= 1
            if outcome.error or not missing:
                wakeup.settle(Outcome(value=results, error=outcome.error))
            else:
                start_next()

        for _ in range(self.limit):
            start_next()
