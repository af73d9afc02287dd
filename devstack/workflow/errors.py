"""Errors as the state machine sees them: a name to match by, and a cause to read."""

import json
import traceback

# Not matched by States.ALL or States.TaskFailed: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
TERMINAL_ERRORS = frozenset({"States.Runtime", "States.DataLimitExceeded"})


class StateError(Exception):
    """A state failed. `error` is the name that `ErrorEquals` compares, `cause` is for people."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    def matches(self, names: list[str]) -> bool:
        """Whether an `ErrorEquals` list names this error, wildcards included."""
        if self.error == "States.Runtime":
            return False  # always fails the execution
        if self.error in names:
            return True
        if self.error in TERMINAL_ERRORS:
            return False
        return "States.ALL" in names or ("States.TaskFailed" in names and self.error != "States.Timeout")

    def as_output(self) -> dict[str, str]:
        """What a Catch hands to the next state."""
        return {"Error": self.error, "Cause": self.cause}


class UnknownExecution(LookupError):
    """No execution was ever started under this name."""


def runtime_error(cause: str) -> StateError:
    """The machine itself is at fault, for instance a path that leads nowhere: no Retry and no Catch applies."""
    return StateError("States.Runtime", cause)


def handler_error(exc: Exception) -> StateError:
    """A handler's exception as Lambda reports it: the bare class name, and a JSON text as cause."""
    if isinstance(exc, StateError):
        return exc
    name = type(exc).__name__
    trace = traceback.format_tb(exc.__traceback__)[-3:]  # the innermost calls tell most; causes travel as payload
    report = {"errorMessage": str(exc), "errorType": name, "stackTrace": trace}
    return StateError(name, json.dumps(report, separators=(",", ":"), ensure_ascii=False))
