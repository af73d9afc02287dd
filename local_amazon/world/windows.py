"""How long a discrepancy can be claimed: the table in data/windows.json."""

import json
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _rows() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "data" / "windows.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["windows"]
    return rows


@cache
def _row(kind: str, region: str) -> dict[str, Any]:
    fits = (row for row in _rows() if kind in row["types"] and row["region"] in (region, "all"))
    return next(fits, _rows()[-1])


def window(kind: str, country: str, anchor: date) -> tuple[date, date]:
    """The first and the last day on which a discrepancy of that type can be claimed."""
    row = _row(kind, "eu" if country in ("GB", "DE") else "na")
    if row["unit"] == "months":
        return anchor + timedelta(days=row["open"]), _months_later(anchor, row["close"])
    return anchor + timedelta(days=row["open"]), anchor + timedelta(days=row["close"])


def length(kind: str, country: str) -> int:
    """Days from the anchor to the last day, of a type whose window is counted in days."""
    return int(_row(kind, "eu" if country in ("GB", "DE") else "na")["close"])


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
