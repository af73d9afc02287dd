"""The deployed application on moto: every resource it uses, its functions behind the state machine and the queue."""

import asyncio
import gzip
import importlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jwt
import pytest

from clario import bootstrap
from clario.aws.clients import client
from clario.aws.secrets import read_secret
from clario.bootstrap import Container
from clario.config import read_settings
from devstack.amazon import LocalAmazon
from devstack.clock import VirtualClock
from devstack.functions import substitutions
from devstack.runtime import STATE_MACHINE
from devstack.workflow import load_definition
from tests.integration.aws.conftest import ACCOUNT, REGION, forget_clients
from tests.workflow.referee import Stage, function_arn, moto_stage

SECRETS = ("DATABASE_URL", "AMAZON_SPAPI_CLIENT_SECRET", "AMAZON_SPAPI_REFRESH_TOKEN", "SESSION_JWT_SECRET")


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda hands to a handler."""

    function_name: str
    memory_limit_in_mb: int = 512

    @property
    def invoked_function_arn(self) -> str:
        return function_arn(self.function_name)

    @property
    def aws_request_id(self) -> str:
        return secrets.token_hex(16)

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class Cloud:
    """AWS with the application in it.

    `messages` are the bodies and attributes of the messages that were delivered. `before` hears of each task by its
    function's name before it runs.
    """

    def __init__(self, stage: Stage, variables: dict[str, str]) -> None:
        self.session_secret = secrets.token_urlsafe(32)
        self.messages: list[str] = []
        self.before: Callable[[str], None] = lambda function: None
        self._one_at_a_time = threading.Lock()
        values = {**variables, "SESSION_JWT_SECRET": self.session_secret}
        self.environment = {name: value for name, value in values.items() if name not in SECRETS} | {
            f"{name}_ARN": _secret(name, values[name]) for name in SECRETS
        }
        self.environment |= _resources()
        self.container = Container(
            read_settings(self.environment, secret=read_secret), clock=stage.clock, simulated=True
        )
        stage.invoke = self._task
        for service in ("kms", "stepfunctions", "sqs", "s3"):
            client(service)

    def _task(self, resource: str, payload: Any) -> Any:
        """A task of the state machine. One runs at a time, so that their common clock makes sense."""
        name = resource.rpartition(":")[2]
        with self._one_at_a_time:
            self.before(name)
            answer = invoke(name, payload)
        if name == "poll_detection":
            self._deliver()
        return answer

    def close(self) -> None:
        """End when the task that may still be under way has ended."""
        with self._one_at_a_time:
            self.container.database.close()

    def _deliver(self) -> None:
        """Hand what lies in the queue to its worker, twice: it is delivered at least once."""
        for attempt in (1, 2):
            for message in self.waiting_messages():
                invoke("detect", {"Records": [_record(message)]})
                self.messages.append(json.dumps(message))
                self._put_back(message) if attempt == 1 else self._delete(message)

    def waiting_messages(self) -> list[dict[str, Any]]:
        """What lies in the queue."""
        answer = client("sqs").receive_message(QueueUrl=self._queue, MessageSystemAttributeNames=["All"])
        return list(answer.get("Messages", []))

    def _put_back(self, message: dict[str, Any]) -> None:
        handle = message["ReceiptHandle"]
        client("sqs").change_message_visibility(QueueUrl=self._queue, ReceiptHandle=handle, VisibilityTimeout=0)

    def _delete(self, message: dict[str, Any]) -> None:
        client("sqs").delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])

    @property
    def _queue(self) -> str:
        return self.environment["DETECTION_QUEUE_URL"]

    def session(self, seller: str) -> str:
        """A seller's session token."""
        return jwt.encode({"sub": seller, "exp": int(time.time()) + 600}, self.session_secret, "HS256")

    def start_sync(self, seller: str) -> str:
        """Start a sync as a browser would; the answer is its id."""
        sync_id: str = self.post("/api/sync/start", seller)["syncId"]
        return sync_id

    def post(self, path: str, seller: str) -> dict[str, Any]:
        """The API's answer to a seller."""
        answer = _in_a_loop("api_sync", _post(path, self.session(seller)))
        assert answer["statusCode"] == 200, answer
        body: dict[str, Any] = json.loads(answer["body"])
        return body

    def executions(self) -> list[str]:
        """The ARNs of all executions."""
        found = client("stepfunctions").list_executions(stateMachineArn=self.environment["STATE_MACHINE_ARN"])
        return [entry["executionArn"] for entry in found["executions"]]

    def wait(self) -> list[str]:
        """How all executions ended."""
        pause = threading.Event()
        for _ in range(6000):
            statuses = [self._described(arn)["status"] for arn in self.executions()]
            if "RUNNING" not in statuses:
                return statuses
            pause.wait(0.02)
        raise TimeoutError(statuses)

    def _described(self, arn: str) -> dict[str, Any]:
        described: dict[str, Any] = client("stepfunctions").describe_execution(executionArn=arn)
        return described

    def histories(self) -> list[str]:
        """What Step Functions keeps of each execution: input, output, and every event with its details."""
        kept = []
        for arn in self.executions():
            pages = client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
            events = [event for page in pages for event in page["events"]]
            kept.append(json.dumps([self._described(arn), events], default=str))
        return kept

    def objects(self) -> list[str]:
        """Every object's key and plain content."""
        bucket = self.environment["RAW_STORE"].split("/")[2]
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return [f"{key}\n{self._content(bucket, key)}" for key in keys]

    def _content(self, bucket: str, key: str) -> str:
        packed = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return gzip.decompress(packed).decode("utf-8", "replace")


@contextmanager
def deployed(variables: dict[str, str], clock: VirtualClock) -> Iterator[Cloud]:
    """The application with these variables of the environment, its secrets in Secrets Manager, for a `with` block."""
    with pytest.MonkeyPatch.context() as patch, moto_stage() as stage:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        forget_clients()
        stage.clock = clock
        cloud = Cloud(stage, variables)
        patch.setattr(bootstrap, "_container", cloud.container)
        _door("api_sync").cache_clear()
        try:
            yield cloud
        finally:
            cloud.close()
            _door("api_sync").cache_clear()
            forget_clients()


def amazon_variables(amazon: LocalAmazon) -> dict[str, str]:
    """What a deployment that loads from the local Amazon is told."""
    return {**amazon.settings(), "AMAZON_SPAPI_RATE_SCALE": "1", "AWS_LAMBDA_FUNCTION_NAME": "clario"}


def invoke(function: str, payload: Any) -> Any:
    return importlib.import_module(f"functions.{function}.app").lambda_handler(payload, Context(function))


def _in_a_loop(function: str, event: dict[str, Any]) -> Any:
    """Mangum runs in an event loop, which Lambda's runtime does not make."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return invoke(function, event)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _door(function: str) -> Any:
    return importlib.import_module(f"functions.{function}.app")._door


def _secret(name: str, value: str) -> str:
    arn: str = client("secretsmanager").create_secret(Name=f"clario/{name}", SecretString=value)["ARN"]
    return arn


def _resources() -> dict[str, str]:
    """The bucket, the key, the queue and the state machine, as variables of the environment."""
    client("s3").create_bucket(Bucket="clario-objects")
    arns = {name: function_arn(folder) for name, folder in substitutions().items()}
    machine = client("stepfunctions").create_state_machine(
        name="clario-sync",
        definition=json.dumps(load_definition(STATE_MACHINE.read_text(), arns)),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/states",
    )
    return {
        "RAW_STORE": "s3://clario-objects/raw",
        "TOKEN_KEY": client("kms").create_key()["KeyMetadata"]["Arn"],
        "DETECTION_QUEUE_URL": client("sqs").create_queue(QueueName="clario-detection")["QueueUrl"],
        "STATE_MACHINE_ARN": machine["stateMachineArn"],
    }


def _record(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the event source hands it to Lambda."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:clario-detection",
        "awsRegion": REGION,
    }


def _post(path: str, session: str) -> dict[str, Any]:
    """A POST as API Gateway's HTTP API hands it to a function (payload version 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "clario.test", "authorization": f"Bearer {session}"},
        "requestContext": {"http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1"}, "domainName": "x.test"},
        "isBase64Encoded": False,
    }
