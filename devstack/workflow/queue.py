"""A queue on the engine's heap of due times, where SQS stands in the cloud."""

import json
import logging
from collections.abc import Generator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from devstack.workflow.engine import Engine
from devstack.workflow.errors import StateError
from devstack.workflow.loop import Call, Pause, Wait
from devstack.workflow.paths import Json, checked

_log = logging.getLogger(__name__)


class LocalQueue:
    """Carries payloads to a function, at least once, in events as SQS sends them. Implements `services.ports.Queue`.

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
        self._engine.spawn(self._deliver(checked(payload, "The message"), str(uuid4())))

    def _deliver(self, message: Json, message_id: str) -> Generator[Wait, Any, None]:
        body = json.dumps(message)
        for attempt in range(1, self._attempts + 1):
            event = _event(message_id, body, attempt)
            try:
                yield Call(partial(self._engine.invoke, self._function, event), self._timeout)
                return
            except StateError as error:
                _log.warning("%s failed (attempt %d of %d): %s", self._function, attempt, self._attempts, error)
            if attempt < self._attempts:
                yield Pause(self._engine.clock.now() + self._retry_after)
        self.dead_letters.append(message)
        _log.error("%s gave up on a message: %s", self._function, message)


def _event(message_id: str, body: str, attempt: int) -> Json:
    """What Lambda hands to a queue's function: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
    attributes = {"ApproximateReceiveCount": str(attempt)}
    record = {"messageId": message_id, "body": body, "attributes": attributes, "eventSource": "aws:sqs"}
    return {"Records": [record]}
