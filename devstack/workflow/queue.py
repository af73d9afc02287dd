"""A queue on the engine's heap of due times, where SQS stands in the cloud."""

import logging
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from devstack.workflow.engine import Engine
from devstack.workflow.errors import StateError
from devstack.workflow.loop import Call, Pause, Wait
from devstack.workflow.paths import Json, checked

_log = logging.getLogger(__name__)


class LocalQueue:
    """Carries payloads to a function, at least once. Implements `clario.services.ports.Queue`.

    A message whose function raises or takes too long comes again after a pause; after its last attempt it is logged
    and kept in `dead_letters`. Messages live as long as the process.
    """

    def __init__(
        self,
        engine: Engine,
        function: str,
        *,
        attempts: int = 3,
        retry_after: timedelta = timedelta(seconds=30),
        timeout: timedelta = timedelta(minutes=15),  # the longest a Lambda may run
    ) -> None:
        self.dead_letters: list[Json] = []
        self._engine = engine
        self._function = function
        self._attempts = attempts
        self._retry_after = retry_after
        self._timeout = timeout

    def send(self, payload: dict[str, object]) -> None:
        self._engine.spawn(self._deliver(checked(payload, "The message")))

    def _deliver(self, message: Json) -> Generator[Wait, Any, None]:
        for attempt in range(1, self._attempts + 1):
            try:
                # A fresh copy each time: the function may change what it is given.
                yield Call(lambda: self._engine.invoke(self._function, checked(message, "The message")), self._timeout)
                return
            except StateError as error:
                _log.warning("%s failed (attempt %d of %d): %s", self._function, attempt, self._attempts, error)
            if attempt < self._attempts:
                yield Pause(self._engine.clock.now() + self._retry_after)
        self.dead_letters.append(message)
        _log.error("%s gave up on a message: %s", self._function, message)
