"""Runs a state machine on moto's Step Functions, which was checked against AWS, to referee our own engine.

moto 5.2.5. Its waits are cut to nothing and noted; its Lambda tasks reach a Python function.
"""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from devstack.workflow import StateError
from devstack.workflow.states import Invoke

ACCOUNT = "123456789012"
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


class Referee:
    """moto's Step Functions with `invoke` behind every Lambda task."""

    def __init__(self) -> None:
        self._client = boto3.client("stepfunctions", region_name="us-east-1")
        self.invoke: Invoke = lambda resource, payload: payload
        self.waits: list[float] = []

    def run(self, machine: dict[str, Any], data: Any, invoke: Invoke) -> Verdict:
        self.invoke, self.waits = invoke, []
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
            waits=self.waits,
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
    """moto as AWS for the time of a `with` block. It compares UTC with local time, so the process must run in UTC."""
    config = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
    with patch.dict("os.environ", {"TZ": "UTC"}), mock_aws(config=config):
        time.tzset()
        referee = Referee()

        def invoke(backend: Any, function_name: str, qualifier: Any, body: Any, headers: Any, answer: Any) -> bytes:
            try:
                return json.dumps(referee.invoke(function_name, json.loads(body))).encode()
            except Exception as exc:
                answer["x-amz-function-error"] = "Unhandled"
                name = exc.error if isinstance(exc, StateError) else type(exc).__name__
                return json.dumps({"errorType": name, "errorMessage": str(exc), "stackTrace": []}).encode()

        def wait(self: Any, env: Any, wait_seconds: float) -> None:
            referee.waits.append(wait_seconds)

        sleeper = SimpleNamespace(sleep=lambda seconds: referee.waits.append(seconds))
        with (
            patch.object(LambdaSimpleBackend, "invoke", invoke),
            patch.object(WaitFunction, "_wait_interval", wait),
            patch.object(retrier_decl, "time", sleeper),
        ):
            yield referee
    time.tzset()


def _named(history: list[dict[str, Any]]) -> list[tuple[str, str]]:
    details = ("stateEnteredEventDetails", "stateExitedEventDetails")
    return [(event["type"], next((event[key]["name"] for key in details if key in event), "")) for event in history]
