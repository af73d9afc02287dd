"""Executions on Step Functions: the `Workflow` port on AWS."""

import json

from clario.aws.clients import client, our_errors
from clario.errors import ExecutionEnded
from clario.services.ports import ExecutionStatus

# PENDING_REDRIVE: somebody has asked to run it once more.
RUNNING = {"RUNNING", "PENDING_REDRIVE"}


class StepFunctionsWorkflow:
    """A standard state machine. It keeps ended executions and their names for 90 days."""

    def __init__(self, state_machine_arn: str) -> None:
        self._machine = state_machine_arn

    def start(self, name: str, payload: dict[str, object]) -> None:
        states = client("stepfunctions")
        # The same payload must be the same text, or a start that is repeated would be another one.
        text = json.dumps(payload, sort_keys=True)
        with our_errors(self._execution(name)):
            try:
                states.start_execution(stateMachineArn=self._machine, name=name, input=text)
            except states.exceptions.ExecutionAlreadyExists:
                raise ExecutionEnded(f"the name of this execution is used up: {name}") from None

    def stop(self, name: str) -> None:
        states = client("stepfunctions")
        with our_errors(self._execution(name)):
            try:
                states.stop_execution(executionArn=self._execution(name))
            except states.exceptions.ExecutionDoesNotExist:
                return

    def status(self, name: str) -> ExecutionStatus:
        states = client("stepfunctions")
        with our_errors(self._execution(name)):
            try:
                found = states.describe_execution(executionArn=self._execution(name))["status"]
            except states.exceptions.ExecutionDoesNotExist:
                return ExecutionStatus.UNKNOWN
        return ExecutionStatus.RUNNING if found in RUNNING else ExecutionStatus.ENDED

    def _execution(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:', 1)}:{name}"
