"""The rules of a Choice state."""

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from devstack.workflow.paths import Json, exists, read

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def parse_timestamp(text: object) -> datetime | None:
    """An aware datetime from the RFC 3339 profile of the States Language, else None."""
    if isinstance(text, str) and _TIMESTAMP.fullmatch(text):
        return datetime.fromisoformat(text)
    return None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


_READERS: dict[str, Callable[[Json], Any]] = {
    "String": _text,
    "Numeric": _number,
    "Boolean": _boolean,
    "Timestamp": parse_timestamp,
}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
COMPARISONS = {
    kind + order: (_READERS[kind], _ORDERS[order])
    for kind in _READERS
    for order in _ORDERS
    if kind != "Boolean" or order == "Equals"
}
"""Comparison operators; each has a form with the suffix `Path`. A value of another type compares as false."""

TYPE_TESTS: dict[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: _text(value) is not None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsBoolean": lambda value: _boolean(value) is not None,
    "IsTimestamp": lambda value: parse_timestamp(value) is not None,
}


def holds(rule: dict[str, Any], data: Json, context: Json) -> bool:
    """Whether a rule is true of the state's input.

    Raises:
        StateError: States.Runtime, the rule reads a place that is not there (IsPresent may).
    """
    if "And" in rule:
        return all(holds(part, data, context) for part in rule["And"])
    if "Or" in rule:
        return any(holds(part, data, context) for part in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    if "IsPresent" in rule:
        return exists(rule["Variable"], data, context) is rule["IsPresent"]
    return _compare(operator_of(rule), rule, data, context)


def operator_of(rule: dict[str, Any]) -> str:
    """The name of the rule's comparison."""
    return next(key for key in rule if key not in ("Variable", "Next", "Comment"))


def _compare(name: str, rule: dict[str, Any], data: Json, context: Json) -> bool:
    value, wanted = read(rule["Variable"], data, context), rule[name]
    if name in TYPE_TESTS:
        return TYPE_TESTS[name](value) is wanted
    if name == "StringMatches":
        return _text(value) is not None and _matches(value, wanted)
    if name.endswith("Path"):
        wanted = read(wanted, data, context)
    reader, order = COMPARISONS[name.removesuffix("Path")]
    left, right = reader(value), reader(wanted)
    return left is not None and right is not None and order(left, right)


def _matches(text: str, pattern: str) -> bool:
    """`*` stands for any characters, `\\*` for itself; nothing else is special."""
    parts = [re.escape(part.replace("\\*", "*")) for part in re.split(r"(?<!\\)\*", pattern)]
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
