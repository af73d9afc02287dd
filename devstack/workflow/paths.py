"""JSON documents of a state machine: reference paths into them, templates over them, their size limit.

Only reference paths (they name one place: `$.a.b[0]`, `$['a b']`, `$$.Execution.Name`) and no intrinsic functions:
`lint` refuses the rest.
"""

import json
import re
from typing import Any

from devstack.workflow.errors import StateError, runtime_error

PAYLOAD_LIMIT = (
    256 * 1024
)  # bytes of JSON in UTF-8: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
PATH = re.compile(r"\$\$?(?:\.[A-Za-z_][\w-]*|\['[^']+'\]|\[\d+\])*")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[(\d+)\]")

Json = Any
"""A JSON value: dict, list, str, int, float, bool or None."""


def is_path(text: object) -> bool:
    """Whether a text is a reference path of our subset."""
    return isinstance(text, str) and PATH.fullmatch(text) is not None


def read(path: str, data: Json, context: Json = None) -> Json:
    """The value a path names; `$$` paths read the context object.

    Raises:
        StateError: States.Runtime, there is no such place.
    """
    value = context if path.startswith("$$") else data
    try:
        for step in _steps(path):
            value = _child(value, step)
    except (KeyError, IndexError, TypeError):
        raise runtime_error(f"The JSONPath '{path}' could not be found in the input '{to_text(data)}'") from None
    return value


def exists(path: str, data: Json, context: Json = None) -> bool:
    """Whether the path leads to a value (null is one)."""
    try:
        read(path, data, context)
    except StateError:
        return False
    return True


def select(path: str | None, data: Json, context: Json = None) -> Json:
    """InputPath and OutputPath: a null path selects an empty object."""
    return {} if path is None else read(path, data, context)


def put(path: str | None, data: Json, result: Json) -> Json:
    """ResultPath: `data` with `result` at that place; `$` replaces all, null discards the result.

    Raises:
        StateError: States.ResultPathMatchFailure, something on the way is not an object or array.
    """
    if path is None:
        return data
    return _put(_steps(path), data, result, path)


def fill(template: Json, data: Json, context: Json) -> Json:
    """Parameters, ItemSelector, ResultSelector: fields whose names end in `.$` get what their path names."""
    if isinstance(template, list):
        return [fill(part, data, context) for part in template]
    if not isinstance(template, dict):
        return template
    return {
        key.removesuffix(".$"): read(part, data, context) if key.endswith(".$") else fill(part, data, context)
        for key, part in template.items()
    }


def to_text(value: Json) -> str:
    """The JSON text of a value, compact.

    Raises:
        TypeError, ValueError: the value is not JSON.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def checked(value: Json, what: str) -> Json:
    """A copy of `value` that nobody shares, as it would come back from the wire.

    Raises:
        StateError: States.DataLimitExceeded over 256 KiB; Runtime.MarshalError, Lambda's own name, if it is not JSON.
    """
    try:
        text = to_text(value)
    except (TypeError, ValueError) as exc:
        raise StateError("Runtime.MarshalError", f"{what} is not JSON: {exc}") from exc
    if len(text.encode()) > PAYLOAD_LIMIT:
        raise StateError("States.DataLimitExceeded", f"{what} is larger than {PAYLOAD_LIMIT} bytes")
    return json.loads(text)


def _steps(path: str) -> list[str | int]:
    return [int(index) if index else plain or quoted for plain, quoted, index in _STEP.findall(path)]


def _child(value: Json, step: str | int) -> Json:
    if isinstance(step, int) != isinstance(value, list):
        raise TypeError
    return value[step]


def _put(steps: list[str | int], data: Json, result: Json, path: str) -> Json:
    if not steps:
        return result
    step, *rest = steps
    if isinstance(step, str) and isinstance(data, dict):
        return {**data, step: _put(rest, data.get(step, {}), result, path)}
    if isinstance(step, int) and isinstance(data, list) and step < len(data):
        return [*data[:step], _put(rest, data[step], result, path), *data[step + 1 :]]
    raise StateError("States.ResultPathMatchFailure", f"ResultPath '{path}' does not fit the input '{to_text(data)}'")
