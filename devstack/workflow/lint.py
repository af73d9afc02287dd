"""Checks a state machine: well-formed, inside the subset our engine runs, with the safeguards we ask of every task.

`sam validate` looks at none of this.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from devstack.workflow.lint_rules import rule_problems
from devstack.workflow.paths import Json, is_path
from devstack.workflow.states import INLINE_MAP_LIMIT, Definition

_MACHINE = {"Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"}
_PROCESSOR = {"Comment", "StartAt", "States", "ProcessorConfig"}
_FLOW = {"Next", "End", "InputPath", "OutputPath"}
_RECOVERY = {"Retry", "Catch"}
_WAITS = {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}
_FIELDS = {
    "Task": _FLOW | _RECOVERY | {"Resource", "Parameters", "ResultSelector", "ResultPath", "TimeoutSeconds"},
    "Map": _FLOW
    | _RECOVERY
    | {"ItemsPath", "ItemSelector", "ItemProcessor", "MaxConcurrency", "ResultSelector", "ResultPath"},
    "Wait": _FLOW | _WAITS,
    "Choice": {"Choices", "Default", "InputPath", "OutputPath"},
    "Pass": _FLOW | {"Result", "Parameters", "ResultPath"},
    "Succeed": {"InputPath", "OutputPath"},
    "Fail": {"Error", "Cause"},
}
_REQUIRED = {
    "Task": ("Resource", "TimeoutSeconds", "Retry", "Catch"),
    "Map": ("ItemProcessor",),
    "Choice": ("Choices",),
}
_NULLABLE_PATHS = {"InputPath", "OutputPath", "ResultPath"}
_TEMPLATES = ("Parameters", "ItemSelector", "ResultSelector")
_RETRIER = {
    "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"
}  # fmt: skip
_CATCHER = {"ErrorEquals", "Next", "ResultPath", "Comment"}
_WILDCARDS = {"States.ALL", "States.TaskFailed"}
AWS_ERRORS = frozenset(
    {
        "States.Timeout",
        "Lambda.AWSLambdaException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.SdkClientException",
        "Lambda.ServiceException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Runtime.ExitError",
        "Sandbox.Timedout",
    }
)
"""Errors that AWS raises around a handler.

A function whose time is up, or whose process died, is Lambda.Unknown, unless Lambda's answer has a name for it:
https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""
_NAME_LIMIT = 80  # characters of a state's name
_NUMBERS: dict[str, tuple[float, float]] = {
    "TimeoutSeconds": (1, 99_999_999),
    "Seconds": (0, 99_999_999),
    "MaxConcurrency": (0, INLINE_MAP_LIMIT),
    "IntervalSeconds": (1, 99_999_999),
    "MaxAttempts": (0, 99_999_999),
    "MaxDelaySeconds": (1, 31_622_400),
    "BackoffRate": (1.0, float("inf")),
}
"""Smallest and largest value; all but BackoffRate are whole. https://states-language.net/spec.html"""


def lint(definition: Definition, errors: Collection[str]) -> list[str]:
    """What is wrong with a definition, one line each; none for a good one.

    Args:
        definition: the parsed file, substitutions done.
        errors: the names that may stand in `ErrorEquals`, beside the wildcards States.ALL and States.TaskFailed.
    """
    problems = list(_machine("the machine", definition, _MACHINE, _WILDCARDS | set(errors)))
    names = Counter(_all_names(definition))
    return problems + [f"{name}: there are {count} states of this name" for name, count in names.items() if count > 1]


def _machine(where: str, machine: Definition, fields: set[str], errors: set[str]) -> Iterator[str]:
    yield from _shape(where, machine, fields, ("StartAt", "States"))
    states: dict[str, Any] = machine.get("States") or {}
    for name, state in states.items():
        if isinstance(state, dict) and state.get("Type") in _FIELDS:
            yield from (f"{name}: {problem}" for problem in _state(state, set(states), errors))
            if "ItemProcessor" in state:
                yield from _machine(f"{name}'s ItemProcessor", state["ItemProcessor"], _PROCESSOR, errors)
        else:
            yield f"{name}: not a state of a type we run ({', '.join(_FIELDS)})"
        if len(name) > _NAME_LIMIT:
            yield f"{name}: a state's name has at most {_NAME_LIMIT} characters"
    yield from _reachability(where, machine.get("StartAt"), states)


def _state(state: Definition, states: set[str], errors: set[str]) -> Iterator[str]:
    kind = state["Type"]
    yield from _shape("it", state, _FIELDS[kind] | {"Type", "Comment"}, _REQUIRED.get(kind, ()))
    yield from _paths(state)
    for field in _TEMPLATES:
        yield from _template(field, state.get(field))
    if "Next" in _FIELDS[kind] and ("Next" in state) == (state.get("End") is True):
        yield "needs either Next or End: true"
    if kind == "Wait" and len(_WAITS & set(state)) != 1:
        yield f"needs exactly one of {', '.join(sorted(_WAITS))}"
    if kind == "Choice":
        yield from (problem for rule in state.get("Choices", []) for problem in rule_problems(rule))
    yield from _recovery(state, errors)
    yield from (f"leads to {target}, which does not exist" for target in _targets(state) if target not in states)


def _shape(where: str, thing: dict[str, Any], fields: set[str], required: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{where} has a field outside our subset: {field}" for field in thing if field not in fields)
    yield from (f"{where} has no {field}" for field in required if field not in thing)
    for field, (low, high) in _NUMBERS.items():
        if field in thing and not _is_number(thing[field], low, high, whole=field != "BackoffRate"):
            yield f"{where} has {field} {thing[field]!r}, not a number from {low:g} to {high:g}"


def _is_number(value: Json, low: float, high: float, *, whole: bool) -> bool:
    kinds = int if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high


def _paths(state: Definition) -> Iterator[str]:
    for field, value in state.items():
        if not field.endswith("Path") or (value is None and field in _NULLABLE_PATHS):
            continue
        if not is_path(value) or (field == "ResultPath" and value.startswith("$$")):
            yield f"{field} is not a reference path: {value!r}"


def _template(where: str, template: Json) -> Iterator[str]:
    if isinstance(template, list):
        for part in template:
            yield from _template(where, part)
    elif isinstance(template, dict):
        for key, part in template.items():
            if not key.endswith(".$"):
                yield from _template(where, part)
            elif not is_path(part):
                yield f"{where}: {key} is not a reference path: {part!r}"


def _recovery(state: Definition, errors: set[str]) -> Iterator[str]:
    for kind, fields in (("Retry", _RETRIER), ("Catch", _CATCHER)):
        entries = state.get(kind, [])
        for place, entry in enumerate(entries, start=1):
            where = f"{kind} {place}"
            required = ("ErrorEquals", "Next") if kind == "Catch" else ("ErrorEquals",)
            yield from _shape(where, entry, fields, required)
            yield from (f"{where}: {problem}" for problem in _paths(entry))
            yield from (f"{where}: {problem}" for problem in _error_names(entry, place == len(entries), errors))
            if entry.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
                yield f"{where}: JitterStrategy is FULL or NONE"


def _error_names(entry: dict[str, Any], last: bool, errors: set[str]) -> Iterator[str]:
    names = entry.get("ErrorEquals", [])
    if not names:
        yield "ErrorEquals names no error"
    yield from (f"nothing raises {name}" for name in names if name not in errors)
    if "States.ALL" in names and not (last and len(names) == 1):
        yield "States.ALL stands alone and last"


def _targets(state: Definition) -> Iterator[str]:
    """The states that may follow."""
    yield from (state[field] for field in ("Next", "Default") if field in state)
    for entry in [*state.get("Choices", []), *state.get("Catch", [])]:
        if "Next" in entry:
            yield entry["Next"]


def _reachability(where: str, start: str | None, states: dict[str, Any]) -> Iterator[str]:
    if start not in states:
        yield f"{where} starts at {start}, which does not exist"
        return
    reached, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name in states and name not in reached:
            reached.add(name)
            ahead.extend(_targets(states[name]))
    yield from (f"{name}: no way leads here" for name in states if name not in reached)
    if not any(_ends(states[name]) for name in reached):
        yield f"{where} never ends"


def _ends(state: Definition) -> bool:
    return state.get("End") is True or state.get("Type") in ("Succeed", "Fail")


def _all_names(machine: Definition) -> Iterator[str]:
    for name, state in (machine.get("States") or {}).items():
        yield name
        if isinstance(state, dict) and "ItemProcessor" in state:
            yield from _all_names(state["ItemProcessor"])
