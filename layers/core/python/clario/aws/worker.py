"""The door of a queue's worker: unpacks the messages and opens the same door as a state's for each of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from pydantic import BaseModel

from clario.aws.step import Handler, TaskT, step

Worker = Callable[[TaskT, datetime | None], BaseModel]


def worker(model: type[TaskT]) -> Callable[[Worker[TaskT]], Handler]:
    """Make a Lambda handler for SQS events of a function that is given the payload and when its time is up.

    Events look as in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. What the function raises goes out, so
    that the queue delivers the message again; the queue sends one message at a time.
    """

    def decorate(work: Worker[TaskT]) -> Handler:
        @wraps(work)
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            deadline = _deadline(context)
            door = step(model)(lambda task: work(task, deadline))
            for record in event["Records"]:
                door(json.loads(record["body"]), context)
            return {}

        return handler

    return decorate


def _deadline(context: Any) -> datetime | None:
    """When Lambda stops this invocation; without a context nobody does."""
    if context is None:
        return None
    return datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis())
