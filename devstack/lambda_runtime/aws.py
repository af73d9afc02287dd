"""What functions ask of AWS, answered on this machine: it says what they would have started or sent.

The functions use their real clients; `AWS_ENDPOINT_URL` leads them here.
"""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from devstack.lambda_runtime.http import JsonHandler, LoopbackServer

ACCOUNT = "123456789012"
REGION = "us-east-1"
STATE_MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:clario-sync"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
# No bucket of AWS may have an underscore in its name: the client then puts the name into the path, not the host.
RAW_STORE = "s3://clario_local/raw"
Tell = Callable[[str], None]


class StandIn(LoopbackServer):
    """Step Functions, SQS, Secrets Manager, KMS and S3, as far as our functions use them.

    No execution runs and no message is delivered. What is asked of an execution is answered as if it ran: nobody ends
    a sync because of us. Objects live as long as this; keys protect nothing.

    Args:
        tell: hears one line for each thing that would have happened.
        secrets: the values of secrets by name or ARN.
    """

    def __init__(self, tell: Tell, secrets: Mapping[str, str] | None = None) -> None:
        self._answers = _Answers(tell, secrets or {})
        super().__init__(_handler(self._answers))

    def variables(self, host: str = "127.0.0.1") -> dict[str, str]:
        """The variables of the environment that lead a function here, from where this machine is called `host`."""
        url = f"http://{host}:{self.port}"
        return {
            "AWS_ENDPOINT_URL": url,
            "STATE_MACHINE_ARN": STATE_MACHINE_ARN,
            "DETECTION_QUEUE_URL": f"{url}/{ACCOUNT}/clario-detection",
        }


class _Answers:
    """What is answered, by the operation as the client names it (JSON protocols 1.0 and 1.1)."""

    def __init__(self, tell: Tell, secrets: Mapping[str, str]) -> None:
        self._tell = tell
        self._secrets = secrets
        self.objects: dict[str, bytes] = {}
        self.operations: dict[str, Callable[[Any], dict[str, Any] | None]] = {
            "AWSStepFunctions.StartExecution": self._start,
            "AWSStepFunctions.StopExecution": self._stop,
            "AWSStepFunctions.DescribeExecution": self._describe,
            "AmazonSQS.SendMessage": self._send,
            "secretsmanager.GetSecretValue": self._secret,
            "TrentService.GenerateDataKey": self._data_key,
            "TrentService.Decrypt": self._decrypt,
        }

    def _start(self, asked: Any) -> dict[str, Any]:
        self._tell(f"would start the execution {asked['name']} with {asked['input']}")
        return {"executionArn": f"{asked['stateMachineArn']}:{asked['name']}", "startDate": _now()}

    def _stop(self, asked: Any) -> dict[str, Any]:
        self._tell(f"would stop the execution {asked['executionArn']}")
        return {"stopDate": _now()}

    def _describe(self, asked: Any) -> dict[str, Any]:
        arn = asked["executionArn"]
        self._tell(f"asks how the execution {arn} stands; told that it runs")
        return {"executionArn": arn, "stateMachineArn": STATE_MACHINE_ARN, "status": "RUNNING", "startDate": _now()}

    def _send(self, asked: Any) -> dict[str, Any]:
        body = asked["MessageBody"]
        self._tell(f"would send to the queue {asked['QueueUrl'].rpartition('/')[2]}: {body}")
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()  # the client compares it
        return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}

    def _secret(self, asked: Any) -> dict[str, Any] | None:
        name = asked["SecretId"]
        return {"ARN": name, "SecretString": self._secrets[name]} if name in self._secrets else None

    def _data_key(self, asked: Any) -> dict[str, Any]:
        plain = base64.b64encode(secrets.token_bytes(32)).decode()
        return {"KeyId": asked["KeyId"], "Plaintext": plain, "CiphertextBlob": plain}

    def _decrypt(self, asked: Any) -> dict[str, Any]:
        return {"KeyId": asked["KeyId"], "Plaintext": asked["CiphertextBlob"]}


def _handler(answers: _Answers) -> type[JsonHandler]:
    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
            asked, target = json.loads(self.body()), self.headers.get("X-Amz-Target", "")
            answer = answers.operations[target](asked) if target in answers.operations else None
            if answer is None:
                self.answer(400, {"__type": "ValidationException", "message": f"nothing answers this {target} here"})
            else:
                self.answer(200, answer)

        def do_PUT(self) -> None:  # noqa: N802 - the name http.server calls
            answers.objects[self.path] = self.body()
            self.send(200, b"")

        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            content = answers.objects.get(self.path.partition("?")[0])
            if content is None:
                self.send(404, b"<Error><Code>NoSuchKey</Code></Error>")
            else:
                self.send(200, content)

    return Handler


def _now() -> float:
    return datetime.now(UTC).timestamp()
