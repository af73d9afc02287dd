"""Functions under the real runtime client, against our Runtime API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clario.aws import clients
from clario.aws.object_store import S3ObjectStore
from clario.aws.queue import SqsQueue
from clario.aws.secrets import read_secret
from clario.aws.token_cipher import KmsCipher
from clario.aws.workflow import StepFunctionsWorkflow
from clario.errors import FatalError
from clario.services.ports import ExecutionStatus
from devstack.lambda_runtime import FunctionProcess, Kind, Outcome, StandIn, function_environment
from devstack.lambda_runtime.aws import KEY_ARN, RAW_STORE

pytest.importorskip("awslambdaric", reason="the Lambda runtime client runs on Linux only")
Invoke = Callable[..., Outcome]


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    """Runs a function of these lines with `{"n": 1}`."""

    def run(code: str, timeout: float = 30, **variables: str) -> Outcome:
        folder = tmp_path / "functions" / "small"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(code)
        with FunctionProcess(function_environment("small", variables, memory=256, root=tmp_path)) as process:
            return process.invoke(b'{"n": 1}', timeout)

    return run


def test_the_handlers_answer_is_the_result(invoke: Invoke) -> None:
    outcome = invoke("def lambda_handler(event, context):\n    return {'n': event['n'] + 1}\n")
    assert outcome == Outcome(Kind.RESULT, {"n": 2})


def test_the_function_sees_the_environment_and_the_context_of_lambda(invoke: Invoke) -> None:
    code = """
import os

def lambda_handler(event, context):
    names = ["_HANDLER", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_SAM_LOCAL", "LOG_LEVEL", "HOME"]
    return {
        "environment": {name: os.environ.get(name) for name in names},
        "in_root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(),
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "left": 0 < context.get_remaining_time_in_millis() <= 30_000,
        "trace": os.environ["_X_AMZN_TRACE_ID"][:7],
    }
"""
    assert invoke(code, LOG_LEVEL="DEBUG").payload == {
        "environment": {
            "_HANDLER": "app.lambda_handler",
            "AWS_LAMBDA_FUNCTION_NAME": "small",
            "AWS_REGION": "us-east-1",
            "AWS_SAM_LOCAL": "1",
            "LOG_LEVEL": "DEBUG",
            "HOME": None,
        },
        "in_root": True,
        "memory": "256",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:small",
        "left": True,
        "trace": "Root=1-",
    }


def test_an_error_is_reported_as_lambda_does(invoke: Invoke) -> None:
    outcome = invoke("class Late(Exception): ...\ndef lambda_handler(event, context):\n    raise Late('no report')\n")
    assert outcome.kind is Kind.ERROR
    assert (outcome.payload["errorType"], outcome.payload["errorMessage"]) == ("Late", "no report")
    assert "raise Late" in "".join(outcome.payload["stackTrace"])


def test_code_that_cannot_be_loaded_is_an_init_error(invoke: Invoke) -> None:
    outcome = invoke("import no_such_module\n")
    assert outcome.kind is Kind.INIT_ERROR
    assert outcome.payload["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_module" in outcome.payload["errorMessage"]


def test_a_function_past_its_deadline_is_killed(invoke: Invoke) -> None:
    outcome = invoke("import time\ndef lambda_handler(event, context):\n    time.sleep(600)\n", timeout=0.5)
    assert outcome == Outcome(Kind.TIMEOUT, {"errorMessage": "Task timed out after 0.50 seconds"})


def test_a_process_that_ends_without_an_answer_says_so(invoke: Invoke) -> None:
    outcome = invoke("import os\ndef lambda_handler(event, context):\n    os._exit(3)\n")
    assert outcome == Outcome(Kind.EXIT, {"errorMessage": "the process ended with exit status 3"})


def test_a_warm_process_answers_again(tmp_path: Path) -> None:
    folder = tmp_path / "functions" / "small"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(
        "seen = []\ndef lambda_handler(event, context):\n    seen.append(event)\n    return seen\n"
    )
    with FunctionProcess(function_environment("small", {}, root=tmp_path)) as process:
        answers = [process.invoke(json.dumps(number).encode(), 30).payload for number in (1, 2)]
    assert answers == [[1], [1, 2]]


# -- the stand-in for AWS ----------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the stand-in says, while our AWS clients are led to it."""
    lines: list[str] = []
    with StandIn(lines.append, {"arn:one": "a secret"}) as aws:
        for name, value in {**aws.variables(), "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        clients._client.cache_clear()
        clients._session.cache_clear()
        yield lines, aws.variables()
    clients._client.cache_clear()
    clients._session.cache_clear()


def test_a_start_is_told_and_counts_as_running(told: Any) -> None:
    lines, variables = told
    workflow = StepFunctionsWorkflow(variables["STATE_MACHINE_ARN"])
    workflow.start("one", {"syncId": "s"})
    assert lines == ['would start the execution one with {"syncId": "s"}']
    assert workflow.status("one") is ExecutionStatus.RUNNING


def test_a_stop_is_told(told: Any) -> None:
    lines, variables = told
    StepFunctionsWorkflow(variables["STATE_MACHINE_ARN"]).stop("one")
    assert lines == ["would stop the execution arn:aws:states:us-east-1:123456789012:execution:clario-sync:one"]


def test_a_message_is_told_and_its_receipt_is_one_that_the_client_takes(told: Any) -> None:
    lines, variables = told
    SqsQueue(variables["DETECTION_QUEUE_URL"]).send({"sellerId": "anna"})
    assert lines == ['would send to the queue clario-detection: {"sellerId": "anna"}']


def test_a_secret_is_given_and_not_told(told: Any) -> None:
    lines, _ = told
    assert read_secret("arn:one") == "a secret"
    assert lines == []


def test_what_nothing_here_answers_is_refused(told: Any) -> None:
    with pytest.raises(FatalError, match="ValidationException"), clients.our_errors("kms"):
        clients.client("kms").list_keys()


@pytest.mark.usefixtures("told")
def test_an_object_is_kept_and_one_that_was_never_written_is_missing() -> None:
    store = S3ObjectStore(RAW_STORE)
    store.put("raw/one", [b"a line\n"])
    assert store.open("raw/one").read() == b"a line\n"
    with pytest.raises(FatalError, match="no object"):
        store.open("raw/two")


@pytest.mark.usefixtures("told")
def test_a_token_can_be_sealed_and_opened() -> None:
    assert KmsCipher(KEY_ARN).decrypt(KmsCipher(KEY_ARN).encrypt("Atzr|test", "anna"), "anna") == "Atzr|test"
