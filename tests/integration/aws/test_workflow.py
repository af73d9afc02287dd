"""Executions on moto's Step Functions through our adapter, and the limits of the real ones."""

import json
import re
from typing import Any

import pytest

from clario.aws.clients import client
from clario.aws.workflow import StepFunctionsWorkflow
from clario.errors import ExecutionEnded, FatalError, RetryableError
from clario.services.ports import ExecutionStatus
from clario.services.syncs import execution_name
from tests.integration.aws.conftest import ACCOUNT
from tests.integration.aws.wire import refusing

PAYLOAD: dict[str, object] = {"sellerId": "anna", "syncId": "sync_anna_1", "part": 1}
MACHINE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def machine(aws: None) -> str:
    """A machine that moto does not run: an execution stays until it is stopped."""
    arn: str = client("stepfunctions").create_state_machine(
        name="clario-sync", definition=json.dumps(MACHINE), roleArn=f"arn:aws:iam::{ACCOUNT}:role/states"
    )["stateMachineArn"]
    return arn


@pytest.fixture
def workflow(machine: str) -> StepFunctionsWorkflow:
    return StepFunctionsWorkflow(machine)


def executions(machine: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return found


def test_a_start_that_is_repeated_is_the_same_execution(workflow: StepFunctionsWorkflow, machine: str) -> None:
    workflow.start("one", PAYLOAD)
    workflow.start("one", dict(reversed(PAYLOAD.items())))
    assert [entry["name"] for entry in executions(machine)] == ["one"]


def test_the_payload_is_the_executions_input(workflow: StepFunctionsWorkflow, machine: str) -> None:
    workflow.start("one", PAYLOAD)
    described = client("stepfunctions").describe_execution(executionArn=executions(machine)[0]["executionArn"])
    assert json.loads(described["input"]) == PAYLOAD


def test_a_name_is_used_once(workflow: StepFunctionsWorkflow) -> None:
    workflow.start("one", PAYLOAD)
    workflow.stop("one")
    with pytest.raises(ExecutionEnded, match="used up: one"):
        workflow.start("one", PAYLOAD)


def test_an_execution_is_unknown_then_running_then_ended(workflow: StepFunctionsWorkflow) -> None:
    assert workflow.status("one") == ExecutionStatus.UNKNOWN
    workflow.start("one", PAYLOAD)
    assert workflow.status("one") == ExecutionStatus.RUNNING
    workflow.stop("one")
    assert workflow.status("one") == ExecutionStatus.ENDED


def test_stopping_what_does_not_run_is_no_mistake(workflow: StepFunctionsWorkflow) -> None:
    workflow.stop("never started")
    workflow.start("one", PAYLOAD)
    workflow.stop("one")
    workflow.stop("one")
    assert workflow.status("one") == ExecutionStatus.ENDED


def test_a_machine_that_is_not_there_is_fatal(aws: None) -> None:
    nowhere = StepFunctionsWorkflow(f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:nowhere")
    with pytest.raises(FatalError, match="execution:nowhere:one: StartExecution answered StateMachineDoesNotExist"):
        nowhere.start("one", PAYLOAD)


@pytest.mark.parametrize("code", ["ThrottlingException", "ExecutionLimitExceeded"])
def test_a_busy_step_functions_is_asked_again_later(code: str, workflow: StepFunctionsWorkflow, once: None) -> None:
    with refusing("stepfunctions", code), pytest.raises(RetryableError, match=code):
        workflow.start("one", PAYLOAD)


def test_names_and_payloads_are_far_inside_what_step_functions_takes(region: None) -> None:
    takes = client("stepfunctions").meta.service_model.operation_model("StartExecution").input_shape.members
    seller = "a" * 128
    sync_id = f"sync_{seller}_1795575411406"
    payload = {"sellerId": seller, "syncId": sync_id, "part": 999}
    name = execution_name(sync_id, 999)
    assert takes["name"].metadata["max"] == 80
    assert len(name) <= 80
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html: what to keep to in logs
    assert re.fullmatch(r"[0-9A-Za-z_-]+", name)
    assert len(json.dumps(payload)) * 100 < takes["input"].metadata["max"] == 262_144


def test_a_name_that_is_too_long_is_fatal(workflow: StepFunctionsWorkflow, machine: str) -> None:
    with pytest.raises(FatalError, match="StartExecution answered"):
        workflow.start("x" * 81, PAYLOAD)
    assert executions(machine) == []
