"""What functions ask of AWS, answered on this machine: it says what they would have started or sent.

The functions use their real clients; `AWS_ENDPOINT_URL` leads them here.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from devstack.lambda_runtime.http import JsonHandler, LoopbackServer

ACCOUNT = "123456789012"
REGION = "us-east-1"
STATE_MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:clario-sync"
Tell = Callable[[str], None]


class StandIn(LoopbackServer):
    """Step Functions, SQS and Secrets Manager, as far as our functions use them (JSON protocols of both versions).

    No execution runs and no message is delivered. What is asked of an execution is answered as if it ran: nobody ends
    a sync because of us.

    Args:
        tell: hears one line for each thing that would have happened.
        secrets: the values of secrets by ARN.
    """

    def __init__(self, tell: Tell, secrets: Mapping[str, str] | None = None) -> None:
        super().__init__(_handler(tell, secrets or {}))

    def variables(self) -> dict[str, str]:
        """The variables of the environment that lead a function here."""
        return {
            "AWS_ENDPOINT_URL": f"http://{self.address}",
            "STATE_MACHINE_ARN": STATE_MACHINE_ARN,
            "DETECTION_QUEUE_URL": f"http://{self.address}/{ACCOUNT}/clario-detection",
        }


Answer = Callable[[Any, Tell], dict[str, Any]]


def _start_execution(asked: Any, tell: Tell) -> dict[str, Any]:
    tell(f"would start the execution {asked['name']} with {asked['input']}")
    return {"executionArn": f"{asked['stateMachineArn']}:{asked['name']}", "startDate": _now()}


def _stop_execution(asked: Any, tell: Tell) -> dict[str, Any]:
    tell(f"would stop the execution {asked['executionArn']}")
    return {"stopDate": _now()}


def _describe_execution(asked: Any, tell: Tell) -> dict[str, Any]:
    tell(f"asks how the execution {asked['executionArn']} stands; told that it runs")
    arn = asked["executionArn"]
    return {"executionArn": arn, "stateMachineArn": STATE_MACHINE_ARN, "status": "RUNNING", "startDate": _now()}


def _send_message(asked: Any, tell: Tell) -> dict[str, Any]:
    body = asked["MessageBody"]
    tell(f"would send to the queue {asked['QueueUrl'].rpartition('/')[2]}: {body}")
    return {
        "MessageId": str(uuid.uuid4()),
        "MD5OfMessageBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
    }


_ANSWERS: dict[str, Answer] = {
    "AWSStepFunctions.StartExecution": _start_execution,
    "AWSStepFunctions.StopExecution": _stop_execution,
    "AWSStepFunctions.DescribeExecution": _describe_execution,
    "AmazonSQS.SendMessage": _send_message,
}


def _handler(tell: Tell, secrets: Mapping[str, str]) -> type[JsonHandler]:
    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
            asked, target = json.loads(self.body()), self.headers.get("X-Amz-Target", "")
            if target == "secretsmanager.GetSecretValue" and asked["SecretId"] in secrets:
                self.answer(200, {"ARN": asked["SecretId"], "SecretString": secrets[asked["SecretId"]]})
            elif target in _ANSWERS:
                self.answer(200, _ANSWERS[target](asked, tell))
            else:
                self.answer(400, {"__type": "ValidationException", "message": f"nothing answers {target} here"})

    return Handler


def _now() -> float:
    return datetime.now(UTC).timestamp()
