"""Our own small engine for the state machine: the same file and the same handlers as in the cloud, on any clock."""

from devstack.workflow.definition import load_definition
from devstack.workflow.engine import Engine
from devstack.workflow.errors import StateError, UnknownExecution
from devstack.workflow.history import ExecutionResult, HistoryEvent
from devstack.workflow.lint import AWS_ERRORS, lint
from devstack.workflow.loop import Call, Pause
from devstack.workflow.queue import LocalQueue
from devstack.workflow.schedule import schedule

__all__ = [
    "AWS_ERRORS",
    "Call",
    "Engine",
    "ExecutionResult",
    "HistoryEvent",
    "LocalQueue",
    "Pause",
    "StateError",
    "UnknownExecution",
    "lint",
    "load_definition",
    "schedule",
]
