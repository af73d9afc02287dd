"""Template, code, state machine and API call the same things by the same names."""

import re

import pytest
from fastapi import APIRouter

from clario.api.app import DETECTIONS_AREA, PROGRESS_AREA, SYNC_AREA
from clario.config import SECRETS, Settings
from devstack.functions import FOLDER
from devstack.runtime import STATE_MACHINE
from tests.contract.stack import Stack, template

# What no setting is made of. Powertools reads its own; a change of SECRETS_AS_OF makes Lambda start functions anew.
NO_SETTINGS = {"SECRETS_AS_OF"}
AREAS = {"api_sync": SYNC_AREA, "api_progress": PROGRESS_AREA, "api_detections": DETECTIONS_AREA}


def test_every_function_of_the_code_is_deployed_and_no_other(stack: Stack) -> None:
    assert set(stack.functions()) == {door.parent.name for door in FOLDER.glob("*/app.py")}
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            folder = resource["Properties"]["CodeUri"].removeprefix("functions/").removesuffix("/")
            assert "".join(part.title() for part in folder.split("_")) + "Function" == name


def test_the_state_machine_is_given_the_functions_that_it_names_and_may_call_no_other(stack: Stack) -> None:
    [machine] = stack.of_type("StepFunctions::StateMachine").values()
    given = machine["DefinitionSubstitutions"]
    assert set(given) == set(re.findall(r"\$\{(\w+)\}", STATE_MACHINE.read_text()))
    assert all(arn == f"<{name.removesuffix('Arn')}.Arn>" for name, arn in given.items())
    [allowed] = [entry for entry in stack.statements("SyncStateMachineRole") if entry["Sid"] == "RunTheStates"]
    assert sorted(allowed["Resource"]) == sorted(given.values())


def test_the_name_under_which_functions_know_the_state_machine_is_its_name(stack: Stack) -> None:
    [machine] = stack.of_type("StepFunctions::StateMachine").values()
    [rule] = stack.of_type("Events::Rule").values()
    arns = {
        function["Environment"]["Variables"]["STATE_MACHINE_ARN"]
        for function in stack.functions().values()
        if "STATE_MACHINE_ARN" in function["Environment"]["Variables"]
    }
    assert {arn.rpartition(":")[2] for arn in arns} == {machine["StateMachineName"]} == {"clario-test-sync"}
    assert set(rule["EventPattern"]["detail"]["stateMachineArn"]) == arns


def test_what_has_a_name_has_the_stacks_in_it(stack: Stack) -> None:
    """Two stacks of one account must not meet."""
    names = {"Name", "LogGroupName", "AliasName", "StateMachineName", "QueueName", "BucketName", "FunctionName"}
    for kind in (
        "Scheduler::Schedule",
        "Logs::LogGroup",
        "KMS::Alias",
        "StepFunctions::StateMachine",
        "SQS::Queue",
        "S3::Bucket",
        "Events::Rule",
        "SecretsManager::Secret",
        "IAM::Role",
        "IAM::ManagedPolicy",
    ):
        for resource, properties in stack.of_type(kind).items():
            for name in names & set(properties):
                assert "clario-test" in properties[name], resource


def declared(routers: tuple[APIRouter, ...]) -> set[str]:
    return {f"{method} {route.path}" for router in routers for route in router.routes for method in route.methods}


@pytest.mark.parametrize("function", sorted(AREAS))
def test_the_routes_of_each_api_function_are_those_of_its_area(function: str, stack: Stack) -> None:
    [api] = stack.of_type("ApiGatewayV2::Api").values()
    resource = "".join(part.title() for part in function.split("_")) + "Function"
    routed = {
        f"{method.upper()} {path}"
        for path, methods in api["Body"]["paths"].items()
        for method, entry in methods.items()
        if f"<{resource}.Arn>" in entry["x-amazon-apigateway-integration"]["uri"]
    }
    preflights = {"OPTIONS /{proxy+}"} if function == "api_sync" else set()
    assert routed == declared(AREAS[function]) | preflights


# ── Settings ──


def test_every_variable_is_a_setting(either: Stack) -> None:
    known = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_ARN" for name in SECRETS}
    for function, properties in either.functions().items():
        assert set(properties["Environment"]["Variables"]) <= known | NO_SETTINGS, function


def test_no_secret_is_a_variable(stack: Stack) -> None:
    secrets = {name.upper() for name in SECRETS}
    for properties in stack.functions().values():
        assert not secrets & set(properties["Environment"]["Variables"])
