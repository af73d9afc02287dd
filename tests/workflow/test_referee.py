"""Our engine and moto's Step Functions come to the same end on the same machines, by the same steps."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workflow.referee import Referee, function_arn, on_our_engine, stepfunctions


class RetryableError(Exception):
    pass


class FatalError(Exception):
    pass


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with stepfunctions() as referee:
        yield referee


class Handlers:
    """`flaky` fails `failures` times, `fatal` always, `big` answers too much, any other echoes its input."""

    def __init__(self, failures: int) -> None:
        self._failures = failures

    def __call__(self, resource: str, payload: Any) -> Any:
        name = resource.rpartition(":")[2]
        if name == "flaky" and self._failures:
            self._failures -= 1
            raise RetryableError("later")
        if name == "fatal" or (name == "picky" and payload == "bad"):
            raise FatalError("never")
        return "x" * 262_144 if name == "big" else payload


def task(name: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": function_arn(name), "TimeoutSeconds": 60, **fields}


def machine(**states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def each(*, first: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, **machine(Item={**first, "End": True})}
    return {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, **fields}


RETRY = [{"ErrorEquals": ["RetryableError"], "IntervalSeconds": 10, "BackoffRate": 3.0, "MaxDelaySeconds": 50}]
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Rescue"}]
RESCUE = {"Type": "Pass", "Parameters": {"error.$": "$.failure.Error", "a.$": "$.a"}, "End": True}
DONE = {"Type": "Succeed"}
SEEN = {"And": [{"Variable": "$.seen", "IsPresent": True}, {"Not": {"Variable": "$.seen", "IsNull": True}}]}
# Not here: a Choice that matches nothing. moto ends it as States.Runtime, AWS documents States.NoChoiceMatched.

CASES: dict[str, tuple[dict[str, Any], Any, int]] = {
    "retried until it works": (machine(Work=task("flaky", Retry=RETRY, Next="Done"), Done=DONE), {"a": 1}, 3),
    "retried in vain": (machine(Work=task("flaky", Retry=RETRY, End=True)), {}, 9),
    "retried in vain, then caught": (
        machine(Work=task("flaky", Retry=RETRY, Catch=CATCH, End=True), Rescue=RESCUE),
        {"a": 1},
        9,
    ),
    "caught, and its OutputPath not applied": (
        machine(Work=task("fatal", Catch=CATCH, OutputPath="$.gone", End=True), Rescue=RESCUE),
        {"a": 1},
        0,
    ),
    "caught by nobody": (machine(Work=task("fatal", Retry=RETRY, End=True)), {}, 0),
    "shaped": (
        machine(
            Work=task(
                "echo",
                InputPath="$.in",
                Parameters={"x.$": "$.x[1]", "name.$": "$$.Execution.Name", "state.$": "$$.State.Name"},
                ResultSelector={"all.$": "$", "two": 2},
                ResultPath="$.out.deep",
                OutputPath="$.out",
                End=True,
            )
        ),
        {"in": {"x": [1, 2]}, "other": True},
        0,
    ),
    "a choice in a circle of waits": (
        machine(
            Look={
                "Type": "Choice",
                "Choices": [{**SEEN, "Next": "Done"}],
                "Default": "Wait",
            },
            Wait={"Type": "Wait", "SecondsPath": "$.pause", "Next": "See"},
            See={"Type": "Pass", "Result": "yes", "ResultPath": "$.seen", "Next": "Look"},
            Done=DONE,
        ),
        {"pause": 7},
        0,
    ),
    "a map with a selector": (
        machine(
            Each=each(
                first=task("echo"),
                ItemsPath="$.ids",
                ItemSelector={"id.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index", "a.$": "$.a"},
                ResultPath="$.done",
                End=True,
            )
        ),
        {"ids": ["x", "y"], "a": 1},
        0,
    ),
    "a map over nothing": (machine(Each=each(first=task("echo"), ItemsPath="$.ids", End=True)), {"ids": []}, 0),
    "a map whose result is discarded": (
        machine(Each=each(first=task("flaky", Retry=RETRY), ItemsPath="$.ids", ResultPath=None, End=True)),
        {"ids": [1, 2]},
        2,
    ),
    "a map with a bad item": (machine(Each=each(first=task("picky"), End=True)), ["good", "bad", "good"], 0),
    "a map with a bad item, caught": (
        machine(Each=each(first=task("picky"), ItemsPath="$.ids", Catch=CATCH, End=True), Rescue=RESCUE),
        {"ids": ["bad"], "a": 1},
        0,
    ),
    "a failure on purpose": (machine(Stop={"Type": "Fail", "Error": "SyncFailed", "Cause": "why"}), {}, 0),
    "too large a result": (machine(Work=task("big", End=True)), {}, 0),
    "a path that leads nowhere": (machine(Shape={"Type": "Pass", "InputPath": "$.gone", "End": True}), {}, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_both_engines_agree(case: str, referee: Referee) -> None:
    definition, data, failures = CASES[case]
    ours = on_our_engine(definition, data, Handlers(failures))
    assert ours == referee.run(definition, data, Handlers(failures))
