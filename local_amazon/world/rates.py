"""How often things happen: the table in data/rates.json, with the setting `stress` applied."""

import json
from functools import cache
from pathlib import Path

MOST = 0.9  # a probability stays one however much it is stressed


@cache
def _table() -> dict[str, tuple[float, bool]]:
    path = Path(__file__).parent / "data" / "rates.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["rates"]
    return {row["name"]: (row["value"], row.get("stressed", False)) for row in rows}


class Rates:
    """The rates of one world."""

    def __init__(self, stress: float) -> None:
        self._stress = stress

    def __getitem__(self, name: str) -> float:
        value, stressed = _table()[name]
        return min(MOST, value * self._stress) if stressed else value
