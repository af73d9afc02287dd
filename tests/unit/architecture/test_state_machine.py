"""The state machine's file holds together: every name leads somewhere, every task can fail and be retried."""

import inspect
import re

import pytest

from clario import errors
from devstack.functions import FOLDER, substitutions
from devstack.runtime import STATE_MACHINE
from devstack.workflow import lint, load_definition
from devstack.workflow.lint import AWS_ERRORS

OURS = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}


def definition():
    return load_definition(STATE_MACHINE.read_text(), substitutions())


def test_the_machine_has_no_fault() -> None:
    assert lint(definition(), OURS | AWS_ERRORS) == []


@pytest.mark.parametrize(
    "broken",
    [
        ("Next: What now?", "Next: Nowhere"),
        ("    TimeoutSeconds: 120\n    Retry", "    Retry"),
        ("[RetryableError, ", "[RetrieableError, "),
        ("Type: Succeed", "Type: Parallel"),
    ],
    ids=["a state that does not exist", "a task without a timeout", "an unknown error", "a type outside the subset"],
)
def test_a_fault_would_be_found(broken: tuple[str, str]) -> None:
    text = STATE_MACHINE.read_text()
    assert broken[0] in text
    spoilt = load_definition(text.replace(*broken, 1), substitutions())
    assert lint(spoilt, OURS | AWS_ERRORS) != []


def test_every_task_is_retried_in_the_same_way() -> None:
    machine = definition()
    states = machine["States"].values()
    inner = machine["States"]["Load slices"]["ItemProcessor"]["States"].values()
    retries = [state["Retry"] for state in (*states, *inner) if state["Type"] == "Task"]
    assert all(retry == retries[0] for retry in retries)


def test_every_substitution_is_a_function_and_every_state_function_is_used() -> None:
    named = set(re.findall(r"\$\{(\w+)\}", STATE_MACHINE.read_text()))
    assert named == set(substitutions()) - {"DetectFunctionArn", "DispatchFunctionArn", "RefreshFunctionArn"}
    assert all((FOLDER / name / "app.py").exists() for name in substitutions().values())
