"""CloudFormation's linter takes what SAM makes of the template, and the state machine, into which it looks only raw."""

import json
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint

from devstack.functions import substitutions
from devstack.runtime import STATE_MACHINE
from tests.contract.stack import REQUIRED, translated

ROLE = "arn:aws:iam::123456789012:role/sync"


def faults(definition: dict[str, Any]) -> list[str]:
    arns = {
        name: f"arn:aws:lambda:us-east-1:123456789012:function:{folder}" for name, folder in substitutions().items()
    }
    properties = {"RoleArn": ROLE, "Definition": definition, "DefinitionSubstitutions": arns}
    return linted({"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}})


def linted(template: dict[str, Any]) -> list[str]:
    found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.message}" for match in found]


def test_what_sam_makes_of_the_template_has_no_fault_but_the_one_we_put_in() -> None:
    """One pass of some seconds shows both that nothing is wrong and that it would be found."""
    made = translated(REQUIRED)
    made["Resources"]["PlanFunction"]["Properties"]["Runtime"] = "python9.9"
    [fault] = linted(made)
    assert "python9.9" in fault


@pytest.fixture
def definition() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(STATE_MACHINE.read_text())
    return parsed


def test_the_linter_finds_no_fault(definition: dict[str, Any]) -> None:
    assert faults(definition) == []


def test_it_would_find_one(definition: dict[str, Any]) -> None:
    definition["StartAt"] = "Nowhere"
    assert any(fault.startswith("E3601") for fault in faults(definition))


def test_the_file_is_plain_yaml() -> None:
    """CloudFormation reads it without aliases: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html"""
    assert not [token for token in yaml.scan(STATE_MACHINE.read_text()) if isinstance(token, yaml.AliasToken)]
