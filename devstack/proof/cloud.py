"""What AWS must show of a deployment after a sync."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from clario.services.syncs import execution_name
from devstack.proof.deployment import Deployment, Unproved, client

LOOK_AGAIN = 20.0  # seconds; metrics come a minute or two late
LONGEST_WAIT = 420.0
FAILURES = {
    "LambdaFunctionFailed",
    "LambdaFunctionTimedOut",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
}
# Access and refresh tokens of Login with Amazon, session tokens, signed addresses.
TOKENS = re.compile(r"Atz[ar]\||eyJ[\w-]{10,}\.[\w-]{10,}\.|X-Amz-Signature=")


class CloudProof:
    """The checks; each answers what it saw or raises `Unproved`.

    Args:
        began: what came before is not looked at.
        sleep: lets seconds pass.
    """

    def __init__(self, deployment: Deployment, began: datetime, sleep: Callable[[float], None]) -> None:
        self._deployment = deployment
        self._began = began
        self._sleep = sleep

    def functions_fit(self) -> str:
        for name, real in self._deployment.functions.items():
            found = client("lambda").get_function_configuration(FunctionName=real)
            is_it = (found["Runtime"], found.get("Architectures"), found.get("State"))
            if is_it != ("python3.13", ["arm64"], "Active"):
                raise Unproved(f"{name} is {is_it}")
        return f"{len(self._deployment.functions)} functions, python3.13 on arm64"

    def execution_succeeded(self, sync_id: str) -> str:
        states = client("stepfunctions")
        machine = self._deployment.outputs["StateMachineArn"]
        arn = f"{machine.replace(':stateMachine:', ':execution:', 1)}:{execution_name(sync_id)}"
        status = states.describe_execution(executionArn=arn)["status"]
        if status != "SUCCEEDED":
            raise Unproved(f"the execution of {sync_id} is {status}; look at {arn}")
        pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        events = [event for page in pages for event in page["events"]]
        failed = sum(event["type"] in FAILURES for event in events)
        return f"{len(events)} events of history, {failed} attempts at a state failed"

    def rule_calls_finish(self) -> str:
        rule = self._deployment.resources["FinishFunctionExecutionEnded"]
        calls = self._awaited("AWS/Events", "Invocations", {"RuleName": rule})
        return f"the rule for ended executions called finish {calls:.0f} times"

    def tick_comes(self) -> str:
        if self._deployment.parameters.get("SyncTickMinutes") == "0":
            return "switched off (SyncTickMinutes=0)"
        function = self._deployment.resources["DispatchFunction"]
        calls = self._awaited("AWS/Lambda", "Invocations", {"FunctionName": function})
        return f"the scheduler called dispatch {calls:.0f} times"

    def nothing_is_stuck(self) -> str:
        for name in ("FailedDetectionsQueueUrl", "UndeliveredQueueUrl"):
            queue = self._deployment.outputs[name]
            wanted = ["ApproximateNumberOfMessages"]
            found = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)["Attributes"]
            if int(found["ApproximateNumberOfMessages"]):
                raise Unproved(f"{name} holds {found['ApproximateNumberOfMessages']} messages: docs/operations.md")
        return "both queues of what was given up are empty"

    def objects_are_kept(self) -> str:
        bucket = self._deployment.outputs["ObjectsBucketName"]
        found = client("s3").list_objects_v2(Bucket=bucket, Prefix="raw/", MaxKeys=1).get("Contents", [])
        if not found:
            raise Unproved("there is no object below raw/: the sync loaded nothing (has the seller any data?)")
        return f"{found[0]['Key']}, {found[0]['Size']} bytes"

    def logs_hold_no_secret(self) -> str:
        lines = 0
        for line in self._log_lines():
            lines += 1
            if TOKENS.search(line) or any(secret in line for secret in self._deployment.secrets):
                raise Unproved(f"a log line holds a secret or a token; it is number {lines} of all")
        if not lines:
            raise Unproved("there is no log line: do the functions write into the stack's group?")
        return f"{lines} lines"

    def _log_lines(self) -> Iterator[str]:
        start = int(self._began.timestamp() * 1000)
        for name in ("FunctionLogs", "ApiLogs", "StateMachineLogs"):
            pages = client("logs").get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=self._deployment.resources[name], startTime=start):
                yield from (event["message"] for event in page["events"])

    def _awaited(self, namespace: str, metric: str, dimensions: dict[str, str]) -> float:
        """The sum of the metric since the beginning, once it is more than nothing."""
        waited = 0.0
        while not (total := self._sum(namespace, metric, dimensions)):
            if waited >= LONGEST_WAIT:
                raise Unproved(f"{metric} of {dimensions} is nothing after {waited:.0f} s")
            self._sleep(LOOK_AGAIN)
            waited += LOOK_AGAIN
        return total

    def _sum(self, namespace: str, metric: str, dimensions: dict[str, str]) -> float:
        found = client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=self._began - timedelta(minutes=1),
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))
