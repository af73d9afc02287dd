"""Time for the one-machine runtime: the machine's own, or a virtual one that only moves when it is told to."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)

    def wait(self, changed: threading.Condition, until: datetime | None) -> None:
        """Wait, holding `changed`, until it is notified or that moment has come (None: only until it is notified)."""
        changed.wait(None if until is None else max(0.0, (until - self.now()).total_seconds()))


class VirtualClock:
    """A clock for simulations: a sleep takes no time, it moves the clock.

    Listeners are called with the new time after each move, in order, so that another process's clock (the local
    Amazon's) can follow. Time never runs backwards: advancing to a moment that has passed does nothing.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware datetime")
        self._now = start.astimezone(UTC)
        self._moving = threading.RLock()
        self._listeners: list[Callable[[datetime], None]] = []

    def add_listener(self, listener: Callable[[datetime], None]) -> None:
        self._listeners.append(listener)

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._moving:
            self.advance_to(self._now + timedelta(seconds=seconds))

    def advance_to(self, moment: datetime) -> None:
        with self._moving:
            if moment <= self._now:
                return
            self._now = moment.astimezone(UTC)
            for listener in self._listeners:
                listener(self._now)

    def wait(self, changed: threading.Condition, until: datetime | None) -> None:
        """Nothing happens before `until`: be there. Without such a moment, really wait to be notified."""
        if until is None:
            changed.wait()
        else:
            self.advance_to(until)
