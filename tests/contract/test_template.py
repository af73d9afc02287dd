"""What the template deploys is closed, encrypted, bounded, and the same that the code calls by name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from fastapi import APIRouter

from clario.api.app import DETECTIONS_AREA, PROGRESS_AREA, SYNC_AREA
from clario.config import SECRETS, Settings
from devstack.functions import FOLDER, substitutions
from devstack.runtime import STATE_MACHINE
from tests.contract.stack import Stack, allowed_values, template

# Managed policies of AWS's that SAM adds. Both allow `*`, and both only to write what is the function's own telemetry:
# log lines (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html),
# and traces where `Tracing` is on.
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRACES = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
# Statements that must name `*`, because their actions know no resource; the sources are in the template.
WITHOUT_RESOURCES = {"DeliverLogs", "Trace"}
MOST_POLICIES_PER_ROLE = 10  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

# What no setting is made of. Powertools reads its own; a change of the other makes Lambda start functions anew.
NO_SETTINGS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "SECRETS_AS_OF"}
AREAS = {"api_sync": SYNC_AREA, "api_progress": PROGRESS_AREA, "api_detections": DETECTIONS_AREA}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def traced(region: None) -> Stack:
    return Stack(Tracing="Active", SessionJwksUrl="https://auth.example.com/keys", AlarmEmail="a@example.com")


# ── Permissions ──


@pytest.fixture(params=["plain", "traced"])
def either(request: pytest.FixtureRequest, stack: Stack, traced: Stack) -> Stack:
    return stack if request.param == "plain" else traced


def statements_of_roles(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for role in stack.of_type("IAM::Role"):
        for statement in stack.statements(role):
            yield role, statement


def test_no_role_may_do_everything_or_act_on_everything(either: Stack) -> None:
    for role, statement in statements_of_roles(either):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        assert not [action for action in actions if "*" in action], role
        if statement.get("Sid") not in WITHOUT_RESOURCES:
            assert not [resource for resource in resources if resource.startswith("*")], role


def test_no_role_has_a_policy_of_awss_own_but_to_write_its_telemetry(stack: Stack, traced: Stack) -> None:
    def foreign(of: Stack) -> set[str]:
        roles = of.of_type("IAM::Role").values()
        return {arn for role in roles for arn in role.get("ManagedPolicyArns", []) if not arn.startswith("<")}

    assert foreign(stack) == {LOGS}
    assert foreign(traced) == {LOGS, TRACES}


def test_no_role_has_more_policies_than_it_may_have(either: Stack) -> None:
    for role, properties in either.of_type("IAM::Role").items():
        assert len(properties.get("ManagedPolicyArns", [])) <= MOST_POLICIES_PER_ROLE, role


def test_each_function_has_a_role_of_its_own(stack: Stack) -> None:
    roles = [function["Role"] for function in stack.functions().values()]
    assert len(set(roles)) == len(roles)


def test_no_resource_may_be_used_by_strangers(stack: Stack) -> None:
    for kind in ("S3::BucketPolicy", "SQS::QueuePolicy"):
        for name, properties in stack.of_type(kind).items():
            for statement in properties["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Deny" or statement["Principal"] == {"Service": "events.amazonaws.com"}, (
                    name
                )


# ── What is kept ──


def test_queues_and_bucket_are_encrypted_and_talk_tls_only(stack: Stack) -> None:
    policies = [*stack.of_type("S3::BucketPolicy").values(), *stack.of_type("SQS::QueuePolicy").values()]
    covered = {name for policy in policies for name in [*policy.get("Queues", []), policy.get("Bucket")] if name}
    assert covered == {f"<{name}>" for kind in ("SQS::Queue", "S3::Bucket") for name in stack.of_type(kind)}
    for policy in policies:
        [refused] = [entry for entry in policy["PolicyDocument"]["Statement"] if entry["Effect"] == "Deny"]
        assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        [guarded] = policy.get("Queues", [policy.get("Bucket")])
        assert as_list(refused["Resource"])[0] == guarded.replace(">", ".Arn>")
    assert all(queue["SqsManagedSseEnabled"] for queue in stack.of_type("SQS::Queue").values())
    for bucket in stack.of_type("S3::Bucket").values():
        assert bucket["BucketEncryption"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_raw_objects_expire_and_torn_uploads_go(stack: Stack) -> None:
    rules = stack.of_type("S3::Bucket")["ObjectsBucket"]["LifecycleConfiguration"]["Rules"]
    assert [(rule.get("Prefix"), rule.get("ExpirationInDays")) for rule in rules] == [("raw/", 90), (None, None)]
    assert rules[1]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_token_key_rotates_and_outlives_the_stack_as_the_bucket_does(stack: Stack) -> None:
    assert stack.of_type("KMS::Key")["TokenKey"]["EnableKeyRotation"] is True
    for name in ("TokenKey", "ObjectsBucket"):
        assert (stack.resources[name]["DeletionPolicy"], stack.resources[name]["UpdateReplacePolicy"]) == (
            "Retain",
        ) * 2


def test_every_log_ends_and_everything_that_logs_has_one(stack: Stack) -> None:
    groups = stack.of_type("Logs::LogGroup")
    assert all(group["RetentionInDays"] == 30 for group in groups.values())
    used = {function["LoggingConfig"]["LogGroup"] for function in stack.functions().values()}
    for machine in stack.of_type("StepFunctions::StateMachine").values():
        for destination in machine["LoggingConfiguration"]["Destinations"]:
            used.add(destination["CloudWatchLogsLogGroup"]["LogGroupArn"].replace(".Arn>", ">"))
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    for stage in stack.of_type("ApiGatewayV2::Stage").values():
        used.add(stage["AccessLogSettings"]["DestinationArn"].replace(".Arn>", ">"))
    assert used == {f"<{name}>" for name in groups}


# ── What is lost is kept aside ──


def test_detections_that_fail_and_calls_that_reach_nobody_are_kept_aside_and_alarm(stack: Stack) -> None:
    queues = stack.of_type("SQS::Queue")
    aside = queues["DetectionQueue"]["RedrivePolicy"]
    assert aside == {"maxReceiveCount": 3, "deadLetterTargetArn": "<FailedDetectionsQueue.Arn>"}
    undelivered = {"Arn": "<UndeliveredQueue.Arn>"}
    [schedule] = stack.of_type("Scheduler::Schedule").values()
    [rule] = stack.of_type("Events::Rule").values()
    assert schedule["Target"]["DeadLetterConfig"] == rule["Targets"][0]["DeadLetterConfig"] == undelivered
    invoked = {entry["FunctionName"]: entry for entry in stack.of_type("Lambda::EventInvokeConfig").values()}
    assert set(invoked) == {"<DispatchFunction>", "<FinishFunction>"}
    for entry in invoked.values():
        assert entry["DestinationConfig"]["OnFailure"]["Destination"] == undelivered["Arn"]
    watched = {
        alarm["Dimensions"][0]["Value"]
        for alarm in stack.of_type("CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "AWS/SQS"
    }
    assert watched == {"<FailedDetectionsQueue.QueueName>", "<UndeliveredQueue.QueueName>"}


def test_the_detection_queue_waits_as_long_as_its_worker_may_need(stack: Stack) -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html advises six times the timeout.
    timeout = stack.functions()["detect"]["Timeout"]
    assert stack.of_type("SQS::Queue")["DetectionQueue"]["VisibilityTimeout"] == 6 * timeout


def test_alarms_tell_whoever_wants_to_be_told(stack: Stack, traced: Stack) -> None:
    assert not [name for name, alarm in stack.of_type("CloudWatch::Alarm").items() if "AlarmActions" in alarm]
    assert all(alarm["AlarmActions"] == ["<AlarmTopic>"] for alarm in traced.of_type("CloudWatch::Alarm").values())


# ── Concurrency and time ──


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
    assert {stack.functions()[name]["Timeout"] for name in AREAS} == {29}


@pytest.mark.parametrize(
    ("minutes", "expression", "state"),
    [("0", "rate(1 hour)", "DISABLED"), ("1", "rate(1 minute)", "ENABLED"), ("5", "rate(5 minutes)", "ENABLED")],
)
def test_the_tick_follows_its_parameter(minutes: str, expression: str, state: str) -> None:
    [schedule] = Stack(SyncTickMinutes=minutes).of_type("Scheduler::Schedule").values()
    assert (schedule["ScheduleExpression"], schedule["State"]) == (expression, state)


# ── Names ──


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


def test_no_secret_is_a_parameter_or_a_variable(stack: Stack) -> None:
    secrets = {name.upper() for name in SECRETS}
    for properties in stack.functions().values():
        assert not secrets & set(properties["Environment"]["Variables"])
