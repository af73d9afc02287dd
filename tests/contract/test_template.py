"""What the template deploys is closed and encrypted, and what is lost there is kept aside."""

from collections.abc import Iterator
from typing import Any

from tests.contract.stack import Stack

# Managed policies of AWS's that SAM adds. Both allow `*`, and both only to write what is the function's own telemetry:
# log lines (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html),
# and traces where `Tracing` is on.
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRACES = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
# Statements that must name `*`, because their actions know no resource; the sources are in the template.
WITHOUT_RESOURCES = {"DeliverLogs", "Trace"}
MOST_POLICIES_PER_ROLE = 10  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# ── Permissions ──


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
