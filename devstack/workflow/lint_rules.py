"""Checks the rules of a Choice state."""

from collections.abc import Iterator
from typing import Any

from devstack.workflow.choices import COMPARISONS, TYPE_TESTS, parse_timestamp
from devstack.workflow.paths import is_path

_NOTES = {"Next", "Comment"}
_GROUPS = {"And", "Or", "Not"}
_OPERATORS = {*COMPARISONS, *(f"{name}Path" for name in COMPARISONS), *TYPE_TESTS, "IsPresent", "StringMatches"}
_OPERANDS: dict[str, type | tuple[type, ...]] = {"String": str, "Numeric": (int, float), "Boolean": bool, "Is": bool}


def rule_problems(rule: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one entry of `Choices`."""
    if "Next" not in rule:
        yield "a rule has no Next"
    yield from _condition(rule)


def _condition(rule: dict[str, Any]) -> Iterator[str]:
    keys = set(rule) - _NOTES
    if len(keys) == 1 and keys <= _GROUPS:
        yield from _group(keys.pop(), rule)
        return
    operators = keys & _OPERATORS
    if len(operators) != 1 or keys != operators | {"Variable"}:
        yield f"a rule needs Variable and one comparison of our subset, not {', '.join(sorted(keys))}"
        return
    if not is_path(rule["Variable"]):
        yield f"Variable is not a reference path: {rule['Variable']!r}"
    (operator,) = operators
    if not _fits(operator, rule[operator]):
        yield f"{operator} cannot compare with {rule[operator]!r}"


def _group(name: str, rule: dict[str, Any]) -> Iterator[str]:
    parts = [rule[name]] if name == "Not" else rule[name]
    if not parts:
        yield f"{name} is empty"
    for part in parts:
        if "Next" in part:
            yield f"Next inside {name}"
        yield from _condition(part)


def _fits(operator: str, operand: object) -> bool:
    if operator.endswith("Path"):
        return is_path(operand)
    if operator.startswith("Timestamp"):
        return parse_timestamp(operand) is not None
    kind = next(kind for prefix, kind in _OPERANDS.items() if operator.startswith(prefix))
    return isinstance(operand, kind) and (kind is bool or not isinstance(operand, bool))
