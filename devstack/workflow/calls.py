"""How handlers are run: in turn on the loop's own thread (virtual time), or side by side in threads (real time)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from devstack.workflow.errors import StateError, handler_error


@dataclass(frozen=True, slots=True)
class Outcome:
    """How something ended: with a value, or with an error."""

    value: Any = None
    error: StateError | None = None


Work = Callable[[], Any]
Began = Callable[[], None]
Ended = Callable[[Outcome], None]


class Calls(Protocol):
    """Runs handlers for a loop."""

    def submit(self, work: Work, began: Began, ended: Ended) -> None:
        """Run `work`, calling `began` before it and `ended` after it, on whatever thread it runs."""
        ...


class InlineCalls:
    """One at a time, in the order of submission: the same run every time."""

    def submit(self, work: Work, began: Began, ended: Ended) -> None:
        _run(work, began, ended)


class ThreadCalls:
    """Up to `workers` at once, each in a thread of its own.

    The threads are daemons: a handler that hangs does not keep the program from ending.
    """

    def __init__(self, workers: int) -> None:
        self._places = threading.Semaphore(workers)

    def submit(self, work: Work, began: Began, ended: Ended) -> None:
        threading.Thread(target=self._run_in_turn, args=(work, began, ended), name="handler", daemon=True).start()

    def _run_in_turn(self, work: Work, began: Began, ended: Ended) -> None:
        with self._places:
            _run(work, began, ended)


def _run(work: Work, began: Began, ended: Ended) -> None:
    began()
    try:
        outcome = Outcome(value=work())
    except Exception as exc:
        outcome = Outcome(error=handler_error(exc))
    ended(outcome)
