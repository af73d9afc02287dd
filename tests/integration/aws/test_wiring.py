"""Which of our adapters the settings choose."""

import pytest

from clario.aws.object_store import S3ObjectStore
from clario.aws.queue import SqsQueue
from clario.aws.token_cipher import KmsCipher
from clario.aws.workflow import StepFunctionsWorkflow
from clario.bootstrap import Container
from clario.config import read_settings
from clario.errors import ConfigurationError
from clario.files.object_store import FolderObjectStore
from clario.files.token_cipher import KeyFileCipher

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:clario-sync"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/detection"


def container(**environment: str) -> Container:
    return Container(read_settings(environment))


@pytest.mark.parametrize(
    "key",
    [
        f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        f"arn:aws-cn:kms:cn-north-1:123456789012:key/{KEY_ID}",
        "arn:aws:kms:us-east-1:123456789012:alias/clario",
        "alias/clario",
        KEY_ID,
        "mrk-1234abcd12ab34cd56ef1234567890ab",
    ],
)
def test_whatever_kms_calls_a_key_is_a_key_of_kms(key: str) -> None:
    assert isinstance(container(TOKEN_KEY=key).cipher, KmsCipher)


@pytest.mark.parametrize("name", ["token.key", "keys/alias/token", f"{KEY_ID}.key", "mrk-token"])
def test_any_other_is_a_file(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(container(TOKEN_KEY=name).cipher, KeyFileCipher)
    assert (tmp_path / name).is_file()


def test_objects_lie_in_s3_where_the_store_is_an_address_of_s3() -> None:
    assert isinstance(container(RAW_STORE="s3://clario/raw").objects, S3ObjectStore)
    assert isinstance(container(RAW_STORE="s3/raw").objects, FolderObjectStore)


def test_the_settings_name_the_state_machine_and_the_queue() -> None:
    deployed = container(STATE_MACHINE_ARN=MACHINE, DETECTION_QUEUE_URL=QUEUE)
    assert isinstance(deployed.sync_workflow, StepFunctionsWorkflow)
    assert isinstance(deployed.detection_queue, SqsQueue)


def test_what_the_runtime_hands_in_comes_first() -> None:
    settings = read_settings({"STATE_MACHINE_ARN": MACHINE, "DETECTION_QUEUE_URL": QUEUE})
    workflow, queue = StepFunctionsWorkflow("mine"), SqsQueue("mine")
    local = Container(settings, workflow=workflow, queue=queue)
    assert (local.sync_workflow, local.detection_queue) == (workflow, queue)


def test_what_nobody_names_is_missed_when_it_is_needed_by_its_variable() -> None:
    nothing = container()
    with pytest.raises(ConfigurationError, match=r"^STATE_MACHINE_ARN is not set"):
        _ = nothing.sync_workflow
    with pytest.raises(ConfigurationError, match=r"^DETECTION_QUEUE_URL is not set"):
        _ = nothing.detection_queue
