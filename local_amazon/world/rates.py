"""How often things happen: the table in data/rates.json, with the setting `stress` applied."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

MOST = 0.9  # a probability stays one however much it is stressed


@cache
def _rows() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "data" / "rates.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rates"]
    return sorted(rows, key=lambda row: row["from"])


class Rates:
    """The rates of one world: of each name the newest row that is in force on its first day."""

    def __init__(self, stress: float, day: date) -> None:
        self._rates: dict[str, float] = {
            row["name"]: min(MOST, row["value"] * stress) if row.get("stressed") else row["value"]
            for row in _rows()
            if row["from"] <= day.isoformat()
        }

    def __getitem__(self, name: str) -> float:
        return self._rates[name]
