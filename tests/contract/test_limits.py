"""Concurrency and time: what runs at once fits the database, and everybody gives up in the right order."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from devstack.functions import substitutions
from devstack.runtime import STATE_MACHINE
from tests.contract.stack import Stack, allowed_values

API = ("api_sync", "api_progress", "api_detections")


@pytest.mark.parametrize("connections", sorted(set(allowed_values("DbConnections")) - {"0"}, key=int))
def test_functions_never_hold_more_connections_than_there_are(connections: str) -> None:
    functions = Stack(DbConnections=connections).functions()
    reserved = [function["ReservedConcurrentExecutions"] for function in functions.values()]
    assert int(connections) - 2 == sum(reserved) and len(reserved) == len(functions)


@pytest.mark.parametrize("connections", allowed_values("DbConnections"))
def test_sqs_starts_no_more_detections_than_may_run(connections: str) -> None:
    stack = Stack(DbConnections=connections)
    [mapping] = stack.of_type("Lambda::EventSourceMapping").values()
    most = mapping["ScalingConfig"]["MaximumConcurrency"]
    assert most >= 2  # the least SQS takes
    assert most <= stack.functions()["detect"].get("ReservedConcurrentExecutions", 2)


def test_without_a_reservation_nothing_is_reserved() -> None:
    functions = Stack(DbConnections="0").functions().values()
    assert not [function for function in functions if "ReservedConcurrentExecutions" in function]


def tasks(states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in states.values():
        if state["Type"] == "Task":
            yield state
        elif state["Type"] == "Map":
            yield from tasks(state["ItemProcessor"]["States"])


def test_a_state_gives_up_before_its_function_does_where_lambda_allows_that(stack: Stack) -> None:
    functions = stack.functions()
    for task in tasks(yaml.safe_load(STATE_MACHINE.read_text())["States"]):
        function = substitutions()[task["Resource"][2:-1]]
        assert functions[function]["Timeout"] == min(task["TimeoutSeconds"] + 10, 900), function


def test_the_api_answers_before_api_gateway_gives_up(stack: Stack) -> None:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: 30 s
    assert {stack.functions()[name]["Timeout"] for name in API} == {29}


@pytest.mark.parametrize(
    ("minutes", "expression", "state"),
    [("0", "rate(1 hour)", "DISABLED"), ("1", "rate(1 minute)", "ENABLED"), ("5", "rate(5 minutes)", "ENABLED")],
)
def test_the_tick_follows_its_parameter(minutes: str, expression: str, state: str) -> None:
    [schedule] = Stack(SyncTickMinutes=minutes).of_type("Scheduler::Schedule").values()
    assert (schedule["ScheduleExpression"], schedule["State"]) == (expression, state)
