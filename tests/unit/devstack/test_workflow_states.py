"""Every type of state, with its inputs and outputs, on virtual time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devstack.clock import VirtualClock
from devstack.workflow import Engine, ExecutionResult

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def run(states: dict[str, Any], data: Any, invoke: Any = lambda resource, payload: payload) -> ExecutionResult:
    """Run a machine that starts at its first state."""
    engine = Engine({"StartAt": next(iter(states)), "States": states}, invoke, VirtualClock(NOON))
    engine.start("run", data)
    return engine.wait("run")


def elapsed(result: ExecutionResult) -> timedelta:
    return result.history[-1].time - result.history[0].time


def one(**state: Any) -> dict[str, Any]:
    return {"Only": {**state, "End": True}}


# Pass, and what every state does with its input and output


def test_pass_hands_its_input_on() -> None:
    assert run(one(Type="Pass"), {"a": 1}).output == {"a": 1}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"Result": 5}, 5),
        ({"Result": 5, "ResultPath": "$.r"}, {"a": {"b": [1, 2]}, "r": 5}),
        ({"Result": 5, "ResultPath": "$.a.c.d"}, {"a": {"b": [1, 2], "c": {"d": 5}}}),
        ({"Result": 5, "ResultPath": "$.a.b[1]"}, {"a": {"b": [1, 5]}}),
        ({"Result": 5, "ResultPath": None}, {"a": {"b": [1, 2]}}),
        ({"InputPath": "$.a.b[1]"}, 2),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$['a']['b']"}, [1, 2]),
        ({"OutputPath": None}, {}),
        ({"InputPath": "$.a", "Parameters": {"x.$": "$.b[0]", "y": {"z": [True]}}}, {"x": 1, "y": {"z": [True]}}),
        ({"Parameters": {"who.$": "$$.Execution.Name", "at.$": "$$.State.Name"}}, {"who": "run", "at": "Only"}),
        ({"Parameters": {"all.$": "$$.Execution.Input"}, "OutputPath": "$.all.a"}, {"b": [1, 2]}),
        ({"Parameters": {"since.$": "$$.Execution.StartTime"}}, {"since": "2026-01-31T12:00:00.000Z"}),
    ],
)
def test_paths_and_templates_shape_input_and_output(fields: dict[str, Any], output: Any) -> None:
    assert run(one(Type="Pass", **fields), {"a": {"b": [1, 2]}}).output == output


@pytest.mark.parametrize(
    "fields",
    [{"InputPath": "$.b"}, {"OutputPath": "$.a[0]"}, {"Parameters": {"x.$": "$.a.b"}}, {"InputPath": "$$.Nothing"}],
)
def test_a_path_that_leads_nowhere_fails_the_execution(fields: dict[str, Any]) -> None:
    result = run(one(Type="Pass", **fields), {"a": "text"})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")


def test_a_result_path_through_a_text_does_not_match() -> None:
    assert run(one(Type="Pass", ResultPath="$.a.b"), {"a": "text"}).error == "States.ResultPathMatchFailure"


# Task


def test_a_task_calls_its_resource_with_the_shaped_input_and_keeps_the_selected_result() -> None:
    calls = []

    def invoke(resource: str, payload: Any) -> Any:
        calls.append((resource, payload))
        return {"rows": 3, "noise": "x"}

    task = one(
        Type="Task",
        Resource="fetch",
        Parameters={"id.$": "$.slice"},
        ResultSelector={"count.$": "$.rows"},
        ResultPath="$.fetched",
    )
    assert run(task, {"slice": 7}, invoke).output == {"slice": 7, "fetched": {"count": 3}}
    assert calls == [("fetch", {"id": 7})]


def test_a_handler_cannot_change_the_state_it_was_given() -> None:
    def invoke(_: str, payload: Any) -> None:
        payload["a"] = "changed"

    assert run(one(Type="Task", Resource="f", ResultPath=None), {"a": 1}, invoke).output == {"a": 1}


def test_a_result_that_is_not_json_fails_as_lambda_would() -> None:
    result = run(one(Type="Task", Resource="f"), {}, lambda resource, payload: NOON)
    assert result.error == "Runtime.MarshalError"


@pytest.mark.parametrize(("size", "status"), [(262_144 - 2, "SUCCEEDED"), (262_144 - 1, "FAILED")])
def test_a_payload_has_at_most_256_kib_of_json(size: int, status: str) -> None:
    result = run(one(Type="Task", Resource="f"), {}, lambda resource, payload: "x" * size)
    assert result.status == status
    assert result.error == (None if status == "SUCCEEDED" else "States.DataLimitExceeded")


def test_a_state_whose_output_outgrows_the_limit_fails_too() -> None:
    half = one(Type="Task", Resource="f", ResultPath="$.more")
    result = run(half, {"some": "x" * 200_000}, lambda resource, payload: "x" * 200_000)
    assert result.error == "States.DataLimitExceeded"


# Wait


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Seconds": 90}, 90),
        ({"Seconds": 0}, 0),
        ({"SecondsPath": "$.wait.seconds"}, 40),
        ({"Timestamp": "2026-01-31T12:01:00Z"}, 60),
        ({"Timestamp": "2026-01-31T14:00:30+02:00"}, 30),
        ({"TimestampPath": "$.wait.until"}, 3600.5),
        ({"Timestamp": "2026-01-31T11:00:00Z"}, 0),
    ],
)
def test_wait_waits_until_its_time_and_hands_its_input_on(fields: dict[str, Any], seconds: float) -> None:
    data = {"wait": {"seconds": 40, "until": "2026-01-31T13:00:00.5Z"}}
    result = run(one(Type="Wait", **fields), data)
    assert (elapsed(result).total_seconds(), result.output) == (seconds, data)


@pytest.mark.parametrize(
    ("fields", "value"),
    [("SecondsPath", -1), ("SecondsPath", "5"), ("SecondsPath", True), ("TimestampPath", "soon"), ("TimestampPath", 5)],
)
def test_wait_refuses_what_is_not_a_time(fields: str, value: Any) -> None:
    assert run(one(Type="Wait", **{fields: "$.w"}), {"w": value}).error == "States.Runtime"


# Choice


def choose(rule: dict[str, Any], data: Any) -> bool:
    states = {
        "Choose": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    result = run(states, data)
    assert result.status == "SUCCEEDED"
    return bool(result.output)


@pytest.mark.parametrize(
    ("operator", "operand", "value", "holds"),
    [
        ("StringEquals", "ready", "ready", True),
        ("StringEquals", "ready", "Ready", False),
        ("StringEquals", "1", 1, False),
        ("StringLessThan", "b", "a", True),
        ("StringGreaterThanEquals", "b", "a", False),
        ("StringMatches", "log-*.txt", "log-1.txt", True),
        ("StringMatches", "log-*.txt", "log-1xtxt", False),
        ("StringMatches", r"a\*b", "a*b", True),
        ("StringMatches", r"a\*b", "axb", False),
        ("NumericEquals", 1, 1.0, True),
        ("NumericEquals", 1, True, False),
        ("NumericLessThan", 5, 4, True),
        ("NumericGreaterThan", 5, 5, False),
        ("NumericGreaterThanEquals", 5, 5, True),
        ("NumericLessThanEquals", 5, 6, False),
        ("BooleanEquals", True, True, True),
        ("BooleanEquals", False, 0, False),
        ("TimestampLessThan", "2026-01-31T12:00:00Z", "2026-01-31T13:30:00+02:00", True),
        ("TimestampEquals", "2026-01-31T12:00:00Z", "not a time", False),
        ("NumericEqualsPath", "$.other", 3, True),
        ("NumericLessThanPath", "$.other", 3, False),
        ("IsNull", True, None, True),
        ("IsNull", False, None, False),
        ("IsString", True, "x", True),
        ("IsNumeric", True, True, False),
        ("IsBoolean", False, 1, True),
        ("IsTimestamp", True, "2026-01-31T12:00:00Z", True),
    ],
)
def test_a_rule_compares_values_of_its_type(operator: str, operand: Any, value: Any, holds: bool) -> None:
    assert choose({"Variable": "$.v", operator: operand}, {"v": value, "other": 3}) is holds


def test_is_present_asks_about_a_place_that_may_not_be_there() -> None:
    assert choose({"Variable": "$.a.b", "IsPresent": True}, {"a": {"b": None}})
    assert choose({"Variable": "$.a.b", "IsPresent": False}, {"a": {}})


def test_and_or_and_not_combine_rules() -> None:
    big = {"Variable": "$.n", "NumericGreaterThan": 10}
    even = {"Variable": "$.even", "BooleanEquals": True}
    assert choose({"And": [big, {"Not": even}]}, {"n": 11, "even": False})
    assert not choose({"And": [big, {"Not": even}]}, {"n": 11, "even": True})
    assert choose({"Or": [big, even]}, {"n": 1, "even": True})
    assert not choose({"Or": [big, even]}, {"n": 1, "even": False})


def test_and_does_not_look_at_what_follows_a_false_rule() -> None:
    rules = [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.a", "NumericEquals": 1}]
    assert not choose({"And": rules}, {})


def test_the_first_rule_that_holds_decides() -> None:
    rules = [{"Variable": "$", "NumericLessThan": limit, "Next": f"Below {limit}"} for limit in (10, 100)]
    ends = {f"Below {limit}": {"Type": "Pass", "Result": limit, "End": True} for limit in (10, 100)}
    assert run({"Choose": {"Type": "Choice", "Choices": rules}, **ends}, 5).output == 10


def test_a_choice_without_an_answer_fails() -> None:
    rule = {"Variable": "$.v", "StringEquals": "x", "Next": "End"}
    states = {"Choose": {"Type": "Choice", "Choices": [rule]}, "End": {"Type": "Succeed"}}
    assert run(states, {"v": "y"}).error == "States.NoChoiceMatched"


def test_a_rule_that_reads_a_missing_place_fails_the_execution() -> None:
    rule = {"Variable": "$.gone", "StringEquals": "x", "Next": "End"}
    states = {"Choose": {"Type": "Choice", "Choices": [rule], "Default": "End"}, "End": {"Type": "Succeed"}}
    assert run(states, {}).error == "States.Runtime"


# Succeed and Fail


def test_succeed_ends_with_the_chosen_part() -> None:
    assert run({"Done": {"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"}}, {"a": {"b": 1}}).output == 1


def test_fail_ends_with_error_and_cause() -> None:
    result = run({"Broken": {"Type": "Fail", "Error": "NoRoom", "Cause": "the shelf is full"}}, {})
    assert (result.status, result.error, result.cause) == ("FAILED", "NoRoom", "the shelf is full")


# Map


def each(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    machine = {"StartAt": next(iter(processor)), "States": processor}
    return one(Type="Map", ItemProcessor=machine, **fields)


TASK = {"Work": {"Type": "Task", "Resource": "f", "End": True}}


def test_map_runs_its_machine_for_each_item_and_keeps_their_order() -> None:
    wait = {"Wait": {"Type": "Wait", "SecondsPath": "$", "End": True}}
    result = run(each(wait, ItemsPath="$.items", ResultPath="$.done"), {"items": [3, 1, 2]})
    assert result.output == {"items": [3, 1, 2], "done": [3, 1, 2]}
    assert elapsed(result) == timedelta(seconds=3)  # side by side


def test_map_over_nothing_is_an_empty_list() -> None:
    assert run(each(TASK), []).output == []


def test_map_runs_no_more_than_max_concurrency_at_once() -> None:
    wait = {"Wait": {"Type": "Wait", "Seconds": 10, "End": True}}
    assert elapsed(run(each(wait, MaxConcurrency=2), [1, 2, 3, 4, 5])) == timedelta(seconds=30)


def test_without_a_limit_of_its_own_an_inline_map_runs_forty_at_once() -> None:
    wait = {"Wait": {"Type": "Wait", "Seconds": 10, "End": True}}
    assert elapsed(run(each(wait), list(range(41)))) == timedelta(seconds=20)


def test_an_item_selector_sees_the_item_and_the_state() -> None:
    selector = {"id.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index", "sync.$": "$.sync"}
    result = run(each(TASK, ItemsPath="$.ids", ItemSelector=selector), {"ids": ["a", "b"], "sync": "s"})
    assert result.output == [{"id": "a", "n": 0, "sync": "s"}, {"id": "b", "n": 1, "sync": "s"}]


def test_an_iteration_that_fails_fails_the_map_and_cancels_the_others() -> None:
    slow_or_broken = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Break"}],
            "Default": "Wait",
        },
        "Break": {"Type": "Fail", "Error": "Broken"},
        "Wait": {"Type": "Wait", "Seconds": 3600, "End": True},
    }
    result = run(each(slow_or_broken), [1, 2, 3])
    assert (result.error, elapsed(result)) == ("Broken", timedelta(0))


def test_a_map_over_something_else_than_a_list_fails_the_execution() -> None:
    assert run(each(TASK, ItemsPath="$.items"), {"items": {"a": 1}}).error == "States.Runtime"


def test_a_nested_map_works() -> None:
    inner = {"Inner": {"Type": "Map", "ItemProcessor": {"StartAt": "Work", "States": TASK}, "End": True}}
    assert run(each(inner), [[1, 2], [3]]).output == [[1, 2], [3]]
