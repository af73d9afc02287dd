"""Cells to values. Each raises `Unreadable` with a reason a person understands."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation


class Unreadable(ValueError):
    """A cell does not hold what its column promises; the row becomes a `Rejected`."""


_INTEGER = re.compile(r"[+-]?\d{1,9}")


def integer(text: str | None, column: str) -> int:
    """A whole number of at most nine digits."""
    if text is None or not _INTEGER.fullmatch(text):
        raise Unreadable(f"{column} is not a whole number: {text or 'empty'}")
    return int(text)


def optional_integer(text: str | None, column: str) -> int | None:
    return None if text is None else integer(text, column)


def amount(text: str | None, column: str) -> Decimal:
    """A finite decimal number."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Unreadable(f"{column} is not an amount: {text or 'empty'}")
    return value


def optional_amount(text: str | None, column: str) -> Decimal | None:
    return None if text is None else amount(text, column)


def us_date(text: str | None, column: str) -> date:
    """MM/DD/YYYY, as the ledger reports print it."""
    try:
        month, day, year = (int(part) for part in (text or "").split("/"))
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"{column} is not a date like 12/31/2026: {text or 'empty'}") from None


def moment(text: str | None, column: str) -> datetime:
    """ISO 8601 with an offset, as an aware moment in UTC."""
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        raise Unreadable(f"{column} is not a time: {text or 'empty'}") from None
    if value.tzinfo is None:
        raise Unreadable(f"{column} has no UTC offset: {text}")
    return value.astimezone(UTC)
