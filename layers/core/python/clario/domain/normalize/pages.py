"""Raw objects of paged operations: one JSON body a line, whose numbers are read as they are written."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import UnreadableDocument
from ..records import Record, Rejected
from ..values import Money
from .fields import MOST_MONEY, Unreadable

JsonObject = dict[str, Any]

MOST_UNITS = 999_999_999
# What an entry of another shape than promised raises; a time so early or late that it has no local day overflows.
NOT_AS_PROMISED = (Unreadable, AttributeError, LookupError, OverflowError, TypeError)


def read_bodies(lines: Iterable[bytes]) -> Iterator[tuple[int, JsonObject]]:
    """Each page with its line number. Raises `UnreadableDocument` when one is no JSON object."""
    for line, page in enumerate(lines, start=1):
        try:
            body = parsed(page)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise UnreadableDocument(f"page {line} is not a JSON object")
        yield line, body


def parsed(page: bytes, number: Callable[[str], Any] = Decimal) -> Any:
    """What the JSON text says, fractions as `number` reads them. Raises `ValueError` when it is none."""
    value = json.loads(page, parse_float=number)
    return _storable(value) if b"\\u" in page else value


def _storable(value: Any) -> Any:
    """Without what JSON can escape but no database stores as text: NULs, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {name: _storable(child) for name, child in value.items()}
    return [_storable(child) for child in value] if isinstance(value, list) else value


def listed(body: JsonObject, *path: str) -> list[Any]:
    """The list at that place. Raises `UnreadableDocument` when there is none: no list is not an empty one."""
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise UnreadableDocument(f"a page has no {'.'.join(path)}")
    return found


def read_entries(
    line: int,
    what: str,
    entries: Iterable[Any],
    build: Callable[[Any], Iterable[Record]],
    day_of: Callable[[Any], date],
) -> Iterator[Record | Rejected]:
    """Each entry through `build`, whole or not at all: one it cannot read becomes a single `Rejected`."""
    for entry in entries:
        try:
            yield from list(build(entry))
        except NOT_AS_PROMISED as reason:
            raw = json.dumps(entry, default=float, separators=(",", ":"), ensure_ascii=False)
            yield Rejected(line, f"{what}: {_said(reason)}", raw, _day_if_readable(entry, day_of))


def _said(reason: Exception) -> str:
    if isinstance(reason, KeyError):
        return f"{reason.args[0]} is missing"
    return str(reason) if isinstance(reason, Unreadable | OverflowError) else repr(reason)


def _day_if_readable(entry: Any, day_of: Callable[[Any], date]) -> date | None:
    try:
        return day_of(entry)
    except NOT_AS_PROMISED:
        return None


def text(values: JsonObject, name: str) -> str | None:
    """A text; absent, null and empty are None."""
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{name} is not a text: {value!r:.80}")
    return value or None


def required(values: JsonObject, name: str) -> str:
    value = text(values, name)
    if value is None:
        raise Unreadable(f"{name} is empty")
    return value


def units(values: JsonObject, name: str) -> int | None:
    """A whole number as JSON writes it; true is none, although Python calls it an integer."""
    value = values.get(name)
    if value is None:
        return None
    if type(value) is not int or abs(value) > MOST_UNITS:
        raise Unreadable(f"{name} is not a whole number: {value!r:.80}")
    return value


def required_units(values: JsonObject, name: str) -> int:
    value = units(values, name)
    if value is None:
        raise Unreadable(f"{name} is empty")
    return value


def money(value: JsonObject, amount: str, currency: str) -> Money:
    """An amount that JSON writes as a number, beside its currency; each API has its own names for the two."""
    number = value[amount]
    if type(number) not in (int, Decimal) or abs(number) > MOST_MONEY:
        raise Unreadable(f"not an amount: {value}")
    return Money(Decimal(number), required(value, currency))
