"""What the state machine's check finds, each in a machine that is good but for one thing."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from clario.errors import ConfigurationError
from devstack.workflow import lint, load_definition

ERRORS = {"RetryableError", "FatalError", "States.Timeout"}
GOOD = """
Comment: a good machine
StartAt: Plan
TimeoutSeconds: 3600
States:
  Plan:
    Type: Task
    Resource: ${PlanFunctionArn}
    Parameters: {sync.$: $.sync, name.$: $$.Execution.Name}
    ResultPath: $.plan
    TimeoutSeconds: 30
    Retry:
      - {ErrorEquals: [RetryableError, States.Timeout], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2,
         MaxDelaySeconds: 60, JitterStrategy: FULL}
    Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Broken}]
    Next: Anything due?
  Anything due?:
    Type: Choice
    Choices:
      - And:
          - {Variable: $.plan.until, IsPresent: true}
          - Not: {Variable: $.plan.until, StringEquals: ""}
        Next: Wait
      - {Variable: $.plan.count, NumericGreaterThan: 0, Next: Each}
    Default: Done
  Wait: {Type: Wait, TimestampPath: $.plan.until, Next: Plan}
  Each:
    Type: Map
    ItemsPath: $.plan.ids
    MaxConcurrency: 4
    ItemProcessor:
      ProcessorConfig: {Mode: INLINE}
      StartAt: Note
      States:
        Note: {Type: Pass, Result: {}, End: true}
    ResultPath: null
    Next: Plan
  Done: {Type: Succeed}
  Broken: {Type: Fail, Error: SyncFailed}
"""
SUBSTITUTIONS = {"PlanFunctionArn": "plan"}


def good() -> dict[str, Any]:
    return copy.deepcopy(load_definition(GOOD, SUBSTITUTIONS))


def test_a_good_machine_has_no_problems() -> None:
    assert lint(good(), ERRORS) == []


def state(name: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    """A change to one state; None removes a field."""

    def change(machine: dict[str, Any]) -> None:
        for field, value in fields.items():
            machine["States"][name][field] = value
            if value is ...:
                del machine["States"][name][field]

    return change


def rule(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return state("Anything due?", Choices=[fields, {"Variable": "$.x", "IsNull": True, "Next": "Wait"}], Default="Each")


RETRY = {"ErrorEquals": ["RetryableError"]}
CATCH = {"ErrorEquals": ["States.ALL"], "Next": "Broken"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda machine: machine.update(StartAt="Nowhere"), "the machine starts at Nowhere, which does not exist"),
        (lambda machine: machine["States"].update(Alone={"Type": "Succeed"}), "Alone: no way leads here"),
        (lambda machine: machine["States"].update(Odd={"Type": "Parallel"}), "Odd: not a state of a type we run"),
        (state("Plan", Next="Nowhere"), "Plan: leads to Nowhere, which does not exist"),
        (state("Anything due?", Default="Nowhere"), "Anything due?: leads to Nowhere"),
        (state("Plan", Catch=[{**CATCH, "Next": "Nowhere"}]), "Plan: leads to Nowhere"),
        (state("Plan", End=True), "Plan: needs either Next or End"),
        (state("Wait", Next=...), "Wait: needs either Next or End"),
        (state("Plan", TimeoutSeconds=...), "Plan: it has no TimeoutSeconds"),
        (state("Plan", Retry=...), "Plan: it has no Retry"),
        (state("Plan", Catch=...), "Plan: it has no Catch"),
        (state("Plan", TimeoutSeconds=0), "Plan: it has TimeoutSeconds 0, not a number from 1"),
        (state("Plan", Assign={}), "Plan: it has a field outside our subset: Assign"),
        (state("Plan", HeartbeatSeconds=5), "Plan: it has a field outside our subset: HeartbeatSeconds"),
        (state("Plan", InputPath="$.a[*]"), "Plan: InputPath is not a reference path: '$.a[*]'"),
        (state("Plan", ResultPath="$$.a"), "Plan: ResultPath is not a reference path"),
        (state("Plan", Parameters={"a": [{"b.$": "States.UUID()"}]}), "Plan: Parameters: b.$ is not a reference path"),
        (state("Plan", Retry=[{"ErrorEquals": ["Throttled"]}]), "Plan: Retry 1: nothing raises Throttled"),
        (state("Plan", Retry=[{"ErrorEquals": []}]), "Plan: Retry 1: ErrorEquals names no error"),
        (state("Plan", Retry=[{"ErrorEquals": ["States.ALL"]}, RETRY]), "Plan: Retry 1: States.ALL stands alone"),
        (state("Plan", Retry=[{**RETRY, "BackoffRate": 0.5}]), "Plan: Retry 1 has BackoffRate 0.5"),
        (state("Plan", Retry=[{**RETRY, "IntervalSeconds": 1.5}]), "Plan: Retry 1 has IntervalSeconds 1.5"),
        (state("Plan", Retry=[{**RETRY, "JitterStrategy": "SOME"}]), "Plan: Retry 1: JitterStrategy is FULL or NONE"),
        (state("Plan", Catch=[{**CATCH, "ResultPath": "error"}]), "Plan: Catch 1: ResultPath is not a reference path"),
        (state("Wait", Seconds=5), "Wait: needs exactly one of Seconds"),
        (state("Each", MaxConcurrency=41), "Each: it has MaxConcurrency 41, not a number from 0 to 40"),
        (state("Each", ItemProcessor={"StartAt": "X", "States": {}}), "Each's ItemProcessor starts at X"),
        (rule(Variable="$.x", StringEquals="a"), "Anything due?: a rule has no Next"),
        (rule(Variable="$.x", StringLike="a", Next="Done"), "Anything due?: a rule needs Variable and one comparison"),
        (rule(Variable="x", StringEquals="a", Next="Done"), "Anything due?: Variable is not a reference path: 'x'"),
        (rule(Variable="$.x", StringEquals=1, Next="Done"), "Anything due?: StringEquals cannot compare with 1"),
        (
            rule(Variable="$.x", NumericEquals=True, Next="Done"),
            "Anything due?: NumericEquals cannot compare",
        ),
        (rule(Variable="$.x", TimestampEquals="soon", Next="Done"), "Anything due?: TimestampEquals cannot compare"),
        (rule(Variable="$.x", NumericEqualsPath="y", Next="Done"), "Anything due?: NumericEqualsPath cannot compare"),
        (rule(Not={"Variable": "$.x", "IsNull": True, "Next": "Wait"}, Next="Done"), "Anything due?: Next inside Not"),
        (rule(Or=[], Next="Done"), "Anything due?: Or is empty"),
    ],
)
def test_one_thing_wrong_is_told(change: Callable[[dict[str, Any]], None], problem: str) -> None:
    machine = good()
    change(machine)
    assert any(line.startswith(problem) for line in lint(machine, ERRORS)), lint(machine, ERRORS)


def test_a_machine_that_never_ends_is_told() -> None:
    assert lint({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}, ()) == ["the machine never ends"]


def test_names_are_unique_across_the_whole_machine() -> None:
    machine = good()
    machine["States"]["Each"]["ItemProcessor"] = {
        "StartAt": "Plan",
        "States": {"Plan": {"Type": "Pass", "End": True}},
    }
    assert lint(machine, ERRORS) == ["Plan: there are 2 states of this name"]


def test_a_name_without_a_substitution_stops_the_load() -> None:
    with pytest.raises(ConfigurationError, match=r"\$\{PlanFunctionArn\}"):
        load_definition(GOOD, {})
