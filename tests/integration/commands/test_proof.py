"""`make prove`, against this machine's service and moto's AWS: it says yes to what works and no to what does not."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from botocore.stub import Stubber

from clario.errors import ConfigurationError
from clario.services.syncs import execution_name
from devstack.proof.__main__ import prove, session_of
from devstack.proof.api import ApiProof
from devstack.proof.cloud import LONGEST_WAIT, CloudProof
from devstack.proof.deployment import Deployment, Unproved, client, find, secrets_of
from tests.integration.aws.conftest import ACCOUNT, aws, region
from tests.integration.commands.test_serve import serving
from tests.workflow.referee import stepfunctions

__all__ = ["aws", "region"]

SECRET = "a secret of the tests, long enough for HS256"
SYNC = "sync_proof_1764028800000"


def session(secret: str = SECRET, seller: str = "demo") -> str:
    return jwt.encode({"sub": seller, "exp": int(time.time()) + 600}, secret, "HS256")


@pytest.fixture(autouse=True)
def no_client_of_another_test() -> None:
    client.cache_clear()


# ── The API ──


@pytest.fixture
def address(tmp_path: Path, database_url: str) -> Iterator[str]:
    with serving(tmp_path, database_url, SESSION_JWT_SECRET=SECRET) as served:
        yield served.address


def test_every_check_of_the_api_holds_on_this_machine(address: str) -> None:
    with httpx.Client(base_url=address, timeout=40) as http:
        proof = ApiProof(http, session(), lambda seconds: time.sleep(seconds / 50))
        assert proof.answers()
        assert proof.knows_sessions()
        assert "completed" in proof.syncs()
        assert proof.tells_events().endswith("events, once and in order")
        assert proof.cancels().startswith("sync_demo_")
        with pytest.raises(Unproved, match="/api/sync/status answered 401"):
            ApiProof(http, session("another secret, of the right length too"), time.sleep).knows_sessions()


def failing(*answers: tuple[int, dict[str, Any]]) -> ApiProof:
    """A proof of an API that gives these answers."""
    waiting = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        status, body = next(waiting)
        return httpx.Response(status, json=body)

    http = httpx.Client(base_url="https://api.example.com", transport=httpx.MockTransport(answer))
    return ApiProof(http, "a.b.c", lambda seconds: None)


STARTED = (200, {"syncId": SYNC})


@pytest.mark.parametrize(
    ("answers", "check", "reason"),
    [
        ([(200, {"hello": "world"})], ApiProof.answers, "is this the address"),
        ([(500, {})], ApiProof.answers, "/healthz answered 500"),
        ([(200, {})], ApiProof.knows_sessions, "200 instead of 401"),
        ([(409, {"code": "AMAZON_NOT_CONNECTED"})], ApiProof.syncs, "AMAZON_NOT_CONNECTED"),
        ([STARTED, (200, {"status": "failed", "error": "no way"})], ApiProof.syncs, "ended as failed: no way"),
        (
            [STARTED, *[(200, {"status": "running", "progress": 20, "message": "Fetching"})] * 300],
            ApiProof.syncs,
            "stands at 20% after 600 s: Fetching",
        ),
        ([STARTED, (200, {}), (200, {"status": "running"})], ApiProof.cancels, "cancelled is running"),
    ],
)
def test_an_api_that_does_not_work_is_told(
    answers: list[tuple[int, dict[str, Any]]], check: Callable[[ApiProof], str], reason: str
) -> None:
    with pytest.raises(Unproved, match=reason):
        check(failing(*answers))


# ── AWS ──


@pytest.fixture
def deployment(aws: None) -> Deployment:
    queues = {
        f"{name}Url": client("sqs").create_queue(QueueName=name)["QueueUrl"]
        for name in ("FailedDetectionsQueue", "UndeliveredQueue")
    }
    client("s3").create_bucket(Bucket="objects")
    groups = {name: f"/clario/test/{name}" for name in ("FunctionLogs", "ApiLogs", "StateMachineLogs")}
    for name in groups.values():
        client("logs").create_log_group(logGroupName=name)
        client("logs").create_log_stream(logGroupName=name, logStreamName="stream")
    rule = {"FinishFunctionExecutionEnded": "clario-test-ended"}
    outputs = {**queues, "ObjectsBucketName": "objects"}
    return Deployment("clario-test", outputs, {}, {**groups, **rule}, ["hidden-password"])


class Pauses:
    """Nobody waits; what happens meanwhile happens at the first pause."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.seconds = 0.0
        self._then = then

    def __call__(self, seconds: float) -> None:
        if not self.seconds:
            self._then()
        self.seconds += seconds


def cloud(deployment: Deployment, pauses: Pauses | None = None) -> CloudProof:
    return CloudProof(deployment, datetime.now(UTC) - timedelta(minutes=1), pauses or Pauses())


def log(line: str) -> None:
    event = {"timestamp": int(time.time() * 1000), "message": line}
    client("logs").put_log_events(logGroupName="/clario/test/FunctionLogs", logStreamName="stream", logEvents=[event])


def test_empty_queues_are_good_and_a_message_is_not(deployment: Deployment) -> None:
    assert cloud(deployment).nothing_is_stuck()
    client("sqs").send_message(QueueUrl=deployment.outputs["UndeliveredQueueUrl"], MessageBody="{}")
    with pytest.raises(Unproved, match="UndeliveredQueueUrl holds 1 messages"):
        cloud(deployment).nothing_is_stuck()


def test_objects_must_be_there(deployment: Deployment) -> None:
    with pytest.raises(Unproved, match="loaded nothing"):
        cloud(deployment).objects_are_kept()
    client("s3").put_object(Bucket="objects", Key="raw/ledger/7.gz", Body=b"12345")
    assert cloud(deployment).objects_are_kept() == "raw/ledger/7.gz, 5 bytes"


@pytest.mark.parametrize(
    "line",
    ["connecting with hidden-password", "token Atza|abc", f"Bearer {session()}", "GET /x?X-Amz-Signature=1"],
    ids=["a secret", "a token of Amazon's", "a session", "a signed address"],
)
def test_a_secret_in_a_log_is_found_and_not_repeated(deployment: Deployment, line: str) -> None:
    with pytest.raises(Unproved, match="no log line"):
        cloud(deployment).logs_hold_no_secret()
    log('{"level": "INFO", "message": "step failed"}')
    assert cloud(deployment).logs_hold_no_secret() == "1 lines"
    log(line)
    with pytest.raises(Unproved, match=r"number 2 of all$"):
        cloud(deployment).logs_hold_no_secret()


def test_what_is_measured_late_is_waited_for_but_not_for_ever(deployment: Deployment) -> None:
    def measured() -> None:
        dimensions = [{"Name": "RuleName", "Value": "clario-test-ended"}]
        point = {"MetricName": "Invocations", "Dimensions": dimensions, "Value": 2.0}
        client("cloudwatch").put_metric_data(Namespace="AWS/Events", MetricData=[point])

    never = Pauses()
    with pytest.raises(Unproved, match=r"Invocations of .* is nothing"):
        cloud(deployment, never).rule_calls_finish()
    assert never.seconds >= LONGEST_WAIT
    assert "2 times" in cloud(deployment, Pauses(measured)).rule_calls_finish()


def test_a_tick_that_is_switched_off_is_not_waited_for(deployment: Deployment) -> None:
    deployment.parameters["SyncTickMinutes"] = "0"
    assert "switched off" in cloud(deployment).tick_comes()


@pytest.mark.parametrize(("end", "good"), [("Succeed", True), ("Fail", False)])
def test_the_execution_of_the_sync_must_have_succeeded(region: None, end: str, good: bool) -> None:
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": end}}})
    with stepfunctions():
        states = client("stepfunctions")
        role = f"arn:aws:iam::{ACCOUNT}:role/sync"
        machine = states.create_state_machine(name="sync", definition=definition, roleArn=role)["stateMachineArn"]
        run = states.start_execution(stateMachineArn=machine, name=execution_name(SYNC))["executionArn"]
        while states.describe_execution(executionArn=run)["status"] == "RUNNING":
            time.sleep(0.01)
        proof = cloud(Deployment("clario-test", {"StateMachineArn": machine}, {}, {}))
        if good:
            assert proof.execution_succeeded(SYNC).endswith("0 attempts at a state failed")
        else:
            with pytest.raises(Unproved, match=f"{SYNC} is FAILED"):
                proof.execution_succeeded(SYNC)


# ── The stack ──


def test_secrets_are_those_that_exist(aws: None) -> None:
    secrets = client("secretsmanager")
    secrets.create_secret(Name="clario/t/DATABASE_URL", SecretString="postgresql://clario:pass@db.example.com/clario")
    secrets.create_secret(Name="clario/t/AMAZON_SPAPI_CLIENT_SECRET", SecretString="client")
    assert secrets_of("clario/t", {}) == ["client", "pass"]


def test_a_session_is_signed_with_the_stacks_secret_as_its_functions_want_it(aws: None) -> None:
    arn = client("secretsmanager").create_secret(Name="session", SecretString=SECRET)["ARN"]
    stack = Deployment(
        "clario-test", {"SessionSecretArn": arn}, {"SessionJwtIssuer": "us", "SessionJwtAudience": ""}, {}
    )
    claims = jwt.decode(session_of(stack, "proof"), SECRET, ["HS256"])
    assert (claims["sub"], claims["iss"], "aud" in claims) == ("proof", "us", False)


def test_without_such_a_secret_a_session_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Deployment("clario-test", {}, {}, {})
    with pytest.raises(ConfigurationError, match=r"^SESSION_TOKEN: "):
        session_of(stack, "proof")
    monkeypatch.setenv("SESSION_TOKEN", "a.b.c")
    assert session_of(stack, "proof") == "a.b.c"


def test_all_checks_are_made_whatever_one_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> str:
        raise Unproved("it is not")

    assert prove([("one", fails), ("two", lambda: "it is")]) == 1
    assert capsys.readouterr().out == "FAILED   one: it is not\nproved   two: it is\n"
    assert prove([("two", lambda: "it is")]) == 0


def test_a_stack_is_read_from_cloudformation(aws: None) -> None:
    client("secretsmanager").create_secret(Name="clario/t/DATABASE_URL", SecretString="postgresql://c:p@h/n")
    described = {
        "StackName": "clario-test",
        "CreationTime": datetime.now(UTC),
        "StackStatus": "CREATE_COMPLETE",
        "Parameters": [{"ParameterKey": "SecretsPrefix", "ParameterValue": "clario/t"}],
        "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://api.example.com"}],
    }
    listed = {
        "LogicalResourceId": "PlanFunction",
        "PhysicalResourceId": "clario-test-PlanFunction-1",
        "ResourceType": "AWS::Lambda::Function",
        "LastUpdatedTimestamp": datetime.now(UTC),
        "ResourceStatus": "CREATE_COMPLETE",
    }
    with Stubber(client("cloudformation")) as stub:
        stub.add_response("describe_stacks", {"Stacks": [described]}, {"StackName": "clario-test"})
        stub.add_response("list_stack_resources", {"StackResourceSummaries": [listed]}, {"StackName": "clario-test"})
        found = find("clario-test")
    assert found.outputs == {"ApiUrl": "https://api.example.com"}
    assert found.functions == {"PlanFunction": "clario-test-PlanFunction-1"}
    assert found.secrets == ["p"]


@pytest.mark.parametrize(("architecture", "good"), [("arm64", True), ("x86_64", False)])
def test_functions_must_be_what_was_built(region: None, architecture: str, good: bool) -> None:
    proof = cloud(Deployment("clario-test", {}, {}, {"PlanFunction": "plan-1"}))
    answer = {"Runtime": "python3.13", "Architectures": [architecture], "State": "Active"}
    with Stubber(client("lambda")) as stub:
        stub.add_response("get_function_configuration", answer, {"FunctionName": "plan-1"})
        if good:
            assert proof.functions_fit() == "1 functions, python3.13 on arm64"
        else:
            with pytest.raises(Unproved, match=r"PlanFunction is .*x86_64"):
                proof.functions_fit()
