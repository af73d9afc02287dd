"""The door of a state: validates what comes in, binds log keys, and gives errors the names the state machine knows.

In Lambda it also counts failures by class, and log lines say which invocation they are of. Lambda and Step Functions
count and time everything else themselves: docs/decisions/0007-cold-starts-and-tracing.md.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from pydantic import BaseModel, ValidationError

from clario.errors import ClarioError, FatalError, RetryableError

logger = Logger(service="clario")

METRICS_NAMESPACE = "Clario"
LOG_KEYS = ("seller_id", "sync_id", "slice_id", "step")

TaskT = TypeVar("TaskT", bound=BaseModel)
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def step(model: type[TaskT]) -> Callable[[Callable[[TaskT], BaseModel]], Handler]:
    """Make a Lambda handler of a function from one payload model to another.

    Step Functions compares the exact class name of an error and knows no inheritance: what may succeed later is raised
    as `RetryableError`, what may not as `FatalError`, with the original class in front of the message. Anything else is
    a bug and keeps its own name.
    """

    def decorate(work: Callable[[TaskT], BaseModel]) -> Handler:
        def door(event: dict[str, Any], context: Any) -> dict[str, Any]:
            try:
                task = _parsed(model, event)
                with logger.append_context_keys(**_log_keys(task)):
                    return _in_canonical_errors(work, task).model_dump(mode="json", by_alias=True)
            except Exception as error:
                _count(error, context)
                raise

        in_lambda = logger.inject_lambda_context(door)

        @wraps(work)
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            answer: dict[str, Any] = (door if context is None else in_lambda)(event, context)
            return answer

        return handler

    return decorate


def _parsed(model: type[TaskT], event: dict[str, Any]) -> TaskT:
    try:
        return model.model_validate(event)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, entry["loc"])) for entry in error.errors())
        raise FatalError(f"InvalidPayload: {model.__name__} lacks or misuses {fields}") from None


def _log_keys(task: BaseModel) -> dict[str, Any]:
    return {name: value for name in LOG_KEYS if (value := getattr(task, name, None)) is not None}


def _in_canonical_errors(work: Callable[[TaskT], BaseModel], task: TaskT) -> BaseModel:
    try:
        return work(task)
    except ClarioError as error:
        canonical = RetryableError if isinstance(error, RetryableError) else FatalError
        logger.warning("step failed", extra={"error": type(error).__name__, "reason": str(error)})
        raise canonical(f"{type(error).__name__}: {error}") from error


def _count(error: Exception, context: Any) -> None:
    """Count a failure by the class that was raised, unless nobody listens: a laptop calls without a context."""
    if context is None:
        return
    raised = error.__cause__ if isinstance(error.__cause__, ClarioError) else error
    with single_metric("StepFailed", MetricUnit.Count, 1, namespace=METRICS_NAMESPACE) as metric:
        metric.add_dimension("error", type(raised).__name__)
        metric.add_metadata("function", context.function_name)
