"""Runs a state machine on moto's Step Functions, which was checked against AWS, to referee our own engine.

moto 5.2.5. It waits on a virtual clock, and its Lambda tasks reach a Python function.
"""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from devstack.clock import VirtualClock
from devstack.workflow import Engine, StateError
from devstack.workflow.choices import parse_timestamp
from devstack.workflow.states import Invoke

ACCOUNT = "123456789012"
START = datetime(2026, 1, 31, tzinfo=UTC)
HANGS = 2000  # seconds, longer than any task of ours may take
_NAMES = itertools.count(1)


@dataclass(frozen=True)
class Verdict:
    """What an execution came to.

    `events` are (type, state) pairs, the state named where one is entered or left; `waits` are seconds. In order.
    """

    status: str
    output: Any
    error: str | None
    events: list[tuple[str, str]]
    waits: list[float]


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


class Hanging(Exception):
    """A handler does not come back: its task's time runs out."""


class Stage:
    """What moto's Step Functions plays on: a clock, and a function behind every Lambda task.

    `invoke` may raise `Hanging`. `waits` are the seconds that were waited, in order.
    """

    def __init__(self) -> None:
        self.invoke: Invoke = lambda resource, payload: payload
        self.clock = VirtualClock(START)
        self.waits: list[float] = []

    def pause_until(self, moment: datetime) -> None:
        self.pause((moment - self.clock.now()).total_seconds())

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self.waits.append(seconds)
            self.clock.sleep(seconds)


def on_our_engine(machine: dict[str, Any], data: Any, invoke: Invoke, clock: VirtualClock | None = None) -> Verdict:
    """What an execution comes to on our engine."""
    clock = clock or VirtualClock(START)
    engine = Engine(machine, _may_hang(invoke, clock), clock)
    engine.start("run", data)
    result = engine.wait("run")
    times = [event.time for event in result.history]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return Verdict(
        status=result.status,
        output=result.output,
        error=result.error,
        events=[(kind, state if kind.endswith(("Entered", "Exited")) else "") for _, _, kind, state in result.history],
        waits=[gap for gap in gaps if gap],
    )


def _may_hang(invoke: Invoke, clock: VirtualClock) -> Invoke:
    def call(resource: str, payload: Any) -> Any:
        try:
            return invoke(resource, payload)
        except Hanging:
            return clock.sleep(HANGS)

    return call


class Referee:
    """moto's Step Functions, one execution at a time."""

    def __init__(self, stage: Stage) -> None:
        self._client = boto3.client("stepfunctions", region_name="us-east-1")
        self._stage = stage

    def run(self, machine: dict[str, Any], data: Any, invoke: Invoke, clock: VirtualClock | None = None) -> Verdict:
        stage = self._stage
        stage.invoke, stage.waits, stage.clock = invoke, [], clock or VirtualClock(START)
        created = self._client.create_state_machine(
            name=f"machine-{next(_NAMES)}",
            definition=json.dumps(machine),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/states",
        )
        execution = self._client.start_execution(
            stateMachineArn=created["stateMachineArn"], name="run", input=json.dumps(data)
        )["executionArn"]
        ended = self._end_of(execution)
        history = self._client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        return Verdict(
            status=ended["status"],
            output=json.loads(ended["output"]) if "output" in ended else None,
            error=ended.get("error"),
            events=_named(history),
            waits=stage.waits,
        )

    def _end_of(self, execution: str) -> dict[str, Any]:
        pause = threading.Event()
        for _ in range(2000):
            described: dict[str, Any] = self._client.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return described
            pause.wait(0.005)
        raise TimeoutError(execution)


@contextmanager
def stepfunctions() -> Iterator[Referee]:
    """A referee for the time of a `with` block."""
    with moto_stage() as stage:
        yield Referee(stage)


@contextmanager
def moto_stage() -> Iterator[Stage]:
    """moto as AWS for the time of a `with` block. It compares UTC with local time, so the process must run in UTC."""
    stage = Stage()
    config = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
    with patch.dict("os.environ", {"TZ": "UTC"}), mock_aws(config=config):
        time.tzset()
        with (
            patch.object(LambdaSimpleBackend, "invoke", _task(stage)),
            patch.object(WaitFunction, "_eval_body", _wait(stage)),
            patch.object(retrier_decl, "time", SimpleNamespace(sleep=stage.pause)),
        ):
            yield stage
    time.tzset()


def _task(stage: Stage) -> Any:
    def invoke(backend: Any, function_name: str, qualifier: Any, body: Any, headers: Any, answer: Any) -> bytes:
        try:
            return json.dumps(stage.invoke(function_name, json.loads(body))).encode()
        except Hanging as exc:
            stage.pause(HANGS)
            raise TimeoutError from exc  # as moto says of a task whose time is up
        except Exception as exc:
            answer["x-amz-function-error"] = "Unhandled"
            name = exc.error if isinstance(exc, StateError) else type(exc).__name__
            return json.dumps({"errorType": name, "errorMessage": str(exc), "stackTrace": []}).encode()

    return invoke


def _wait(stage: Stage) -> Any:
    def wait(state: Any, env: Any) -> None:
        if not isinstance(state, Timestamp):
            stage.pause(state._get_wait_seconds(env))
            return
        state.string.eval(env=env)
        moment = parse_timestamp(env.stack.pop())
        assert moment is not None
        stage.pause_until(moment)

    return wait


def _named(history: list[dict[str, Any]]) -> list[tuple[str, str]]:
    details = ("stateEnteredEventDetails", "stateExitedEventDetails")
    return [(event["type"], next((event[key]["name"] for key in details if key in event), "")) for event in history]
