"""The Lambda Runtime API as the runtime client needs it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import re
import time
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from devstack.lambda_runtime.http import JsonHandler, LoopbackServer

_ANSWER = re.compile(r"/2018-06-01/runtime/invocation/([0-9a-f-]{36})/(response|error)")
_NEXT = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR = "/2018-06-01/runtime/init/error"


class Kind(StrEnum):
    """How an invocation ended."""

    RESULT = "result"
    ERROR = "error"  # the handler raised
    INIT_ERROR = "init error"  # the function's code could not be loaded
    TIMEOUT = "timeout"
    EXIT = "exit"  # the process ended without an answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an invocation ended.

    `payload` is the handler's answer, or of an error what Lambda reports: errorType, errorMessage, stackTrace.
    """

    kind: Kind
    payload: Any


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the function is asked: the event as JSON, until when (seconds since 1970), and as which function."""

    event: bytes
    deadline: float
    function_arn: str

    def headers(self) -> dict[str, str]:
        seconds = int(time.time())
        return {
            "Lambda_Runtime_Aws_Request_Id": str(uuid.uuid4()),
            "Lambda_Runtime_Deadline_Ms": str(int(self.deadline * 1000)),
            "Lambda_Runtime_Invoked_Function_Arn": self.function_arn,
            "Lambda_Runtime_Trace_Id": f"Root=1-{seconds:08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }


class RuntimeApi(LoopbackServer):
    """Hands invocations to one function process and takes its answers, one after the other."""

    def __init__(self) -> None:
        self._invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        super().__init__(_handler(self._invocations, self._outcomes))

    def __exit__(self, *ended: object) -> None:
        self._invocations.put(None)
        super().__exit__(*ended)

    def send(self, invocation: Invocation) -> None:
        self._invocations.put(invocation)

    def note(self, outcome: Outcome) -> None:
        """Something ended the invocation that the function itself could not tell of."""
        self._outcomes.put(outcome)

    def outcome(self, timeout: float) -> Outcome | None:
        """What came first; None when nothing did in that many seconds."""
        try:
            return self._outcomes.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return None


def _handler(
    invocations: "queue.SimpleQueue[Invocation | None]", outcomes: "queue.SimpleQueue[Outcome]"
) -> type[JsonHandler]:
    class Handler(JsonHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            if self.path != _NEXT:
                self.answer(404, {})
            elif (invocation := invocations.get()) is None:
                self.close_connection = True
            else:
                self.answer(200, json.loads(invocation.event), **invocation.headers())

        def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
            payload = json.loads(self.body() or b"null")
            if self.path == _INIT_ERROR:
                outcomes.put(Outcome(Kind.INIT_ERROR, payload))
            elif found := _ANSWER.fullmatch(self.path):
                outcomes.put(Outcome(Kind.RESULT if found[2] == "response" else Kind.ERROR, payload))
            else:
                self.answer(404, {})
                return
            self.answer(202, {"status": "OK"})

    return Handler
