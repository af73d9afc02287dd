"""When a failed state is tried again, and which state takes over when it is not."""

import random
from datetime import timedelta
from typing import Any

from devstack.workflow.errors import StateError

# Defaults: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
_INTERVAL, _ATTEMPTS, _BACKOFF = 1, 3, 2.0


class Retries:
    """The retriers of one state while it is being visited: each counts for itself."""

    def __init__(self, retriers: list[dict[str, Any]], rng: random.Random) -> None:
        self._retriers = retriers
        self._used = [0] * len(retriers)
        self._rng = rng

    @property
    def count(self) -> int:
        """How many retries there have been."""
        return sum(self._used)

    def delay(self, error: StateError) -> timedelta | None:
        """How long to wait before trying again, or None when there is no further try.

        The first retrier that names the error decides alone.
        """
        for index, retrier in enumerate(self._retriers):
            if error.matches(retrier["ErrorEquals"]):
                if self._used[index] >= retrier.get("MaxAttempts", _ATTEMPTS):
                    return None
                self._used[index] += 1
                return self._interval(retrier, self._used[index])
        return None

    def _interval(self, retrier: dict[str, Any], attempt: int) -> timedelta:
        seconds = retrier.get("IntervalSeconds", _INTERVAL) * retrier.get("BackoffRate", _BACKOFF) ** (attempt - 1)
        seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
        if retrier.get("JitterStrategy") == "FULL":
            seconds = self._rng.uniform(0, seconds)
        return timedelta(seconds=seconds)


def catcher_for(error: StateError, catchers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first Catch entry that names the error."""
    return next((catcher for catcher in catchers if error.matches(catcher["ErrorEquals"])), None)
