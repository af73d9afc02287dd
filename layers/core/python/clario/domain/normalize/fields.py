"""Cells to values. Each raises `Unreadable` with a reason a person understands."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ..values import local_day


class Unreadable(ValueError):
    """A cell does not hold what its column promises; the row becomes a `Rejected`."""


MOST_MONEY = 9_999_999_999  # the tables hold ten digits before the point

_INTEGER = re.compile(r"[+-]?\d{1,9}")
_POINT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})*\.\d+")
_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})*,\d+|[+-]?\d+,\d+")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_SETTLEMENT_FORMS = ("%Y-%m-%d %H:%M:%S UTC", "%d.%m.%Y %H:%M:%S UTC", "%Y-%m-%d", "%d.%m.%Y")


def integer(text: str | None, column: str) -> int:
    """A whole number of at most nine digits."""
    if text is None or not _INTEGER.fullmatch(text):
        raise Unreadable(f"{column} is not a whole number: {text or 'empty'}")
    return int(text)


def optional_integer(text: str | None, column: str) -> int | None:
    return None if text is None else integer(text, column)


def amount(text: str | None, column: str) -> Decimal:
    """A finite decimal number with a decimal point, or with a decimal comma as European files may have it.

    `1,234` could be either and is refused; 0,234 and 1234,5 could not. So is what no table could hold.
    """
    try:
        value = Decimal(_with_point(text or ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > MOST_MONEY:
        raise Unreadable(f"{column} is not an amount: {text or 'empty'}")
    return value


def _with_point(text: str) -> str:
    if "," not in text or _EITHER.fullmatch(text):
        return text
    if _POINT.fullmatch(text):
        return text.replace(",", "")
    return text.replace(".", "").replace(",", ".") if _COMMA.fullmatch(text) else text


def optional_amount(text: str | None, column: str) -> Decimal | None:
    return None if text is None else amount(text, column)


def yes_or_no(text: str | None, column: str) -> bool:
    """`true` or `false`; empty is false."""
    if text is None or text.lower() in ("true", "false"):
        return text is not None and text.lower() == "true"
    raise Unreadable(f"{column} is neither true nor false: {text}")


def us_date(text: str | None, column: str) -> date:
    """MM/DD/YYYY, as the ledger reports print it."""
    try:
        month, day, year = (int(part) for part in (text or "").split("/"))
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"{column} is not a date like 12/31/2026: {text or 'empty'}") from None


def us_period(text: str | None, column: str) -> date:
    """The first day of MM/YYYY; of MM/DD/YYYY that day."""
    if text is not None and text.count("/") == 1:
        return us_date(text.replace("/", "/01/"), column)
    return us_date(text, column)


def month(text: str | None, column: str) -> date:
    """The first day of YYYY-MM."""
    return written_day(f"{text}-01" if text else None, column)


def written_day(text: str | None, column: str) -> date:
    """The day as it is written at the beginning of an ISO 8601 text, whatever time stands behind it."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        raise Unreadable(f"{column} is not a date like 2026-12-31: {text or 'empty'}") from None


def moment(text: str | None, column: str) -> datetime:
    """ISO 8601 with an offset, as an aware moment in UTC."""
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        raise Unreadable(f"{column} is not a time: {text or 'empty'}") from None
    if value.tzinfo is None:
        raise Unreadable(f"{column} has no UTC offset: {text}")
    return value.astimezone(UTC)


def optional_moment(text: str | None, column: str) -> datetime | None:
    return None if text is None else moment(text, column)


def day_and_moment(text: str | None, column: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """The marketplace's day of a moment; of a date alone that date, and no moment."""
    if text is not None and len(text) == len("2026-12-31"):
        return written_day(text, column), None
    at = moment(text, column)
    return local_day(at, zone), at


def settlement_moment(text: str | None, column: str) -> datetime:
    """A UTC time of a settlement report: 2026-12-31 23:59:59 UTC, in European files 31.12.2026 23:59:59 UTC, or a day
    (https://github.com/airbytehq/airbyte, source-amazon-seller-partner)."""
    for form in _SETTLEMENT_FORMS:
        try:
            return datetime.strptime(text or "", form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return moment(text, column)
