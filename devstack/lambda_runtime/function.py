"""One function as a process of its own, under the runtime client that Lambda uses."""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from devstack.functions import FOLDER, ROOT
from devstack.lambda_runtime.api import Invocation, Kind, Outcome, RuntimeApi
from devstack.lambda_runtime.aws import ACCOUNT, REGION

HANDLER = "app.lambda_handler"
STDERR = 2
# The path to the system's programs and what AWS sets for every function of ours; a log group is nobody's business here.
_FIXED = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "_HANDLER": HANDLER,
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",  # nobody checks it here
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info[0]}.{sys.version_info[1]}",
}


def function_environment(
    function: str, variables: Mapping[str, str], *, memory: int = 512, root: Path = ROOT
) -> dict[str, str]:
    """The environment of a function: Lambda's variables, and those of ours.

    `AWS_SAM_LOCAL` says, as under `sam local`, that this is not AWS itself.

    Args:
        memory: MB, as the function is told; nothing is held to it here.
        root: where `functions/` and `layers/` are.
    """
    return {
        **_FIXED,
        "LAMBDA_TASK_ROOT": str(root / FOLDER.name / function),
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_SAM_LOCAL": "1",
        "PYTHONPATH": str(root / "layers" / "core" / "python"),
        **variables,
    }


class FunctionProcess:
    """A function's process for the time of a `with` block; it is started at once and loads its code.

    Args:
        python: the command that runs Python; by default this process's own.
        log: the file descriptor for what it prints; by default our standard error's.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        python: Sequence[str] = (sys.executable,),
        log: int = STDERR,
    ) -> None:
        self._name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self._api = RuntimeApi()
        self._api.__enter__()
        self._process = subprocess.Popen(
            [*python, "-m", "awslambdaric", environment["_HANDLER"]],
            cwd=environment["LAMBDA_TASK_ROOT"],
            env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        threading.Thread(target=self._watch, name=f"{self._name} process", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._process.kill()
        self._process.wait()
        self._api.__exit__(*ended)

    def invoke(self, event: bytes, timeout: float) -> Outcome:
        """Invoke it once; a process that does not answer within `timeout` seconds is killed, as Lambda does."""
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self._name}"
        self._api.send(Invocation(event, time.time() + timeout, arn))
        outcome = self._api.outcome(timeout)
        if outcome is None:
            self._process.kill()
            return Outcome(Kind.TIMEOUT, {"errorMessage": f"Task timed out after {timeout:.2f} seconds"})
        return outcome

    def _watch(self) -> None:
        code = self._process.wait()
        self._api.note(Outcome(Kind.EXIT, {"errorMessage": f"the process ended with exit status {code}"}))
