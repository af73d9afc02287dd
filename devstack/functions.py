"""The Lambda functions as this machine runs them: their handlers, called in this process by folder name."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "functions"


def substitutions() -> dict[str, str]:
    """What the state machine's `${RecordFailureFunctionArn}` stands for here: the folder `record_failure`."""
    names = sorted(app.parent.name for app in FOLDER.glob("*/app.py") if not app.parent.name.startswith("api_"))
    return {"".join(part.title() for part in name.split("_")) + "FunctionArn": name for name in names}


def invoke(function: str, payload: Any) -> Any:
    """Call a function's handler the way Lambda would, without its context."""
    return handler(function)(payload, None)


@cache
def handler(function: str) -> Any:
    """The handler of the function in that folder."""
    return importlib.import_module(f"functions.{function}.app").lambda_handler
